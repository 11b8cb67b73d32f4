"""From marked text to the parts a compiled template is joined from."""

import json
import re

from odoo.tools.translate import LazyTranslate

from .blocks import MAX_BLOCK_DEPTH, Block, Literal, Scope
from .budget import MAX_OPERATIONS
from .conditions import compile_condition
from .grammar import Expression
from .problems import TemplateProblem
from .slots import EndSlot, ForSlot, IfSlot, ItemSlot
from .tags import NAME, get_tag

_lt = LazyTranslate(__name__)


def split_marked(marked, sheet):
    """Marked text -> list of str and slots, in order."""
    pieces = re.split(rf"{sheet.token}x(\d+)z", marked)
    mixed = [
        sheet.slots[int(piece)] if number % 2 else piece
        for number, piece in enumerate(pieces)
    ]
    return [piece for piece in mixed if piece != ""]


def find_bare_tags(pieces):
    """Tags with neither a fallback nor a condition around them that names them."""
    conditions, bare = [], set()
    for piece in pieces:
        if isinstance(piece, (ForSlot, IfSlot)):
            conditions.append(getattr(piece, "condition", ""))
        elif isinstance(piece, EndSlot):
            conditions.pop()
        elif isinstance(piece, Expression) and not piece.fallback:
            named = re.findall(NAME, " ".join(conditions))
            if piece.key not in named:
                bare.add(piece.key)
    return bare


def assemble(pieces, sheet, plan, *, markup):
    """Flat pieces -> [str, ...] with None at open places, and what fills them.

    Returns (parts, fills): fills are (index, number) for a value of `plan`, or
    (index, Block). `plan` maps a slot to the number of its value.
    """
    parts, fills = [], []
    pieces = iter(pieces)
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece)
            continue
        if isinstance(piece, (ForSlot, IfSlot)):
            fill = _build_block(piece, pieces, sheet, plan, markup)
        elif isinstance(piece, ItemSlot):
            message = _lt("“%(tag)s” only exists inside its repeat.", tag=piece[2].key)
            raise TemplateProblem(message, "html", near=piece[2].key)
        else:
            fill = plan.setdefault(piece, len(plan))
        fills.append((len(parts), fill))
        parts.append("")
    return parts, fills


def _build_block(start, pieces, sheet, plan, markup):
    scope = Scope(sheet.tags)
    source = [_open(start, scope)]
    depth = 1
    while depth:
        piece = next(pieces)
        depth += isinstance(piece, (ForSlot, IfSlot)) - isinstance(piece, EndSlot)
        if depth > MAX_BLOCK_DEPTH:
            raise TemplateProblem(_lt("Conditions are nested too deep."), "html")
        source.append(_piece_source(piece, scope, plan))
    sheet.used |= scope.used
    _check_worst(sheet, scope)
    return Block("".join(source), scope, markup)


def _check_worst(sheet, scope):
    """Refuse at once what no customer's message could be filled in with."""
    sheet.worst += scope.worst
    if sheet.worst > MAX_OPERATIONS:
        message = _lt(
            "Repeats could take %(steps)s steps for one message, %(limit)s are allowed:"
            " take something out of the inner repeat.",
            steps=sheet.worst,
            limit=MAX_OPERATIONS,
        )
        raise TemplateProblem(message, "html", near=", ".join(scope.loops))


def _piece_source(piece, scope, plan):
    if not isinstance(piece, EndSlot):
        scope.charge(1)
    if isinstance(piece, str):
        return f"{{{{ {scope.constant(Literal(piece))} }}}}"
    if isinstance(piece, (ForSlot, IfSlot)):
        return _open(piece, scope)
    if isinstance(piece, EndSlot):
        return _close(piece, scope)
    if isinstance(piece, ItemSlot):
        return _item_source(piece, scope)
    return f"{{{{ s{plan.setdefault(piece, len(plan))} }}}}"


def _open(slot, scope):
    try:
        if isinstance(slot, ForSlot):
            name = scope.enter(slot.variable, slot.key)
            return f"{{% for i_{slot.variable} in {name} %}}"
        return f"{{% if {compile_condition(slot.condition, scope)} %}}"
    except TemplateProblem as problem:
        raise problem.at("html") from None


def _close(slot, scope):
    if isinstance(slot.start, ForSlot):
        scope.leave(slot.start.variable)
        return "{% endfor %}"
    return "{% endif %}"


def _item_source(slot, scope):
    try:
        tag = get_tag(scope.fields_of(slot.variable), slot.field)
    except TemplateProblem as problem:
        raise problem.at("html") from None
    value = f"i_{slot.variable}[{json.dumps(tag.key)}]"
    if slot.is_url:
        return f"{{{{ {value}|web_url }}}}"
    fallback = scope.constant(slot.expression.fallback)
    return f"{{{{ {value} or {fallback} }}}}"

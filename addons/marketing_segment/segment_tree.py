"""A rule as a tree of groups and conditions, the way people read it.

`Domain` moves a NOT down to the conditions; here a negated group stays the group that
somebody made: "none of" and "not all of".
"""

from typing import NamedTuple

_AND, _OR, _NOT = "&", "|", "!"
_LOGIC = {
    (_AND, False): "all",
    (_OR, False): "any",
    (_OR, True): "none",
    (_AND, True): "not_all",
}


class Condition(NamedTuple):
    """One comparison; `negated` turns its answer around."""

    path: str
    operator: str
    value: object
    negated: bool = False

    def to_domain(self):
        """Return the prefix notation of this condition."""
        leaf = (self.path, self.operator, self.value)
        return [_NOT, leaf] if self.negated else [leaf]


class Group(NamedTuple):
    """Parts of which all, any, none or not all must be true."""

    logic: str
    parts: tuple = ()


def read_tree(items):
    """Return the tree of a checked domain in prefix notation.

    Sub-domains on the customer become parts like any other.
    """
    return _read_list(items, "", False)


def answer_tree(node, answer):
    """Return what the tree says when `answer` says it of each leaf."""
    if not isinstance(node, Group):
        return answer(node)
    answers = (answer_tree(part, answer) for part in node.parts)
    if node.logic in ("all", "not_all"):
        return all(answers) is (node.logic == "all")
    return any(answers) is (node.logic == "any")


def iter_conditions(node):
    """Yield the conditions from left to right."""
    if isinstance(node, Condition):
        yield node
    else:
        for part in node.parts:
            yield from iter_conditions(part)


def _read_list(items, prefix, negated):
    remaining = list(items)[::-1]
    terms = []
    while remaining:
        terms.append(_read_term(remaining, prefix, False))
    return _make_group(_AND, terms, negated)


def _read_term(remaining, prefix, negated):
    """Take one term off the end of the reversed list."""
    item = remaining.pop()
    if item == _NOT:
        return _read_term(remaining, prefix, not negated)
    if item in (_AND, _OR):
        terms = [_read_term(remaining, prefix, False) for _side in range(2)]
        return _make_group(item, terms, negated)
    path, operator, value = item
    if isinstance(path, int):  # (1, '=', 1) is everybody, (0, '=', 1) nobody
        return Group("all" if (path == value) is not negated else "any")
    if path == "partner_id" and operator in ("any", "not any"):
        inner = f"{prefix}{path}."
        return _read_list(value, inner, negated is not (operator == "not any"))
    return Condition(f"{prefix}{path}", operator, value, negated)


def _make_group(sign, terms, negated):
    """Join terms; groups of the same logic become one, single terms need no group."""
    if len(terms) == 1:
        return _negate(terms[0]) if negated else terms[0]
    parts = []
    for term in terms:
        same = isinstance(term, Group) and term.logic == _LOGIC[sign, False]
        parts += term.parts if same and term.parts else [term]
    return Group(_LOGIC[sign, negated], tuple(parts))


def _negate(node):
    if isinstance(node, Condition):
        return node._replace(negated=not node.negated)
    opposite = {"all": "not_all", "not_all": "all", "any": "none", "none": "any"}
    return node._replace(logic=opposite[node.logic])

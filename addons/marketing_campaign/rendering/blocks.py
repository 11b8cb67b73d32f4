"""Repeats and conditions: the only parts of a template that go through Jinja.

The Jinja source made here consists of control words and generated names; the texts
of the template are constants passed beside it, so that nothing a person typed is
ever read as code.
"""

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError
from markupsafe import Markup

from odoo.tools.translate import LazyTranslate

from .budget import Rows
from .links import web_url
from .problems import TemplateProblem
from .tags import MAX_ITEMS, RAW, get_tag

_lt = LazyTranslate(__name__)

MAX_LOOP_DEPTH = 2
MAX_BLOCK_DEPTH = 20  # Python, which Jinja writes, gives up at 100
_OPTIONS = {"undefined": StrictUndefined, "cache_size": 0, "optimized": True}
_HTML = ImmutableSandboxedEnvironment(autoescape=True, **_OPTIONS)
_TEXT = ImmutableSandboxedEnvironment(autoescape=False, **_OPTIONS)
for _environment in (_HTML, _TEXT):
    _environment.globals.clear()  # no range, cycler, lipsum, namespace …
    _environment.filters = {"web_url": web_url}
    _environment.tests = {"none": _environment.tests["none"]}


class Scope:
    """What a block may name: tags, the variables of its repeats, its constants."""

    def __init__(self, tags):
        self.tags = tags
        self.variables = {}
        self.used = set()
        self.constants = {}
        self.loops = []  # key of each repeat, in order
        self.open_loops = [0]  # numbers of the repeats around this place
        self.weights = [0]  # cost of one pass: of the block, of the rows of each loop
        self.worst = 0  # steps when every repeat is as long as it may be

    def charge(self, operations):
        """Note what stands at this place."""
        self.weights[self.open_loops[-1]] += operations
        self.worst += operations * MAX_ITEMS ** len(self.variables)

    def constant(self, value):
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name

    def fields_of(self, variable):
        if variable not in self.variables:
            message = _lt("“%(name)s” is not the variable of a repeat.", name=variable)
            raise TemplateProblem(message, near=variable)
        return self.variables[variable].fields

    def enter(self, variable, key):
        """Open `variable in key`; returns the Jinja name of its rows (l<number>)."""
        tag = get_tag(self.tags, key)
        if tag.kind != "list":
            raise TemplateProblem(_lt("“%(tag)s” is not a list.", tag=key), near=key)
        if variable in self.tags or variable in self.variables:
            message = _lt("“%(name)s” is taken: use another name.", name=variable)
            raise TemplateProblem(message, near=variable)
        if len(self.variables) >= MAX_LOOP_DEPTH:
            raise TemplateProblem(_lt("Repeats are nested too deep."), near=key)
        self.variables[variable] = tag
        self.used.add(key)
        self.loops.append(key)
        self.weights.append(1)
        self.open_loops.append(len(self.loops))
        return f"l{len(self.loops)}"

    def leave(self, variable):
        self.variables.pop(variable)
        self.open_loops.pop()


class Block:
    """One compiled block of the HTML or of the text part."""

    def __init__(self, source, scope, markup):
        literal = Markup if markup else str
        constants = {
            name: literal(value) if isinstance(value, Literal) else value
            for name, value in scope.constants.items()
        }
        environment = _HTML if markup else _TEXT
        self.keys = frozenset(scope.used)
        self.loops = tuple(zip(scope.loops, scope.weights[1:], strict=True))
        self.weight = scope.weights[0]
        self.template = environment.from_string(source, globals=constants)

    def render(self, context, names, budget):
        """The text for one recipient; `names` holds the values of slots (s<n>)."""
        budget.spend(self.weight)
        self._add_values(context, names, budget)
        pieces = []
        try:
            for piece in self.template.generate(names):
                budget.spend(0, len(piece))
                pieces.append(piece)
        except (TemplateError, SecurityError, TypeError, LookupError) as error:
            message = _lt("A block cannot be filled in: %(why)s", why=str(error))
            raise TemplateProblem(message, "html") from error
        return "".join(pieces)

    def _add_values(self, context, names, budget):
        for key in self.keys:
            value = freeze(context.get(key))
            names[f"t_{key}"] = value
            names[f"r_{key}"] = freeze(context.get(key + RAW, value))
        for number, (key, weight) in enumerate(self.loops, 1):
            names[f"l{number}"] = Rows(names[f"t_{key}"] or (), budget, weight)


class Literal(str):
    """Template text inside a block: markup in HTML, as it is in plain text."""

    __slots__ = ()


_SCALARS = (str, int, float, bool, type(None))


def freeze(value):
    """Plain data only: scalars, dates and lists of flat dictionaries."""
    if isinstance(value, _SCALARS) or type(value).__name__ in ("date", "datetime"):
        return value
    if isinstance(value, (list, tuple)):
        return tuple(_freeze_row(row) for row in value[:MAX_ITEMS])
    raise TemplateProblem(
        _lt("A value of type %(type)s is not plain data.", type=type(value).__name__)
    )


def _freeze_row(row):
    if not isinstance(row, dict):
        raise TemplateProblem(_lt("A list may only hold rows of plain data."))
    for value in row.values():
        if not isinstance(value, _SCALARS) and type(value).__name__ != "date":
            raise TemplateProblem(_lt("A list may only hold rows of plain data."))
    return dict(row)

"""One spelling of inline styles, whichever way the editor wrote them this time.

The editor writes a style as text or through the browser's style object, depending on
what it had to compute: equal styles differ in blanks, quotes and shorthands. Saving a
mail again without a change must give the same bytes.
"""

import re

from lxml import html as lxml_html

from .page import inner_html

# left behind by the editor's own conversion; means nothing to a mail program
_EDITOR_ATTRIBUTES = ("o-temp-width",)
# rules of the editor's design panel, in variables; the editor has inlined their values
_DESIGN_SHEET = ".//style[@id='design-element']"
# a quoted text, a bracket, or anything but the end of the declaration; what is opened
# and never closed goes on to the end, as in CSS (and the pattern never goes back)
_QUOTED = r"""(?>"[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|\([^)]*(?:\)|\Z))"""
_DECLARATION_RE = re.compile(rf"(?:{_QUOTED}|[^;])++")
_QUOTED_RE = re.compile(f"({_QUOTED})")
_BLANK_RE = re.compile(r"\s+")
_SIDES = ("top", "right", "bottom", "left")
_SHORTHANDS = {
    **{
        f"border-{part}": tuple(f"border-{side}-{part}" for side in _SIDES)
        for part in ("color", "style", "width")
    },
    **{
        name: tuple(f"{name}-{side}" for side in _SIDES)
        for name in ("margin", "padding")
    },
}


def normalise_styles(text):
    """HTML fragment with each style in its one spelling, without editor leftovers."""
    if not text:
        return text
    root = _parse(text)
    for sheet in root.xpath(_DESIGN_SHEET):
        sheet.drop_tree()
    for element in root.iter("*"):
        for name in _EDITOR_ATTRIBUTES:
            element.attrib.pop(name, None)
        if "style" in element.attrib:
            _set_style(element, normalise_style(element.attrib["style"]))
    return inner_html(root)


def _parse(text):
    """The fragment in a <div>; an imported document keeps its style sheets."""
    body = lxml_html.document_fromstring(f"<div>{text}</div>").find("body")
    if len(body) == 1 and not (body.text or body[0].tail):
        root = body[0]
    else:  # a stray </div> has closed ours
        root = body
        root.tag = "div"
        root.attrib.clear()
    return root


def normalise_style(style):
    """The declarations of a style attribute in one spelling; the last one wins."""
    declarations = {}
    for text in _DECLARATION_RE.findall(style):
        name, colon, value = text.partition(":")
        name = name.strip()
        if colon and name and not _is_overruled(declarations.get(name), value):
            # moved to the end: it also overrides a shorthand that stands between
            declarations.pop(name, None)
            declarations[name] = _normalise_value(value)
    for name, sides in _SHORTHANDS.items():
        declarations = _join_sides(declarations, name, sides)
    return ";".join(f"{name}:{value}" for name, value in declarations.items())


def _is_overruled(earlier, value):
    return bool(earlier) and "!important" in earlier and "!important" not in value


def _set_style(element, style):
    if style:
        element.attrib["style"] = style
    else:
        del element.attrib["style"]


def _normalise_value(value):
    parts = _QUOTED_RE.split(_BLANK_RE.sub(" ", value.strip()))
    return "".join(
        _normalise_quoted(part) if position % 2 else part.replace(", ", ",")
        for position, part in enumerate(parts)
    )


def _normalise_quoted(part):
    if part[0] == part[-1] == '"' and len(part) > 1 and "'" not in part:
        return f"'{part[1:-1]}'"
    return part.replace(", ", ",") if part[0] == "(" and "'" not in part else part


def _join_sides(declarations, name, sides):
    """Four equal sides that stand together as one shorthand."""
    values = {declarations.get(side) for side in sides}
    if len(values) != 1 or None in values or name in declarations:
        return declarations
    places = [place for place, key in enumerate(declarations) if key in sides]
    if places[-1] - places[0] != 3:  # what stands between might be overridden or win
        return declarations
    joined = {}
    for key, value in declarations.items():
        joined.setdefault(name if key in sides else key, value)
    return joined

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


def place_of(element):
    """`line 3, near “Shop now”` of an element of the body."""
    words = " ".join(element.text_content().split()) or element.get("alt") or ""
    if not words:
        picture = element.find(".//img")
        words = (picture.get("alt") or "") if picture is not None else ""
    if not words:
        return _lt("Body, line %(line)s", line=element.sourceline or 1)
    return _lt(
        "Body, line %(line)s, near “%(text)s”",
        line=element.sourceline or 1,
        text=words[:40],
    )

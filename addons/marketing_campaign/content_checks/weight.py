from odoo.tools.translate import LazyTranslate

from .findings import ERROR, WARNING, Finding

_lt = LazyTranslate(__name__)

CLIPPED = 102 * 1024  # bytes of HTML after which Gmail hides the rest
NEARLY = 85 * 1024  # tracked links and long names of customers still come on top


def check_weight(html):
    """Findings on the bytes of a rendered message."""
    size = len(html.encode())
    values = {"size": -(-size // 1024), "limit": CLIPPED // 1024}
    if size > CLIPPED:
        message = _lt(
            "%(size)s KB: Gmail cuts after %(limit)s KB, with the unsubscribe link.",
            **values,
        )
        return [Finding(ERROR, "clipped", message, _lt("Body"))]
    if size > NEARLY:
        message = _lt("%(size)s KB, close to the %(limit)s KB of Gmail.", **values)
        return [Finding(WARNING, "nearly_clipped", message, _lt("Body"))]
    return []

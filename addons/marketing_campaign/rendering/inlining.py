"""Styles of imported HTML, written into its elements as mail programs need them."""

import re

import css_inline
from lxml import html as lxml_html

from .page import inner_html
from .shape import find_sheets

_AT_RULE_RE = re.compile(r"\s*@")
_INLINER = css_inline.CSSInliner(
    load_remote_stylesheets=False,  # a template must not make the server read URLs
    keep_style_tags=False,
    keep_at_rules=True,
    minify_css=True,
)


def inline_styles(text):
    """HTML fragment with its <style> rules inlined; rules for phones stay."""
    if not any(_has_rules(text[start:end]) for start, end in find_sheets(text)):
        return text  # also because the inliner orders attributes anew each time
    document = lxml_html.document_fromstring(_INLINER.inline(f"<div>{text}</div>"))
    body = document.find("body")
    styles = document.xpath("./head/style")
    root = body[0] if _is_wrapped(body) else body  # a stray </div> has closed ours
    for position, style in enumerate(styles):
        style.tail = None
        root.insert(position, style)
    if styles and root.text:
        styles[-1].tail, root.text = root.text, None
    root.tag = "div"
    root.tail = None
    root.attrib.clear()
    return inner_html(root)


def _has_rules(sheet):
    """Whether a style sheet says more than rules for some screens (@media …)."""
    depth, position = 0, sheet.find(">") + 1
    for match in re.finditer(r"[{}]", sheet):
        if match[0] == "{" and not depth and not _AT_RULE_RE.match(sheet, position):
            return True
        depth = max(depth + (1 if match[0] == "{" else -1), 0)
        position = match.end()
    return False


def _is_wrapped(body):
    """Whether all of the body is still in the <div> that was put around it."""
    texts = [body.text, *(child.tail for child in body)]
    return len(body) == 1 and not any(text and text.strip() for text in texts)


# the frame in which the editor lets people drag blocks
_LAYOUT = (
    '<div data-name="Mailing" class="o_layout oe_unremovable oe_unmovable '
    'o_empty_theme"><div class="container o_mail_wrapper o_mail_regular '
    'oe_unremovable"><div class="row mw-100 mx-0"><div class="col o_mail_no_options '
    'o_mail_wrapper_td bg-white oe_structure">{html}</div></div></div></div>'
)


def wrap_layout(text):
    """An imported body as the editor can open it."""
    if not text or "o_layout" in text:
        return text
    return _LAYOUT.format(html=text)

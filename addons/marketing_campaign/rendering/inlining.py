"""Styles of imported HTML, written into its elements as mail programs need them."""

import re

import css_inline
from lxml import html as lxml_html

from .page import inner_html

_STYLE_RE = re.compile(r"<style\b", re.I)
_INLINER = css_inline.CSSInliner(
    load_remote_stylesheets=False,  # a template must not make the server read URLs
    keep_style_tags=False,
    keep_at_rules=True,
    minify_css=True,
)


def inline_styles(text):
    """HTML fragment with its <style> rules inlined; rules for phones stay."""
    if not _STYLE_RE.search(text):
        return text
    document = lxml_html.document_fromstring(_INLINER.inline(f"<div>{text}</div>"))
    body = document.find("body")
    styles = document.xpath("./head/style")
    for position, style in enumerate(styles):
        style.tail = None
        body.insert(position, style)
    body.tag = "div"
    body.attrib.clear()
    return inner_html(body)


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

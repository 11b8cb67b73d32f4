"""The document around a body: head, hidden preview text, opening pixel."""

from lxml import html as lxml_html
from markupsafe import escape

# what a phone needs when the styles are inlined; class names of our templates
RESPONSIVE_CSS = (
    "body{margin:0;padding:0;-webkit-text-size-adjust:100%}"
    "img{max-width:100%;height:auto}"
    "@media only screen and (max-width:620px){"
    ".o_mm_full{width:100%!important;min-width:0!important}"
    ".o_mm_stack{display:block!important;width:100%!important;"
    "box-sizing:border-box!important}"
    ".o_mm_pad{padding-left:16px!important;padding-right:16px!important}}"
)
# only for a body with rules for dark screens: others are left to the mail program
_COLOUR_SCHEMES = (
    '<meta name="color-scheme" content="light dark">'
    '<meta name="supported-color-schemes" content="light dark">'
)
# keeps mail programs from filling the preview line with the start of the body
_FILLER = "&#847;&zwnj;&nbsp;" * 60
_HIDDEN = "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;"
_HIDDEN += "opacity:0;overflow:hidden;mso-hide:all"


def wrap_page(root, subject, preview, pixel, lang):
    """Complete marked document of an annotated body."""
    styles = _take_styles(root)
    return "".join(
        (
            "<!DOCTYPE html>\n",
            f'<html lang="{escape(lang)}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="x-apple-disable-message-reformatting">',
            f"<title>{escape(subject)}</title>",
            _COLOUR_SCHEMES if "prefers-color-scheme" in styles else "",
            f"<style>{RESPONSIVE_CSS}{styles}</style></head>",
            '<body style="margin:0;padding:0;">',
            _preheader(preview),
            inner_html(root),
            pixel,
            "</body></html>\n",
        )
    )


def _preheader(preview):
    if not preview:
        return ""
    return f'<div style="{_HIDDEN}">{escape(preview)}{_FILLER}</div>'


def _take_styles(root):
    """Style sheets of the body, which mail programs only read in the head."""
    texts = []
    for style in root.xpath(".//style"):
        texts.append((style.text or "").replace("<", ""))
        style.drop_tree()
    return "".join(texts)


def inner_html(root):
    text = lxml_html.tostring(root, encoding="unicode", method="html")
    return text.removeprefix("<div>").removesuffix("</div>")

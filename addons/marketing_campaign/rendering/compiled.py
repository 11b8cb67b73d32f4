"""Compiling a template once, and rendering it for each recipient."""

import re
import secrets

from markupsafe import Markup, escape

from odoo.tools.translate import LazyTranslate

from odoo.addons.marketing_delivery.sender.content import Content

from .assembly import assemble, find_bare_tags, split_marked
from .blocks import Block
from .budget import MAX_OUTPUT, Budget
from .document import MAX_SUBJECT, check_depth, parse_html
from .grammar import FILTERS, Expression
from .layout import BLANK_RE, Layout
from .links import Site, web_url
from .markup import annotate
from .page import wrap_page
from .plaintext import mark_plain, text_from_html
from .problems import TemplateProblem
from .shape import check_size
from .slots import ClickSlot, EndSlot, ForSlot, IfSlot, LinkSlot, Sheet
from .tags import RAW

_lt = LazyTranslate(__name__)
_BREAK_RE = re.compile(r"[\s\x00-\x1f\x7f\x85\u2028\u2029]+")


class CompiledTemplate:
    """Static skeleton with open places; safe to share between threads.

    `links` are the tracked targets, their index is the position; `labels` are the
    words of each; `tags` are the keys whose values `render` needs;
    `has_unsubscribe` is true when every recipient gets that link in the HTML, or in
    the text of a message without any;
    `bare_tags` leave a hole where a customer has no value;
    `excerpt` is the static text, for lists.
    """

    def __init__(self, sheet, subject, html, text):
        self.links = tuple(sheet.targets)
        self.labels = tuple(sheet.labels)
        plan = {}
        pieces = split_marked(html, sheet)
        self.has_unsubscribe = _is_always_shown(
            LinkSlot("unsubscribe"), pieces or split_marked(text, sheet)
        )
        self._subject = assemble(split_marked(subject, sheet), sheet, plan, markup=True)
        self._html = assemble(pieces, sheet, plan, markup=True)
        self._text = assemble(split_marked(text, sheet), sheet, plan, markup=False)
        self._text_has_blocks = any(
            isinstance(fill[1], Block) for fill in self._text[1]
        )
        self._layout = Layout(self._html, self._text, folds=self._text_has_blocks)
        self.bare_tags = frozenset().union(
            *(
                find_bare_tags(split_marked(part, sheet))
                for part in (subject, html, text)
            )
        )
        self.excerpt = "".join(self._text[0])
        self.tags = frozenset(sheet.used)
        self._readers = [_make_reader(slot, sheet.tags) for slot in plan]

    def render(self, context, links):
        """Content for one recipient.

        `context` maps each key of `tags` to plain data; `links` has click(position),
        pixel(), unsubscribe() and view(). Raises TemplateProblem.
        """
        return self._render(context, links)[0]

    def render_slots(self, context, links):
        """The same, with the skeleton that all recipients share."""
        content, html, text = self._render(context, links)
        layout = self._layout
        return content._replace(
            skeleton=layout.skeleton, values=layout.read(html, text)
        )

    def _render(self, context, links):
        """(content, filled parts of its HTML, of its text)"""
        budget = Budget()
        try:
            values = [read(context, links) for read in self._readers]
        except KeyError as error:
            message = _lt("The value of “%(tag)s” is missing.", tag=str(error.args[0]))
            raise TemplateProblem(message) from error
        budget.spend(len(values), sum(map(len, values)))
        # plain values are escaped, those that are markup already stay
        safe = [escape(value) for value in values]
        subject = "".join(_fill(self._subject, values, context, budget))
        html = _fill(self._html, safe, context, budget)
        text = _fill(self._text, values, context, budget)
        content = Content(
            _BREAK_RE.sub(" ", subject).strip(), "".join(html), self._join_text(text)
        )
        return content, html, text

    def _join_text(self, parts):
        text = "".join(parts)
        # blocks that are left out leave their blank lines behind
        return BLANK_RE.sub("\n\n", text) if self._text_has_blocks else text


def _fill(part, values, context, budget):
    parts, fills = part
    parts = parts.copy()
    for index, fill in fills:
        if isinstance(fill, Block):
            names = {f"s{number}": value for number, value in enumerate(values)}
            parts[index] = fill.render(context, names, budget)
        else:
            parts[index] = values[fill]
    if sum(map(len, parts)) > MAX_OUTPUT:  # before they are joined
        raise TemplateProblem(_lt("The message would exceed 1 MB."), "html")
    return parts


def _is_always_shown(slot, pieces):
    """Whether a slot stands outside every repeat and condition."""
    depth = 0
    for piece in pieces:
        depth += isinstance(piece, (ForSlot, IfSlot)) - isinstance(piece, EndSlot)
        if piece == slot and not depth:
            return True
    return False


class MultilineValue(str):
    """Lines of text; in HTML they are separated by <br>."""

    __slots__ = ()

    def __html__(self):
        return Markup("<br>").join(self.splitlines())


def _make_reader(slot, tags):
    """Function (context, links) -> value of the slot as text."""
    if isinstance(slot, ClickSlot):
        position = slot.position
        return lambda context, links: links.click(position)
    if isinstance(slot, LinkSlot):
        if slot.name == "pixel":
            return lambda context, links: _pixel(links.pixel())
        name = slot.name
        return lambda context, links: getattr(links, name)()
    if isinstance(slot, Expression):
        return _make_tag_reader(slot, tags[slot.key].kind == "multiline")
    return _make_url_reader(tags[slot.key])


def _make_url_reader(tag):
    key, position_key = tag.key, tag.tracked_by + RAW

    def read(context, links):
        position = context.get(position_key) if tag.tracked_by else None
        return web_url(context[key]) if position is None else links.click(position)

    return read


def _make_tag_reader(expression, multiline):
    key, fallback = expression.key, expression.fallback
    filters = [FILTERS[name] for name in expression.filters]

    def read(context, links):
        value = context[key]
        if value is None or value == "":
            return fallback
        value = str(value)
        for change in filters:
            value = change(value)
        return MultilineValue(value) if multiline else value

    return read


def _pixel(url):
    if not url:
        return Markup("")
    return Markup('<img src="{}" width="1" height="1" alt="" border="0">').format(url)


def compile_template(subject, html, text, *, tags, preview="", site=None, lang="en"):
    """Check and compile the parts of a template.

    `tags` maps key -> Tag, `site` resolves relative and shop links, `text` may be
    empty: it is then made from the HTML. Raises TemplateProblem with its place.
    """
    site = site or Site()
    sheet = Sheet(dict(tags), f"mm{secrets.token_hex(8)}")
    subject = _compile_line("subject", subject, sheet)
    preview = _compile_line("preview", preview, sheet)
    root = parse_html(html or "")
    check_depth(root)
    annotate(root, sheet, site)
    plain = _compile_text(text, sheet, site) if text else text_from_html(root)
    pixel = sheet.mark(LinkSlot("pixel"))
    page = wrap_page(root, subject, preview, pixel, lang)
    return CompiledTemplate(sheet, subject, page, plain)


def compile_short(subject, text, *, tags, site=None):
    """The same for a message without HTML: a text, and perhaps a title.

    Raises TemplateProblem with its place.
    """
    sheet = Sheet(dict(tags), f"mm{secrets.token_hex(8)}")
    subject = _compile_line("subject", subject, sheet)
    if not text.strip():
        raise TemplateProblem(_lt("Write a text."), "text")
    return CompiledTemplate(
        sheet, subject, "", _compile_text(text, sheet, site or Site())
    )


def _compile_line(part, text, sheet):
    text = text or ""
    check_size(part, text)
    if len(text) > MAX_SUBJECT:
        message = _lt("Write at most %(limit)s characters.", limit=MAX_SUBJECT)
        raise TemplateProblem(message, part)
    try:
        return mark_plain(_BREAK_RE.sub(" ", text).strip(), sheet)
    except TemplateProblem as problem:
        raise problem.at(part) from None


def _compile_text(text, sheet, site):
    check_size("text", text)
    try:
        return mark_plain(text, sheet, site)
    except TemplateProblem as problem:
        raise problem.at("text") from None

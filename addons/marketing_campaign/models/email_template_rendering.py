from odoo import models
from odoo.exceptions import UserError
from odoo.tools.lru import LRU

from ..rendering import (
    Formatter,
    Site,
    TemplateProblem,
    TemplateRenderer,
    compile_short,
    compile_template,
)

_FOOTER = (
    '<div style="padding:24px 16px;text-align:center;font-family:Arial,sans-serif;'
    'font-size:12px;line-height:1.5;color:#5f6368;">'
    '<span data-mm-tag="company_name"></span><br>'
    '<span data-mm-tag="company_address"></span><br>'
    '<a href="mm://unsubscribe" style="color:#5f6368;">{label}</a></div>'
)
# A compiled template depends on nothing but its texts, so these are the key: a change
# in the same second, or in a transaction that is rolled back, cannot show stale mail.
_COMPILED = LRU(64)


class EmailTemplateMarketing(models.Model):
    _inherit = "email.template.marketing"

    def _compile(self, *, company=None, subject=None, preview=None):
        """CompiledTemplate of this template for a company.

        `subject` and `preview` replace those of the template when they are not
        empty. Raises TemplateProblem with its place.
        """
        self.ensure_one()
        company = company or self.company_id or self.env.company
        lang = company.partner_id.lang or self.env.lang or "en_US"
        texts = (
            subject or self.subject_template or "",
            str(self.html_content or ""),
            self._get_text(company),
            preview or self.preview_text or "",
        )
        tags = self.env["marketing.merge.tag"]._get_tags()
        site = self._get_site(company)
        kind = (self.channel, self.template_type == "marketing")
        key = (*texts, site, lang, kind, frozenset(tags), self.env.cr.dbname)
        compiled = _COMPILED.get(key)
        if compiled is None:
            compiled = self._compile_texts(texts, tags, site, lang)
            _COMPILED[key] = compiled
        return compiled

    def _compile_texts(self, texts, tags, site, lang):
        subject, html, text, preview = texts
        if self.channel != "email":
            return compile_short(subject, text, tags=tags, site=site)
        options = {"tags": tags, "preview": preview, "site": site}
        options["lang"] = lang.replace("_", "-")
        compiled = compile_template(subject, html, text, **options)
        if self.template_type == "marketing" and not compiled.has_unsubscribe:
            html += self._get_footer(lang)
            compiled = compile_template(subject, html, text, **options)
        return compiled

    def _get_text(self, company):
        """The plain text; a channel may have to add something for the company."""
        return self.text_content or ""

    def _shows_way_out(self, compiled):
        """Whether whoever gets the message is told how to get no more of them."""
        return compiled.has_unsubscribe

    def _get_footer(self, lang):
        """Sender and unsubscribe link for a body in which the author forgot them."""
        return _FOOTER.format(label=self.with_context(lang=lang).env._("Unsubscribe"))

    def _get_site(self, company):
        """Addresses that relative links and mm://shop links lead to."""
        base_url = company.get_base_url().rstrip("/")
        # the website is shown to every visitor; a sender need not read the contact
        website = (company.sudo().website or "").rstrip("/")
        return Site(base_url, website or base_url)

    def _get_renderer(
        self, company=None, *, subject=None, preview=None, opens=True, clicks=True
    ):
        """Object with contexts(cr, rows) and render(row, context, links).

        It holds no record, so that it may be used outside this transaction.
        Raises UserError for a template that does not compile; render() raises
        TemplateProblem for one recipient.
        """
        company = company or self.company_id or self.env.company
        try:
            return self._get_renderer_of_texts(
                company, subject, preview, opens=opens, clicks=clicks
            )
        except TemplateProblem as problem:
            raise UserError(problem.describe(self.env._)) from problem

    def _get_renderer_of_texts(self, company, subject, preview, **tracking):
        """The same; raises TemplateProblem, which has a place."""
        registry = self.env["marketing.merge.tag"]
        return TemplateRenderer(
            self._compile(company=company, subject=subject, preview=preview),
            registry._get_tags(),
            registry._get_joins(),
            self._get_formatter(company),
            **tracking,
        )

    def _get_formatter(self, company):
        registry = self.env["marketing.merge.tag"]
        langs = [code for code, __ in self.env["res.lang"].get_installed()]
        words = registry._get_choice_words(langs)
        lang = company.partner_id.lang or self.env.lang or "en_US"
        return Formatter(company.currency_id.name, lang, words)

    def _get_first_words(self):
        """Start of the text, for cards and lists."""
        try:
            text = self._compile().excerpt
        except TemplateProblem:
            return ""
        return " ".join(text.split())[:160]

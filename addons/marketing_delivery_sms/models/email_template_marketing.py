import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.marketing_campaign import content_checks as checks

from ..sender.segments import MAX_SEGMENTS, UCS_2, measure, simplify
from ..tracking.short_links import SampleLinks

MANY_SEGMENTS = 3
# A way out that the author wrote himself.
_LINK = re.compile(r"mm://unsubscribe\b|\{\{\s*unsubscribe_url\b")


class EmailTemplateMarketing(models.Model):
    """The channel ``sms``: one text, with the tags of every template."""

    _inherit = "email.template.marketing"

    channel = fields.Selection(
        selection_add=[("sms", "SMS")], ondelete={"sms": "cascade"}
    )

    @api.constrains("channel", "text_content")
    def _check_sms_text(self):
        for template in self.filtered(lambda t: t.channel == "sms"):
            if not (template.text_content or "").strip():
                raise ValidationError(self.env._("Write the text of the SMS."))

    def _get_text(self, company):
        """The text with a way out: by the company's sentence, else by a link."""
        text = super()._get_text(company)
        if (
            self.channel != "sms"
            or not text.strip()
            or self.template_type != "marketing"
        ):
            return text
        sentence = self._get_way_out_sentence(company)
        if _LINK.search(text) or (sentence and sentence in text):
            return text
        return f"{text.rstrip()}\n{sentence or self._get_way_out_link(company)}"

    def _get_way_out_sentence(self, company):
        lang = company.partner_id.lang
        return company.with_context(lang=lang).marketing_sms_way_out or ""

    def _get_way_out_link(self, company):
        lang = company.partner_id.lang
        word = self.with_context(lang=lang).env._("No more SMS:")
        return f"{word} mm://unsubscribe"

    def _shows_way_out(self, compiled):
        if self.channel != "sms":
            return super()._shows_way_out(compiled)
        # without a link there is the sentence: `_get_text` sees to it
        return self.template_type == "marketing" or compiled.has_unsubscribe

    def _get_preview_links(self, renderer, company):
        """The length counts: links as long as those that will be sent."""
        if self.channel != "sms":
            return super()._get_preview_links(renderer, company)
        return SampleLinks(company.get_base_url())

    def _check_message(self, renderer, content, preview):
        if self.channel != "sms":
            return super()._check_message(renderer, content, preview)
        size = measure(simplify(content.text))
        return [*self._check_length(size), *self._check_alphabet(size)]

    def _check_length(self, size):
        values = {"segments": size.segments, "most": MAX_SEGMENTS}
        if size.segments > MAX_SEGMENTS:
            message = self.env._(
                "The text takes %(segments)s segments; %(most)s can be sent.", **values
            )
            return [checks.Finding(checks.ERROR, "sms_too_long", message)]
        if size.segments > MANY_SEGMENTS:
            message = self.env._(
                "Each message is charged as %(segments)s: shorten the text.", **values
            )
            return [checks.Finding(checks.WARNING, "sms_long", message)]
        return []

    def _check_alphabet(self, size):
        if size.alphabet != UCS_2 or size.segments < 2:
            return []
        message = self.env._(
            "Because of %(signs)s a segment holds 67 characters instead of 153.",
            signs=" ".join(size.foreign[:10]),
        )
        return [checks.Finding(checks.WARNING, "sms_alphabet", message)]

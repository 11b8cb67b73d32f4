from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.marketing_campaign.rendering import TemplateProblem

from ..sender.segments import measure, simplify

MAX_TEXT = 5000  # characters that are worth counting


class EmailTemplateSmsSize(models.Model):
    """How long a text is, counted while it is written."""

    _inherit = "email.template.marketing"

    sms_sample = fields.Text("With Sample Values", compute="_compute_sms_sample")

    @api.depends("channel", "text_content", "template_type", "company_id")
    def _compute_sms_sample(self):
        for template in self:
            is_sms = template.channel == "sms"
            template.sms_sample = is_sms and template._measure_sms()["text"]

    def _get_first_words(self):
        """A text is short enough to be shown as it is."""
        if self.channel != "sms":
            return super()._get_first_words()
        return self._measure_sms()["text"][:160]

    @api.model
    @api.readonly
    def measure_sms(self, text, template_type="marketing", company_id=None):
        """Size of a text that need not be saved, with sample values and short links.

        Returns {"text", "alphabet", "length", "room", "segments", "foreign",
        "problem"}; "problem" says why there is no text.
        """
        self.check_access("read")
        company = self.env["res.company"].browse(company_id) or self.env.company
        if company not in self.env.companies:
            raise UserError(self.env._("Choose one of your companies."))
        template = self.new(
            {
                "channel": "sms",
                "name": "SMS",
                "subject_template": "SMS",
                "text_content": str(text or "")[:MAX_TEXT],
                "template_type": template_type,
                "company_id": company.id,
            }
        )
        return template._measure_sms()

    def _measure_sms(self):
        text, problem = "", False
        try:
            renderer = self._get_renderer_of_texts(
                self.company_id or self.env.company, None, None
            )
            text = simplify(self._render_sample(renderer).text)
        except TemplateProblem as found:
            problem = found.describe(self.env._)
        except (UserError, ValidationError) as found:
            problem = str(found)
        return {**measure(text)._asdict(), "text": text, "problem": problem}

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.marketing_campaign.models.email_campaign_checklist import Check


class EmailCampaign(models.Model):
    """What a notification looks like, and what it cannot be."""

    _inherit = "email.campaign"

    push_title = fields.Char("Title Shown", compute="_compute_push")
    push_body = fields.Text("Text Shown", compute="_compute_push")
    push_target = fields.Char("Leads To", compute="_compute_push")
    push_picture = fields.Binary(related="template_id.push_icon")

    @api.depends("channel", "template_id", "sent_template_id", "subject_line")
    def _compute_push(self):
        self.push_title = self.push_body = self.push_target = False
        for campaign in self.filtered(lambda c: c.channel == "push"):
            content, _problem = campaign._preview_content()
            if content:
                campaign.push_title = content.subject
                campaign.push_body = content.text
                campaign.push_target = content.url

    @api.constrains("channel", "is_transactional")
    def _check_push_is_marketing(self):
        for campaign in self:
            if campaign.channel == "push" and campaign.is_transactional:
                raise ValidationError(
                    self.env._(
                        "A notification always needs the consent of its device: it"
                        " cannot be transactional."
                    )
                )

    def _say_no_push_provider(self):
        text = self.env._(
            "No provider sends notifications for %(company)s. An administrator adds"
            " one in Delivery / Providers.",
            company=self.company_id.name,
        )
        return Check("provider", "blocking", text)

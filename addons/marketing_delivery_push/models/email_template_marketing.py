from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.marketing_campaign import content_checks as checks
from odoo.addons.marketing_campaign.rendering import TemplateProblem

from ..sender.renderer import PushRenderer

SHOP = "mm://shop"
# What phones show before they cut it.
SHOWN_TITLE = 50
SHOWN_BODY = 150


class EmailTemplateMarketing(models.Model):
    """The channel ``push``: a title, a text, a picture and one link."""

    _inherit = "email.template.marketing"

    channel = fields.Selection(
        selection_add=[("push", "Web Push")], ondelete={"push": "cascade"}
    )
    push_url = fields.Char(
        "Link",
        help="Where a click leads: https://…, or mm://shop/… in your own shop. Empty:"
        " the shop.",
    )
    push_icon = fields.Image("Picture", max_width=192, max_height=192)

    @api.constrains("channel", "text_content", "push_url")
    def _check_push(self):
        for template in self.filtered(lambda t: t.channel == "push"):
            if not (template.text_content or "").strip():
                raise ValidationError(self.env._("Write the text of the notification."))
            try:
                links = template._compile().links
            except TemplateProblem as problem:
                raise ValidationError(problem.describe(self.env._)) from problem
            if not links:
                raise ValidationError(
                    self.env._(
                        "“%(url)s” is not a web address: write https://…, or"
                        " mm://shop/… for a page of your shop.",
                        url=template.push_url or "",
                    )
                )

    @api.constrains("push_icon")
    def _check_push_icon(self):
        """A browser has no session here: the picture is reached by a token."""
        self._get_push_icon_attachment().generate_access_token()

    def _get_push_icon_attachment(self):
        # sudo: the file behind a field of a readable record
        attachments = self.env["ir.attachment"].sudo()
        return attachments.search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", "push_icon"),
                ("res_id", "in", self.ids),
            ]
        )

    def _get_push_icon_url(self):
        attachment = self._get_push_icon_attachment()[:1]
        if not attachment:
            return ""
        base = self.get_base_url().rstrip("/")
        return (
            f"{base}/web/image/{attachment.id}?access_token={attachment.access_token}"
        )

    def _get_text(self, company):
        """The text, and the link in a last line of its own."""
        text = super()._get_text(company)
        if self.channel != "push":
            return text
        link = " ".join((self.push_url or SHOP).split())
        return f"{text.rstrip()}\n{link}" if text.strip() else ""

    def _shows_way_out(self, compiled):
        """The notification has a button for it, and every browser a setting."""
        return self.channel == "push" or super()._shows_way_out(compiled)

    def _get_renderer_of_texts(self, company, subject, preview, **tracking):
        renderer = super()._get_renderer_of_texts(company, subject, preview, **tracking)
        if self.channel != "push":
            return renderer
        return PushRenderer(renderer, self._get_push_icon_url())

    def _check_message(self, renderer, content, preview):
        if self.channel != "push":
            return super()._check_message(renderer, content, preview)
        findings = []
        for text, most, name in (
            (content.subject, SHOWN_TITLE, self.env._("Title")),
            (content.text, SHOWN_BODY, self.env._("Text")),
        ):
            if len(text) > most:
                message = self.env._(
                    "Most devices show the first %(most)s characters; this has"
                    " %(length)s.",
                    most=most,
                    length=len(text),
                )
                finding = checks.Finding(checks.WARNING, "push_long", message, name)
                findings.append(finding)
        return findings

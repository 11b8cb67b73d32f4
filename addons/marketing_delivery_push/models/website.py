from odoo import fields, models
from odoo.exceptions import UserError


class Website(models.Model):
    _inherit = "website"

    marketing_push = fields.Boolean(
        "Notifications",
        help="Ask visitors who agreed to optional cookies whether they want"
        " notifications. The browser's own question comes only after their yes.",
    )
    marketing_push_question = fields.Char(
        "Question",
        translate=True,
        help="What visitors are asked; kept with their consent.",
    )

    def _get_push_question(self):
        """Return the sentence that a visitor agrees to, as shown and as recorded."""
        self.ensure_one()
        # sudo: the name of the sender is public
        company = self.sudo().company_id.name
        return self.marketing_push_question or self.env._(
            "May %(company)s send you notifications about offers and news? You can stop"
            " them at any time.",
            company=company,
        )

    def _get_push_key(self):
        """Return the public key that browsers bind a subscription to.

        Empty where it cannot be opened: nobody is asked for a useless one.
        """
        # sudo: the public half of the key is for everybody
        devices = self.env["marketing.push.device"].sudo()
        try:
            return devices._get_vapid(self.sudo().company_id).public_key
        except UserError:
            return ""

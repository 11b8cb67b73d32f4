from odoo import models
from odoo.exceptions import UserError

MOST = 4


class EmailCampaign(models.Model):
    _inherit = "email.campaign"

    def action_compare(self):
        """Open two to four sent campaigns of one company side by side."""
        self.check_access("read")
        self._check_comparable()
        comparison = self.env["email.campaign.comparison"].create(
            {"campaign_ids": self.sorted("id").ids}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare campaigns"),
            "res_model": comparison._name,
            "res_id": comparison.id,
            "views": [(False, "form")],
        }

    def _check_comparable(self):
        if not 2 <= len(self) <= MOST:
            raise UserError(
                self.env._(
                    "Tick two, three or four campaigns to compare; %(count)s are"
                    " ticked.",
                    count=len(self),
                )
            )
        if len(self.company_id) > 1:
            raise UserError(
                self.env._(
                    "These campaigns belong to different companies (%(companies)s):"
                    " their customers and currencies cannot be compared.",
                    companies=", ".join(self.company_id.mapped("name")),
                )
            )
        if silent := self.filtered(lambda campaign: not campaign.total_delivered):
            raise UserError(
                self.env._(
                    "Nothing has been delivered by %(names)s yet: there is nothing to"
                    " compare.",
                    names=", ".join(f"“{campaign.name}”" for campaign in silent),
                )
            )

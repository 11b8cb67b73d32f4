from odoo import models

from odoo.addons.marketing_segment.segment_rules import RuleProblem


class CustomerSegment(models.Model):
    _inherit = "customer.segment"

    def write(self, vals):
        """A campaign that was approved for other people needs another approval."""
        result = super().write(vals)
        # Superuser: an approval is withdrawn whether or not the editor may see it.
        self.env["email.campaign"].sudo()._withdraw_stale_approvals(
            [
                "|",
                ("segment_ids", "in", self.ids),
                ("exclude_segment_ids", "in", self.ids),
            ]
        )
        return result

    def _get_rule_text(self):
        """Who belongs here, as text that only a change of the rule changes."""
        self.ensure_one()
        try:
            return repr(self._get_rule_domain())
        except RuleProblem:
            return f"unreadable: {self.filter_domain}"

from odoo import api, fields, models

from ..segment_rules import RuleProblem


class CustomerProfile(models.Model):
    """Customers as the members of the segment whose list they stand in."""

    _inherit = "customer.profile"

    segment_reasons = fields.Char(
        "Why in the Segment",
        compute="_compute_segment_reasons",
        exportable=False,
        help="The conditions that decide, each with the customer's own value. "
        "“Why?” shows all of them.",
    )

    @api.depends_context("why_segment_id", "uid", "su", "allowed_company_ids", "lang")
    def _compute_segment_reasons(self):
        segment = self._get_segment_of_list()
        try:
            told = segment._tell_members(self.partner_id) if segment else {}
        except (
            RuleProblem
        ):  # the rule was changed since; the segment says what is wrong
            told = {}
        for profile in self:
            profile.segment_reasons = told.get(profile.partner_id.id, False)

    def _get_segment_of_list(self):
        """Return the segment whose members are shown; rights are checked by it."""
        segment_id = self.env.context.get("why_segment_id")
        return self.env["customer.segment"].browse(segment_id or ()).exists()

    def action_why(self):
        """Ask why this customer is in the segment whose members are shown."""
        self.ensure_one()
        segment = self._get_segment_of_list()
        return segment._open_why(default_partner_id=self.partner_id.id)

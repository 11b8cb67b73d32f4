from odoo import models
from odoo.tools import SQL

from odoo.addons.marketing_segment.segment_rules import RuleProblem


class CustomerSegment(models.Model):
    _inherit = "customer.segment"

    def write(self, vals):
        """A campaign that was approved for other people needs another approval."""
        result = super().write(vals)
        self._withdraw_approvals()
        return result

    def _add_members(self, partners, source, origin=None):
        added = super()._add_members(partners, source, origin)
        self._withdraw_approvals()
        return added

    def _remove_members(self, partners):
        removed = super()._remove_members(partners)
        self._withdraw_approvals()
        return removed

    def _withdraw_approvals(self):
        # Superuser: an approval is withdrawn whether or not the editor may see it.
        ids = self._get_including().ids
        self.env["email.campaign"].sudo()._withdraw_stale_approvals(
            ["|", ("segment_ids", "in", ids), ("exclude_segment_ids", "in", ids)]
        )

    def _get_rule_text(self):
        """Who belongs here, as text that only a decision of a person changes.

        With the texts of the segments that the rule depends on.
        """
        own = self._get_own_rule_text()
        # superuser: what the rule means depends on them, seen by the user or not
        included = self.sudo()._get_all_included()
        return "\n".join([own, *(one._get_own_rule_text() for one in included)])

    def _get_own_rule_text(self):
        self.ensure_one()
        if self.segment_type == "static":
            return f"list: {self._get_list_digest()}"
        try:
            return repr(self._get_rule_domain())
        except RuleProblem:
            return f"unreadable: {self.filter_domain}"

    def _get_list_digest(self):
        """A hash of who stands on the fixed list, able to receive or not."""
        self.env["segment.membership"].flush_model()
        statement = SQL(
            """SELECT encode(sha256(convert_to(COALESCE(
                      string_agg(partner_id::text, ',' ORDER BY partner_id), ''),
                      'UTF8')), 'hex')
                 FROM segment_membership
                WHERE segment_id = %s AND left_at IS NULL""",
            self.id,
        )
        return self.env.execute_query(statement)[0][0]

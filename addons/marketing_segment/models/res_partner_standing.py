from odoo import api, fields, models
from odoo.fields import Domain

from .res_partner import READERS


class ResPartner(models.Model):
    """What only the page of one customer shows: patterns, words and segments."""

    _inherit = "res.partner"

    marketing_standing = fields.Text(
        "What This Says", compute="_compute_marketing_standing", groups=READERS
    )
    marketing_pattern_ids = fields.One2many(
        "customer.pattern", compute="_compute_marketing_standing", groups=READERS
    )
    marketing_membership_ids = fields.One2many(
        "segment.membership",
        string="Current Segments",
        compute="_compute_marketing_memberships",
        groups=READERS,
    )
    marketing_segment_count = fields.Integer(
        "Segments", compute="_compute_marketing_memberships", groups=READERS
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_marketing_standing(self):
        profiles = self._get_marketing_profiles()
        nobody = self.env["customer.profile"]
        for partner in self:
            profile = profiles.get(partner._origin.id, nobody)
            partner.marketing_standing = profile.standing
            partner.marketing_pattern_ids = profile.pattern_ids

    @api.depends("commercial_partner_id", "segment_membership_ids")
    @api.depends_context("company")
    def _compute_marketing_memberships(self):
        customers = self._origin | self._origin.commercial_partner_id
        domain = customers._get_membership_domain() & Domain("left_at", "=", False)
        found = self.env["segment.membership"].search(domain)
        by_partner = found.grouped(lambda row: row.partner_id.id)
        nothing = found.browse()
        for partner in self:
            own = by_partner.get(partner._origin.id, nothing)
            # whoever became a contact later may still be in a segment on its own
            customer_id = partner._origin.commercial_partner_id.id
            rows = own | by_partner.get(customer_id, nothing)
            partner.marketing_membership_ids = rows
            partner.marketing_segment_count = len(rows.segment_id)

    def _get_membership_domain(self):
        return Domain("partner_id", "in", self.ids) & Domain(
            "segment_id.company_id", "=", self.env.company.id
        )

    def action_view_memberships(self):
        """Open the segments of this customer: those of today, and the left ones."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_segment.segment_membership_partner_action"
        )
        domain = (self | self.commercial_partner_id)._get_membership_domain()
        name = self.env._("Segments of %(name)s", name=self.display_name)
        return {**action, "name": name, "domain": list(domain)}

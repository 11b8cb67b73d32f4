from odoo import api, fields, models

from odoo.addons.marketing_segment.models.res_partner import READERS

#: As many of the last events stand on the page of a customer.
LATEST = 10


class ResPartner(models.Model):
    _inherit = "res.partner"

    marketing_timeline_ids = fields.One2many(
        "marketing.timeline",
        string="Latest",
        compute="_compute_marketing_timeline",
        groups=READERS,
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("allowed_company_ids")
    def _compute_marketing_timeline(self):
        timeline = self.env["marketing.timeline"]
        for partner in self:
            domain = partner._origin._get_timeline_domain()
            partner.marketing_timeline_ids = timeline.search(domain, limit=LATEST)

    def write(self, vals):
        """Another time zone of a company moves what happened to other days."""
        moved = self.browse()
        if "tz" in vals:
            moved = self.filtered(lambda partner: partner.tz != vals["tz"])
        result = super().write(vals)
        if moved:
            self._mark_days(moved)
        return result

    def _mark_days(self, partners):
        # Superuser: whoever may set a time zone need not be in marketing.
        campaigns = self.env["email.campaign"].sudo()
        ids = campaigns.search([("company_id.partner_id", "in", partners.ids)]).ids
        self.env["campaign.daily.stats"]._mark(ids)

    def action_open_timeline(self):
        """Everything of the customer: contacts of one firm are one customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_campaign.marketing_timeline_action"
        )
        return {
            **action,
            "name": self.env._("Timeline of %(name)s", name=self.display_name),
            "domain": self._get_timeline_domain(),
        }

    def _get_timeline_domain(self):
        # Ids, not a sub-query: only those reach the indexes behind the timeline.
        everybody = self.with_context(active_test=False).search(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)]
        )
        return [("customer_id", "in", everybody.ids)]

from odoo import api, fields, models
from odoo.tools import SQL


class EmailCampaign(models.Model):
    """Orders and revenue that customers' last human clicks brought to a campaign."""

    _inherit = "email.campaign"

    attribution_ids = fields.One2many(
        "marketing.attribution", "campaign_id", "Attributed Orders"
    )
    attributed_orders = fields.Integer("Orders", readonly=True, copy=False)
    attributed_revenue = fields.Monetary("Revenue", readonly=True, copy=False)

    @api.model
    def _get_server_fields(self):
        earned = {"attributed_orders": 0, "attributed_revenue": 0.0}
        return super()._get_server_fields() | earned

    def _refresh_attribution(self):
        """Sum the attribution rows again, in one statement."""
        if not self.ids:
            return
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """UPDATE email_campaign c
                      SET attributed_orders = s.orders, attributed_revenue = s.revenue
                     FROM (SELECT i.id, count(a.id) AS orders,
                                  COALESCE(sum(a.revenue), 0) AS revenue
                             FROM unnest(%(ids)s) AS i(id)
                             LEFT JOIN marketing_attribution a ON a.campaign_id = i.id
                            GROUP BY i.id) s
                    WHERE c.id = s.id
                      AND (c.attributed_orders, c.attributed_revenue)
                          IS DISTINCT FROM (s.orders::int, s.revenue)""",
                ids=list(self.ids),
            )
        )
        self.invalidate_recordset(
            ["attributed_orders", "attributed_revenue"], flush=False
        )

    def action_open_orders(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders of %(campaign)s", campaign=self.name),
            "res_model": "marketing.attribution",
            "view_mode": "list,kanban,pivot,graph",
            "domain": [("campaign_id", "in", self.ids)],
            "context": {"create": False},
        }

    def action_open_clicks(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Clicks of %(campaign)s", campaign=self.name),
            "res_model": "delivery.click",
            "view_mode": "list,pivot,graph",
            "domain": [("campaign_id", "in", self.ids), ("verdict", "=", "human")],
            "context": {"create": False},
        }

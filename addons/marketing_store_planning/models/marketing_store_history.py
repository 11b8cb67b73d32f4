from odoo import api, fields, models


class MarketingStore(models.Model):
    """What past drops brought, summed up for the store's own page."""

    _inherit = "marketing.store"

    result_ids = fields.One2many("store.campaign.result", "store_id")
    drop_count = fields.Integer("Drops", compute="_compute_history")
    pieces_total = fields.Integer("Pieces", compute="_compute_history")
    conversion_rate = fields.Float(
        compute="_compute_history",
        help="Conversions of 100 pieces, all drops with complete responses.",
    )
    largest_drop = fields.Integer(compute="_compute_history")

    @api.depends_context("uid")
    def _compute_history(self):
        results = self.env["store.campaign.result"]
        # sales staff read stores, and nothing of what drops brought
        groups = results.has_access("read") and results._read_group(
            [("store_id", "in", self.ids), ("pieces", ">", 0)],
            ["store_id", "incomplete"],
            ["__count", "pieces:sum", "conversions:sum", "pieces:max"],
        )
        figures = {}
        for store, incomplete, drops, pieces, conversions, largest in groups or []:
            found = figures.setdefault(store.id, [0, 0, 0, 0, 0])
            known = (0, 0) if incomplete else (pieces, conversions)
            for place, number in enumerate((drops, pieces, *known)):
                found[place] += number
            found[4] = max(found[4], largest)
        for store in self:
            drops, pieces, known, conversions, largest = figures.get(store.id, [0] * 5)
            store.drop_count = drops
            store.pieces_total = pieces
            store.conversion_rate = conversions / known if known else 0.0
            store.largest_drop = largest

    def action_open_results(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_store_planning.store_campaign_result_action"
        )
        return {**action, "domain": [("store_id", "=", self.id)], "context": {}}

from odoo import fields, models


class MarketingStoreRegion(models.Model):
    """Where stores are, and whose they are: its managers see its stores only."""

    _name = "marketing.store.region"
    _description = "Store Region"
    _order = "name"
    _check_company_auto = True

    name = fields.Char(required=True)
    market = fields.Char(
        help="Stores are compared with stores of the same market only. Empty: the "
        "region is a market of its own.",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Regional Managers",
        domain="[('share', '=', False)]",
        help="See and change the stores of this region in plans, and no others, when "
        "“Regional Manager” is the only role that they have in marketing.",
    )
    store_ids = fields.One2many("marketing.store", "region_id")
    store_count = fields.Integer("Stores", compute="_compute_store_count")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
    is_sample = fields.Boolean("Sample", readonly=True, copy=False)

    _name_unique = models.Constraint(
        "UNIQUE (company_id, name)", "There is already a region of this name."
    )

    def _compute_store_count(self):
        groups = self.env["marketing.store"]._read_group(
            [("region_id", "in", self.ids)], ["region_id"], ["__count"]
        )
        counts = {region.id: count for region, count in groups}
        for region in self:
            region.store_count = counts.get(region.id, 0)

    def action_open_stores(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_store_planning.marketing_store_action"
        )
        return {**action, "domain": [("region_id", "=", self.id)], "context": {}}

from odoo import api, fields, models


class CampaignPlanExecute(models.TransientModel):
    """Show which orders a plan would become, then make them."""

    _name = "campaign.plan.execute"
    _description = "Create Orders"

    plan_id = fields.Many2one("campaign.plan", required=True, ondelete="cascade")
    grouping = fields.Selection(
        selection="_selection_grouping", required=True, default="wave"
    )
    part_ids = fields.One2many(
        "campaign.plan.execute.part", "execute_id", compute="_compute_parts"
    )
    order_count = fields.Integer("Orders", compute="_compute_parts")
    total_quantity = fields.Integer("Pieces", compute="_compute_parts")
    total_cost = fields.Monetary("Amount", compute="_compute_parts")
    existing_count = fields.Integer("Already There", compute="_compute_parts")
    currency_id = fields.Many2one(related="plan_id.currency_id")

    @api.model
    def _selection_grouping(self):
        field = self.env["campaign.plan.execution"]._fields["grouping"]
        return field._description_selection(self.env)

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        plan = self.env["campaign.plan"].browse(values.get("plan_id"))
        if plan.company_id.marketing_plan_bill_stores:
            values["grouping"] = "store"
        return values

    @api.depends("plan_id", "grouping")
    def _compute_parts(self):
        for wizard in self:
            parts = wizard._read_parts() if wizard.plan_id and wizard.grouping else []
            wizard.part_ids = [fields.Command.create(values) for values in parts]
            wizard.order_count = len(parts)
            wizard.total_quantity = sum(part["quantity"] for part in parts)
            wizard.total_cost = sum(part["cost"] for part in parts)
            wizard.existing_count = sum(part["exists"] for part in parts)

    def _read_parts(self):
        """Return the values of one row for each order of this grouping."""
        plan = self.plan_id
        done = self.env["campaign.plan.execution"].search(
            [("plan_id", "=", plan.id), ("version", "=", plan.version)]
        )
        existing = set(done.mapped("group_key"))
        return [
            {
                "name": self._name_group(lines),
                "store_count": len({line.store_id for line in lines}),
                "quantity": sum(lines.values()),
                "cost": sum(line.unit_price * left for line, left in lines.items()),
                "exists": key in existing,
            }
            for key, lines in plan._group_lines(self.grouping).items()
        ]

    def _name_group(self, lines):
        line = next(iter(lines))
        names = {
            "wave": line.wave_id.display_name or self.env._("No wave"),
            "creative": line.creative_id.name,
            "store": line.store_id.display_name,
        }
        return names.get(self.grouping, self.plan_id.name)

    def action_create(self):
        self.ensure_one()
        self.plan_id._create_orders(self.grouping)
        if not self.env["sale.order"].has_access("read"):
            return {"type": "ir.actions.act_window_close"}
        return self.plan_id.action_open_orders()

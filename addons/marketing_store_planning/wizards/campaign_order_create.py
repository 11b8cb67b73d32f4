from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

STEPS = ("stores", "creative", "pieces", "review", "done")


class CampaignOrderCreate(models.TransientModel):
    """An order of printed pieces by hand: stores, creative, pieces, review.

    Nothing is an order before the last button, and pressed twice it makes one.
    """

    _name = "campaign.order.create"
    _description = "New Direct Mail Order"

    state = fields.Selection(
        [
            ("stores", "Stores"),
            ("creative", "Creative"),
            ("pieces", "Pieces"),
            ("review", "Review"),
            ("done", "Created"),
        ],
        default="stores",
        readonly=True,
    )
    source = fields.Selection(
        [("manual", "Manual entry"), ("plan", "From an approved plan")],
        required=True,
        default="manual",
    )
    can_use_plan = fields.Boolean(compute="_compute_can_use_plan")
    plan_id = fields.Many2one(
        "campaign.plan",
        domain="[('company_id', '=', company_id), ('state', '=', 'approved')]",
    )
    method = fields.Selection(
        [
            ("stores", "One by one"),
            ("area", "By region or state"),
            ("group", "By store group"),
            ("file", "CSV file"),
        ],
        "Choose Stores",
        required=True,
        default="stores",
    )
    store_ids = fields.Many2many(
        "marketing.store",
        relation="campaign_order_create_store_rel",
        string="Stores",
        domain="[('company_id', '=', company_id)]",
    )
    region_ids = fields.Many2many(
        "marketing.store.region",
        relation="campaign_order_create_region_rel",
        string="Regions",
        domain="[('company_id', '=', company_id)]",
    )
    state_ids = fields.Many2many(
        "res.country.state",
        relation="campaign_order_create_state_rel",
        string="States",
    )
    group_ids = fields.Many2many(
        "marketing.store.group",
        relation="campaign_order_create_group_rel",
        string="Groups",
        domain="[('company_id', '=', company_id)]",
    )
    found_count = fields.Integer("Stores Chosen", compute="_compute_found_count")
    creative_id = fields.Many2one(
        "store.creative",
        "Creative for All",
        domain="[('company_id', '=', company_id), ('state', '!=', 'retired')]",
    )
    quantity_rule = fields.Selection(
        [
            ("default", "Households, or the last drop"),
            ("last", "As many as in the last drop"),
            ("fixed", "The same number"),
        ],
        "Pieces",
        required=True,
        default="default",
    )
    quantity = fields.Integer("Number")
    line_ids = fields.One2many("campaign.order.create.line", "create_id", "Chosen")
    line_count = fields.Integer("Rows", compute="_compute_line_count")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    @api.depends_context("uid")
    def _compute_can_use_plan(self):
        self.can_use_plan = self.env.user.has_group("marketing_base.group_manager")

    @api.depends("line_ids")
    def _compute_line_count(self):
        for wizard in self:
            wizard.line_count = len(wizard.line_ids)

    @api.depends("method", "store_ids", "region_ids", "state_ids", "group_ids")
    def _compute_found_count(self):
        for wizard in self:
            wizard.found_count = len(wizard._find_stores())

    def _find_stores(self):
        """Return the stores that are chosen, unless by a file."""
        self.ensure_one()
        if self.method == "area":
            if not self.region_ids and not self.state_ids:
                return self.env["marketing.store"]
            domain = Domain("company_id", "=", self.company_id.id)
            if self.region_ids:
                domain &= Domain("region_id", "in", self.region_ids.ids)
            if self.state_ids:
                domain &= Domain("state_id", "in", self.state_ids.ids)
            return self.env["marketing.store"].search(domain)
        if self.method == "group":
            return self.group_ids.store_ids.filtered("active")
        return self.store_ids if self.method == "stores" else self.store_ids[:0]

    def action_next(self):
        """Check this step, and show the next one."""
        self.ensure_one()
        leave = {
            "stores": self._leave_stores,
            "creative": self._leave_creative,
            "pieces": self._leave_pieces,
        }.get(self.state)
        if not leave:
            return self._open_again()
        if action := leave():
            return action
        self.state = STEPS[STEPS.index(self.state) + 1]
        return self._open_again()

    def action_back(self):
        self.ensure_one()
        if self.state in ("creative", "pieces", "review"):
            self.state = STEPS[STEPS.index(self.state) - 1]
        return self._open_again()

    def _leave_stores(self):
        if self.source == "plan" and self.can_use_plan:
            return self._open_plan()
        if self.method == "file":
            return self._take_file()
        stores = self._find_stores()
        if not stores:
            raise UserError(self.env._("Choose at least one store."))
        # what was chosen for a store before stays when somebody steps back
        self.line_ids.filtered(lambda line: line.store_id not in stores).unlink()
        missing = stores - self.line_ids.store_id
        self._add_lines([(store, None, 0) for store in missing])
        return None

    def _open_plan(self):
        """Go on with the wizard that makes the orders of a plan."""
        if not self.plan_id:
            raise UserError(self.env._("Choose an approved plan."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_store_planning.campaign_plan_execute_action"
        )
        return {**action, "context": {"default_plan_id": self.plan_id.id}}

    def _leave_creative(self):
        empty = self.line_ids.filtered(lambda line: not line.creative_id)
        if empty and self.creative_id:
            empty.creative_id = self.creative_id
        elif empty:
            raise UserError(
                self.env._(
                    "Without a creative: %(stores)s.",
                    stores=empty.store_id._name_first(),
                )
            )
        self._fill_quantities(self.line_ids.filtered(lambda line: not line.quantity))

    def _leave_pieces(self):
        """Show the review, which says itself what is wrong."""

    def action_creative_for_all(self):
        if not self.creative_id:
            raise UserError(self.env._("Choose the creative for all first."))
        self.line_ids.creative_id = self.creative_id
        return self._open_again()

    def action_quantity_for_all(self):
        if self.quantity_rule == "fixed" and self.quantity <= 0:
            raise UserError(self.env._("Say how many pieces each store gets."))
        self._fill_quantities(self.line_ids)
        return self._open_again()

    def _fill_quantities(self, lines):
        for line in lines:
            numbers = {
                "default": line.households or line.last_quantity,
                "last": line.last_quantity,
                "fixed": self.quantity,
            }
            line.quantity = numbers[self.quantity_rule]

    def _add_lines(self, rows):
        """Add [(store, creative or None, pieces or 0)]."""
        stores = self.env["marketing.store"].union(*(row[0] for row in rows))
        past = stores._read_past_drops()
        self.env["campaign.order.create.line"].create(
            [
                {
                    "create_id": self.id,
                    "store_id": store.id,
                    "creative_id": creative.id if creative else False,
                    "quantity": quantity,
                    "last_quantity": past.get(store.id, (0, 0))[0],
                    "quantity_limit": store.households or past.get(store.id, (0, 0))[1],
                }
                for store, creative, quantity in rows
            ]
        )

    def _open_again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Direct Mail Order"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

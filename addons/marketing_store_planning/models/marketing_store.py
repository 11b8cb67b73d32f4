from odoo import api, fields, models
from odoo.fields import Domain


class MarketingStore(models.Model):
    """A place that customers come to, and that printed mail is planned for."""

    _name = "marketing.store"
    _description = "Store"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "number, id"
    _rec_names_search = ["number", "name", "city"]
    _check_company_auto = True

    number = fields.Char(required=True, copy=False, tracking=True)
    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Delivery Address",
        check_company=True,
        help="Printed on the distribution list of the printer.",
    )
    partner_billing_id = fields.Many2one(
        "res.partner",
        "Billing Address",
        check_company=True,
        help="Who pays when stores are billed. Empty: the delivery address.",
    )
    region_id = fields.Many2one(
        "marketing.store.region",
        check_company=True,
        index=True,
        tracking=True,
        ondelete="restrict",
    )
    market = fields.Char(compute="_compute_market", store=True, index=True)
    store_type_id = fields.Many2one(
        "marketing.store.type",
        "Type",
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        tracking=True,
        ondelete="restrict",
    )
    group_ids = fields.Many2many(
        "marketing.store.group",
        relation="marketing_store_group_rel",
        column1="store_id",
        column2="group_id",
        string="Groups",
        check_company=True,
    )
    city = fields.Char(compute="_compute_address", store=True, readonly=False)
    state_id = fields.Many2one(
        "res.country.state",
        "State",
        compute="_compute_address",
        store=True,
        readonly=False,
        index="btree_not_null",
    )
    latitude = fields.Float(
        compute="_compute_address", store=True, readonly=False, digits=(10, 7)
    )
    longitude = fields.Float(
        compute="_compute_address", store=True, readonly=False, digits=(10, 7)
    )
    opening_date = fields.Date(tracking=True)
    households = fields.Integer(
        help="Households in the trade area: no plan sends more pieces than that. "
        "0: not known, then no more than the largest past drop.",
    )
    notes = fields.Html()
    is_sample = fields.Boolean("Sample", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    _number_unique = models.Constraint(
        "UNIQUE (company_id, number)", "There is already a store with this number."
    )
    _households_positive = models.Constraint(
        "CHECK (households >= 0)", "The number of households cannot be negative."
    )

    @api.depends("region_id.market", "region_id.name")
    def _compute_market(self):
        for store in self:
            store.market = store.region_id.market or store.region_id.name

    @api.depends(
        "partner_id.city",
        "partner_id.state_id",
        "partner_id.partner_latitude",
        "partner_id.partner_longitude",
    )
    def _compute_address(self):
        for store in self:
            partner = store.partner_id
            store.city = partner.city or store.city
            store.state_id = partner.state_id or store.state_id
            store.latitude = partner.partner_latitude or store.latitude
            store.longitude = partner.partner_longitude or store.longitude

    @api.depends("number", "name")
    def _compute_display_name(self):
        for store in self:
            parts = (store.number, store.name)
            store.display_name = " ".join(filter(None, parts))

    @api.model
    def _search_display_name(self, operator, value):
        """Find “STR-001 Main Street” as it is shown, too."""
        domain = super()._search_display_name(operator, value)
        if operator in ("ilike", "like", "=") and isinstance(value, str):
            number = value.partition(" ")[0]
            rest = value.partition(" ")[2]
            if rest:
                both = Domain("number", "=", number) & Domain("name", "ilike", rest)
                return Domain.OR([domain, both])
        return domain

    def _get_billing_partner(self):
        """Who pays for the pieces of this store when stores are billed."""
        self.ensure_one()
        return self.partner_billing_id or self.partner_id

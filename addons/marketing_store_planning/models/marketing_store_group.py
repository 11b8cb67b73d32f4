from odoo import fields, models


class MarketingStoreGroup(models.Model):
    """Stores that somebody plans together."""

    _name = "marketing.store.group"
    _description = "Store Group"
    _order = "name"
    _check_company_auto = True

    name = fields.Char(required=True)
    color = fields.Integer()
    store_ids = fields.Many2many(
        "marketing.store",
        relation="marketing_store_group_rel",
        column1="group_id",
        column2="store_id",
        string="Stores",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)

    _name_unique = models.Constraint(
        "UNIQUE (company_id, name)", "There is already a group of this name."
    )

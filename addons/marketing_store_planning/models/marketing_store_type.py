from odoo import fields, models


class MarketingStoreType(models.Model):
    """A format of stores: what works in a mall need not work on a high street."""

    _name = "marketing.store.type"
    _description = "Store Type"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Empty: of every company.")
    active = fields.Boolean(default=True)

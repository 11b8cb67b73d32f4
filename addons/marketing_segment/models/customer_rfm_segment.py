from odoo import fields, models

from .customer_profile import RFM_SEGMENTS


class CustomerRfmSegment(models.Model):
    """The ten named parts of the score cube, as tags to choose from."""

    _name = "customer.rfm.segment"
    _description = "RFM Segment"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    key = fields.Selection(RFM_SEGMENTS, required=True, readonly=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    description = fields.Char(translate=True)

    _key_uniq = models.Constraint("UNIQUE(key)", "This RFM segment exists already.")

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class StoreCreative(models.Model):
    """A printed piece that stores send: the columns of the performance matrix."""

    _name = "store.creative"
    _description = "Printed Creative"
    _inherit = ["mail.thread", "mail.activity.mixin", "image.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("retired", "Retired")],
        "Status",
        default="draft",
        required=True,
        tracking=True,
        copy=False,
        help="Only active creatives are recommended.",
    )
    product_id = fields.Many2one(
        "product.product",
        "Printed Piece",
        check_company=True,
        ondelete="restrict",
        help="What is ordered. Its vendor prices are the price breaks of the printer.",
    )
    season_start = fields.Date(
        help="Day and month from which it fits; it fits again each year."
    )
    season_end = fields.Date(help="Last day and month on which it fits.")
    store_type_ids = fields.Many2many(
        "marketing.store.type",
        string="Store Types",
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        help="Types of stores that it is made for. Empty: all.",
    )
    description = fields.Html()
    is_sample = fields.Boolean("Sample", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    active = fields.Boolean(default=True)

    _name_unique = models.Constraint(
        "UNIQUE (company_id, name)", "There is already a creative of this name."
    )

    @api.constrains("season_start", "season_end")
    def _check_season(self):
        for creative in self:
            if bool(creative.season_start) != bool(creative.season_end):
                raise ValidationError(
                    self.env._(
                        "The season of “%(name)s” needs a first and a last day, or "
                        "neither of them.",
                        name=creative.name,
                    )
                )

    def _is_in_season(self, day):
        """Whether it fits on ``day``; a season may run over the turn of the year."""
        self.ensure_one()
        if not self.season_start:
            return True
        first, last, at = (
            (date.month, date.day) for date in (self.season_start, self.season_end, day)
        )
        return first <= at <= last if first <= last else at >= first or at <= last

    def action_activate(self):
        self.write({"state": "active"})

    def action_retire(self):
        self.write({"state": "retired"})

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

NAMED = "partner_id"


class MarketingNamedCustomer(models.AbstractModel):
    """Mixin of figures of customers: analysts see a number where others see a name.

    The customer itself stays readable, as rules and counts ask for its country or tags;
    what is shown, grouped by and exported of it is not.
    """

    _name = "marketing.named.customer"
    _description = "Figures of a Named Customer"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade"
    )
    customer_label = fields.Char(
        "Customer Number", compute="_compute_customer_label", exportable=False
    )

    @api.model
    def _names_customers(self):
        return self.env["marketing.masked"]._reads_pii()

    @api.depends(NAMED)
    @api.depends_context("lang")
    def _compute_customer_label(self):
        for record in self:
            number = record.partner_id.id
            record.customer_label = self.env._("Customer %s", number)

    @api.depends(lambda self: (self._rec_name or NAMED, NAMED))
    @api.depends_context("lang", "uid")
    def _compute_display_name(self):
        if self._rec_name != NAMED or self._names_customers():
            return super()._compute_display_name()
        for record in self:
            record.display_name = record.customer_label
        return None

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        described = super().fields_get(allfields, attributes)
        if NAMED in described and not self._names_customers():
            known = described[NAMED]
            known.update(dict.fromkeys({"groupable", "exportable"} & set(known), False))
        return described

    @api.model
    def formatted_read_group(self, domain, groupby=(), *args, **kwargs):
        self._check_naming(groupby)
        return super().formatted_read_group(domain, groupby, *args, **kwargs)

    @api.model
    def formatted_read_grouping_sets(self, domain, grouping_sets, *args, **kwargs):
        self._check_naming([name for names in grouping_sets for name in names])
        return super().formatted_read_grouping_sets(
            domain, grouping_sets, *args, **kwargs
        )

    def export_data(self, fields_to_export):
        self._check_naming(path.split("/")[0] for path in fields_to_export)
        return super().export_data(fields_to_export)

    def _check_naming(self, names):
        if NAMED in names and not self._names_customers():
            raise AccessError(
                self.env._("Analysts read figures of customers without their names.")
            )

    def action_open_partner(self):
        """Open the customer; for analysts its profile, which has no name."""
        self.ensure_one()
        if self._names_customers():
            return self.partner_id.get_formview_action()
        profile = self.env["customer.profile"].search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self._get_own_company().id),
            ]
        )
        if not profile:
            raise UserError(
                self.env._("%s has not bought anything here.", self.customer_label)
            )
        return profile.get_formview_action()

    def _get_own_company(self):
        return self.company_id

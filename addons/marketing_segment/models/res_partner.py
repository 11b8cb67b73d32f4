from odoo import api, fields, models
from odoo.fields import Domain

from .customer_profile import RFM_SEGMENTS

READERS = (
    "marketing_base.group_analyst,marketing_base.group_user,"
    "marketing_base.group_compliance"
)
_POSITIVE = frozenset({"in", "<", "<=", ">", ">=", "like", "ilike", "=like", "=ilike"})
_RELATIONAL = frozenset({"any", "child_of", "parent_of"})


def _from_profile(field_type, name, *args, **kwargs):
    """Return a field of the partner that shows `name` of the company's profile."""
    return field_type(
        *args,
        compute="_compute_marketing_profile",
        search=lambda self, operator, value: self._search_marketing_profile(
            name, operator, value
        ),
        groups=READERS,
        **kwargs,
    )


def _money(name, label):
    return _from_profile(
        fields.Monetary, name, label, currency_field="marketing_currency_id"
    )


#: Field of the partner -> field of the profile.
SHOWN = {
    "marketing_currency_id": "currency_id",
    "rfm_segment": "rfm_segment",
    "rfm_code": "rfm_code",
    "marketing_order_count": "order_count",
    "marketing_revenue": "revenue",
    "marketing_average_order": "average_order",
    "marketing_monetary": "monetary",
    "marketing_frequency": "frequency",
    "marketing_recency_days": "recency_days",
    "marketing_first_order_date": "first_order_date",
    "marketing_last_order_date": "last_order_date",
    "marketing_acquisition_date": "acquisition_date",
    "marketing_favourite_category_id": "favourite_category_id",
}


class ResPartner(models.Model):
    """The current company's profile on the customer, a commercial partner."""

    _inherit = "res.partner"

    customer_profile_ids = fields.One2many(
        "customer.profile", "partner_id", "Profiles", readonly=True, groups=READERS
    )
    marketing_currency_id = _from_profile(
        fields.Many2one, "currency_id", "res.currency", "Currency of the Profile"
    )
    rfm_segment = _from_profile(
        fields.Selection, "rfm_segment", RFM_SEGMENTS, "RFM Segment"
    )
    rfm_code = _from_profile(fields.Char, "rfm_code", "RFM Code")
    marketing_order_count = _from_profile(fields.Integer, "order_count", "Orders")
    marketing_revenue = _money("revenue", "Revenue")
    marketing_average_order = _money("average_order", "Average Order")
    marketing_monetary = _money("monetary", "Revenue, 365 Days")
    marketing_frequency = _from_profile(fields.Integer, "frequency", "Orders, 365 Days")
    marketing_recency_days = _from_profile(
        fields.Integer, "recency_days", "Days Since Last Order"
    )
    marketing_first_order_date = _from_profile(
        fields.Datetime, "first_order_date", "First Order"
    )
    marketing_last_order_date = _from_profile(
        fields.Datetime, "last_order_date", "Last Order"
    )
    marketing_acquisition_date = _from_profile(
        fields.Date, "acquisition_date", "Customer Since"
    )
    marketing_favourite_category_id = _from_profile(
        fields.Many2one,
        "favourite_category_id",
        "product.category",
        "Favourite Category",
    )

    @api.model
    def _get_profile_fields(self):
        return ["customer_profile_ids", *SHOWN]

    @api.depends_context("company")
    def _compute_marketing_profile(self):
        profiles = self.env["customer.profile"].search(
            [
                ("partner_id", "in", self.ids),
                ("company_id", "=", self.env.company.id),
            ]
        )
        by_partner = {profile.partner_id.id: profile for profile in profiles}
        for partner in self:
            profile = by_partner.get(partner._origin.id, profiles.browse())
            for name, source in SHOWN.items():
                partner[name] = profile[source]

    @api.model
    def _search_marketing_profile(self, name, operator, value):
        """Search in the current company's profiles.

        An unset value also finds partners that are no customers; comparisons find
        customers only.
        """
        if operator not in _POSITIVE | _RELATIONAL:
            return NotImplemented
        company = Domain("company_id", "=", self.env.company.id)
        unset = operator == "in" and any(not item for item in value)
        if operator == "in":
            value = [item for item in value if item]
        found = Domain(
            "customer_profile_ids", "any", company & Domain(name, operator, value)
        )
        if not unset:
            return found
        is_set = company & Domain(name, "not in", [False])
        return found | ~Domain("customer_profile_ids", "any", is_set)

    def action_view_customer_profile(self):
        """Open this customer's profile in the current company."""
        self.ensure_one()
        profile = self.customer_profile_ids.filtered(
            lambda row: row.company_id == self.env.company
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Marketing Profile"),
            "res_model": "customer.profile",
            "res_id": profile[:1].id,
            "views": [(False, "form")],
        }

from odoo import api, fields, models

from .customer_pattern_type import PATTERN_SELECTION
from .customer_profile import RFM_SEGMENTS
from .customer_profile_habits import LIFECYCLE_STAGES

READERS = (
    "marketing_base.group_analyst,marketing_base.group_user,"
    "marketing_base.group_compliance"
)


def _from_profile(field_type, name, *args, **kwargs):
    """Return a field of the partner that shows `name` of the company's profile."""
    return field_type(
        *args,
        compute="_compute_marketing_profile",
        search=lambda self, operator, value: self._search_marketing_profile(
            name, operator, value
        ),
        groups=READERS,
        profile_field=name,
        **kwargs,
    )


def _money(name, label):
    return _from_profile(
        fields.Monetary, name, label, currency_field="marketing_currency_id"
    )


class ResPartner(models.Model):
    """The current company's profile on its customer, and on the customer's contacts."""

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
    marketing_lifecycle_stage = _from_profile(
        fields.Selection, "lifecycle_stage", LIFECYCLE_STAGES, "Lifecycle Stage"
    )
    marketing_pattern_primary = _from_profile(
        fields.Selection, "pattern_primary", PATTERN_SELECTION, "Main Pattern"
    )
    marketing_delivered_count = _from_profile(
        fields.Integer, "delivered_count", "Messages Delivered"
    )
    marketing_open_count = _from_profile(
        fields.Integer, "open_count", "Messages Opened"
    )
    marketing_click_count = _from_profile(
        fields.Integer, "click_count", "Messages Clicked"
    )
    marketing_conversion_count = _from_profile(
        fields.Integer, "conversion_count", "Orders after a Click"
    )
    marketing_unsubscribe_count = _from_profile(
        fields.Integer, "unsubscribe_count", "Objections"
    )
    marketing_last_click_at = _from_profile(
        fields.Datetime, "last_click_at", "Last Click"
    )
    marketing_refreshed_at = _from_profile(
        fields.Datetime, "refreshed_at", "Figures Changed On"
    )

    @api.model
    def _valid_field_parameter(self, field, name):
        return name == "profile_field" or super()._valid_field_parameter(field, name)

    @api.model
    def _get_profile_sources(self):
        """Return {field of the partner: field of the profile}, of those above."""
        return {
            name: field.profile_field
            for name, field in self._fields.items()
            if hasattr(field, "profile_field")
        }

    @api.model
    def _get_profile_fields(self):
        return ["customer_profile_ids", *self._get_shown_figures()]

    @api.model
    def _get_shown_figures(self):
        """Return {field of the partner: field of the profile that it shows}."""
        return self._get_profile_sources()

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Let each figure explain itself in the words of the profile."""
        described = super().fields_get(allfields, attributes)
        if attributes and "help" not in attributes:
            return described
        shown = self._get_shown_figures()
        sources = {shown[name] for name in described if name in shown}
        if sources:
            helps = self.env["customer.profile"].fields_get(sources, ["help"])
            for name in described.keys() & shown.keys():
                if text := helps.get(shown[name], {}).get("help"):
                    described[name]["help"] = text
        return described

    def _get_marketing_profiles(self):
        """Return {id: profile in the current company}; a contact has its customer's."""
        customers = self._origin.commercial_partner_id
        profiles = self.env["customer.profile"].search(
            [
                ("partner_id", "in", customers.ids),
                ("company_id", "=", self.env.company.id),
            ]
        )
        by_customer = {profile.partner_id.id: profile for profile in profiles}
        return {
            partner.id: by_customer.get(
                partner.commercial_partner_id.id, profiles.browse()
            )
            for partner in self._origin
        }

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_marketing_profile(self):
        profiles = self._get_marketing_profiles()
        nobody = self.env["customer.profile"]
        sources = self._get_profile_sources()
        for partner in self:
            profile = profiles.get(partner._origin.id, nobody)
            for name, source in sources.items():
                partner[name] = profile[source]

    def action_view_customer_profile(self):
        """Open this customer's profile in the current company."""
        self.ensure_one()
        profile = self._get_marketing_profiles()[self.id]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Marketing Profile"),
            "res_model": "customer.profile",
            "res_id": profile.id,
            "views": [(False, "form")],
        }

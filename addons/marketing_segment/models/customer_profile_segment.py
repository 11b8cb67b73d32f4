from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..segment_values import is_many

#: Kinds of which the ORM takes an empty column for 0.
NUMERIC = frozenset({"integer", "amount", "number", "share"})


class CustomerProfile(models.Model):
    """Which fields of the profile, and of its customer, a segment may ask for."""

    _inherit = "customer.profile"

    @api.model
    def _get_segment_paths(self):
        """Return {path: kind of value}: the allow-list of conditions.

        Addons that bring fields extend it. The kinds are those of `OPERATORS` in
        `segment_rules`; the values of a choice are read from the selection itself.
        """
        return {
            "order_count": "integer",
            "revenue": "amount",
            "average_order": "amount",
            "first_order_date": "date",
            "last_order_date": "date",
            "acquisition_date": "date",
            "recency_days": "integer",
            "frequency": "integer",
            "monetary": "amount",
            "recency_score": "integer",
            "frequency_score": "integer",
            "monetary_score": "integer",
            "rfm_code": "text",
            "rfm_segment": "choice",
            "favourite_category_id": "tree",
            "lifecycle_stage": "choice",
            "tenure_days": "integer",
            "inter_purchase_days": "number",
            "acquisition_source_id": "relation",
            "acquisition_utm_campaign_id": "relation",
            "margin": "amount",
            "margin_rate": "share",
            "category_count": "integer",
            "top_category_share": "share",
            "price_band": "choice",
            "discount_share": "share",
            "price_elasticity": "number",
            "weekend_share": "share",
            "preferred_weekday": "choice",
            "preferred_hour": "integer",
            "city_count": "integer",
            "place_share": "share",
            "seasonality_ratio": "number",
            "peak_month": "choice",
            "mailbox_provider": "choice",
            "device": "choice",
            "delivered_count": "integer",
            "open_count": "integer",
            "click_count": "integer",
            "conversion_count": "integer",
            "unsubscribe_count": "integer",
            "last_open_at": "date",
            "last_click_at": "date",
            "partner_id.country_id": "relation",
            "partner_id.state_id": "relation",
            "partner_id.city": "text",
            "partner_id.zip": "text",
            "partner_id.lang": "text",
            "partner_id.category_id": "tree",
            "partner_id.industry_id": "relation",
            "partner_id.is_company": "boolean",
            "partner_id.create_date": "date",
        }

    @api.model
    def _get_segment_nouns(self):
        """Return {path: its name inside a sentence}, such as "number of orders".

        A path without one is called by the label of its field.
        """
        return {}

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Find nobody by a number that is not known: no score is not a low one."""
        domain = Domain(domain).map_conditions(self._guard_unknown)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _guard_unknown(self, condition):
        """Return a comparison with a number so that an empty column never meets it.

        "Is not 3" is the opposite of a comparison, which an empty column meets.
        """
        name, value = condition.field_expr, condition.value
        values = value if is_many(value) else [value]
        asks_if_set = all(item is False for item in values)
        if asks_if_set or self._get_segment_paths().get(name) not in NUMERIC:
            return condition
        known = Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                "%s IS NOT NULL", SQL.identifier(alias, name)
            )
        )
        if condition.operator in ("!=", "not in"):
            return condition | ~known
        return condition & known

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..segment_values import is_many

#: Kinds of which the ORM takes an empty column for 0.
NUMERIC = frozenset({"integer", "amount", "number", "share"})
#: Kind of value -> the paths that have it; kinds are those of `OPERATORS` in
#: `segment_rules`, and the values of a choice are read from the selection itself.
_PATHS = {
    "integer": (
        "order_count",
        "recency_days",
        "frequency",
        "recency_score",
        "frequency_score",
        "monetary_score",
        "tenure_days",
        "category_count",
        "preferred_hour",
        "city_count",
        "delivered_count",
        "open_count",
        "click_count",
        "conversion_count",
        "unsubscribe_count",
    ),
    "amount": (
        "revenue",
        "average_order",
        "monetary",
        "margin",
    ),
    "date": (
        "first_order_date",
        "last_order_date",
        "acquisition_date",
        "last_open_at",
        "last_click_at",
        "partner_id.create_date",
    ),
    "text": (
        "rfm_code",
        "partner_id.city",
        "partner_id.zip",
        "partner_id.lang",
    ),
    "choice": (
        "rfm_segment",
        "lifecycle_stage",
        "price_band",
        "preferred_weekday",
        "peak_month",
        "mailbox_provider",
        "device",
    ),
    "tree": (
        "favourite_category_id",
        "partner_id.category_id",
    ),
    "number": (
        "inter_purchase_days",
        "price_elasticity",
        "seasonality_ratio",
    ),
    "relation": (
        "acquisition_source_id",
        "acquisition_utm_campaign_id",
        "partner_id.country_id",
        "partner_id.state_id",
        "partner_id.industry_id",
    ),
    "share": (
        "margin_rate",
        "top_category_share",
        "discount_share",
        "weekend_share",
        "place_share",
    ),
    "boolean": ("partner_id.is_company",),
}


class CustomerProfile(models.Model):
    """Which fields of the profile, and of its customer, a segment may ask for."""

    _inherit = "customer.profile"

    @api.model
    def _get_segment_paths(self):
        """Return {path: kind of value}: the allow-list of conditions.

        Addons that bring fields extend it.
        """
        return {path: kind for kind, paths in _PATHS.items() for path in paths}

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

from odoo import api, fields, models, tools
from odoo.tools import SQL

from odoo.addons.marketing_base.mailboxes import MAILBOXES, known_mailbox
from odoo.addons.marketing_base.zones import find_country_zone, find_zone

from ..known_number import KnownFloat, KnownInteger, KnownMonetary

LIFECYCLE_STAGES = [
    ("new", "New"),
    ("active", "Active"),
    ("at_risk", "At Risk"),
    ("inactive", "Inactive"),
]
PRICE_BANDS = [("low", "Low"), ("medium", "Medium"), ("high", "High")]
WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]
MONTHS = [
    ("1", "January"),
    ("2", "February"),
    ("3", "March"),
    ("4", "April"),
    ("5", "May"),
    ("6", "June"),
    ("7", "July"),
    ("8", "August"),
    ("9", "September"),
    ("10", "October"),
    ("11", "November"),
    ("12", "December"),
]


class CustomerProfile(models.Model):
    """How a customer buys: stage, margin, goods, prices, times and places."""

    _inherit = "customer.profile"

    lifecycle_stage = fields.Selection(
        LIFECYCLE_STAGES,
        readonly=True,
        help="New: first order less than 30 days ago. Active: silent for no longer than"
        " one in ten of the customer's gaps between orders. At risk: up to twice as"
        " long. Inactive: longer.",
    )
    tenure_days = fields.Integer(
        "Days as Customer",
        readonly=True,
        aggregator="avg",
        help="Days since the first order.",
    )
    inter_purchase_days = KnownFloat(
        "Days Between Orders",
        readonly=True,
        aggregator="avg",
        help="Median of the gaps between days with an order. Empty with one such day.",
    )
    acquisition_source_id = fields.Many2one(
        "utm.source",
        "First Source",
        readonly=True,
        ondelete="set null",
        help="Source of the first order.",
    )
    acquisition_utm_campaign_id = fields.Many2one(
        "utm.campaign",
        "First Campaign",
        readonly=True,
        ondelete="set null",
        help="Campaign of the first order.",
    )
    margin = KnownMonetary(
        readonly=True,
        help="Revenue times margin rate. Empty when less than half of the revenue comes"
        " from lines with a cost.",
    )
    margin_rate = KnownFloat(
        readonly=True,
        aggregator="avg",
        help="Share of the revenue of lines with a cost that is left after the cost.",
    )
    category_count = fields.Integer(
        "Categories, 365 Days",
        readonly=True,
        aggregator="avg",
        help="Product categories with revenue in 365 days.",
    )
    top_category_share = KnownFloat(
        "Share of Top Category",
        readonly=True,
        aggregator="avg",
        help="Revenue of the category with the most, as a share of all categories in "
        "365 days. Rests on four order lines, empty before.",
    )
    price_band = fields.Selection(
        PRICE_BANDS,
        readonly=True,
        help="Whether the products bought in 365 days belong to the cheap, middle or "
        "dear third of their categories, by price before discount. Rests on four "
        "order lines, empty before.",
    )
    discount_share = KnownFloat(
        "Bought under Discount",
        readonly=True,
        aggregator="avg",
        help="Share of the revenue of 365 days bought at 10 % off or more, coupons "
        "included. Rests on four orders, empty before.",
    )
    price_elasticity = KnownFloat(
        readonly=True,
        aggregator="avg",
        help="Percent more units in an order when a product costs one percent more; "
        "negative for whoever buys more when it is cheap. Only where the same "
        "products were bought often enough at different prices.",
    )
    weekend_share = KnownFloat(
        "Weekend Orders",
        readonly=True,
        aggregator="avg",
        help="Share of the orders of 365 days placed on Saturday or Sunday, on the "
        "customer's clock. Rests on four orders, empty before.",
    )
    preferred_weekday = fields.Selection(
        WEEKDAYS,
        readonly=True,
        help="Most likely weekday of an order on the customer's clock: the own orders"
        " of 365 days, drawn towards everybody's as far as customers are alike.",
    )
    preferred_hour = KnownInteger(
        readonly=True,
        aggregator=None,
        help="Most likely hour (0 to 23) of an order on the customer's clock: the own "
        "orders of 365 days, drawn towards everybody's.",
    )
    city_count = fields.Integer(
        "Places, 365 Days",
        readonly=True,
        aggregator="avg",
        help="Stores of the orders of 365 days where orders know theirs, else the "
        "cities to which they went.",
    )
    place_share = KnownFloat(
        "Share of Main Place",
        readonly=True,
        aggregator="avg",
        help="Share of the orders of 365 days at the place with the most. "
        "Rests on four orders with a place, empty before.",
    )
    seasonality_ratio = KnownFloat(
        "Peak to Mean Month",
        readonly=True,
        aggregator="avg",
        help="Orders of the best of the last twelve whole months divided by those of a "
        "mean month, in money: 1 is even, 12 is all in one month. Needs a customer of "
        "a year and four orders.",
    )
    peak_month = fields.Selection(
        MONTHS,
        readonly=True,
        help="The month of the last twelve with the most revenue.",
    )
    mailbox_provider = fields.Selection(
        MAILBOXES,
        readonly=True,
        help="Who keeps the mailbox: by the e-mail domain, and for domains of firms by "
        "the mail server that sending has learnt.",
    )

    @api.model
    def _get_weekdays(self):
        """Return (key, name) of the weekdays in the user's language."""
        return self._fields["preferred_weekday"]._description_selection(self.env)

    @api.model
    def _get_mailbox_sql(self, domain):
        """Return the SQL of the mailbox provider of an SQL ``domain``, or NULL."""
        return known_mailbox(domain, SQL("CASE WHEN %s <> '' THEN 'other' END", domain))

    @api.model
    def _get_place_sql(self, city):
        """Return the SQL of where the order ``o`` was bought, as a text.

        :param city: SQL of the city that the order went to. An addon whose orders know
            their store returns that one, and the city for those without.
        """
        return city

    @api.model
    def _get_zone_values(self, company):
        """Return the values by which SQL finds the clock of a customer.

        PostgreSQL fails on a time zone that it does not know: only names that it does
        are passed on.
        """
        known = self._get_zone_names()
        zones = {
            country.id: zone.key
            for country in self.env["res.country"].search_fetch([], ["code"])
            if (zone := find_country_zone(country.code)) and zone.key in known
        }
        own = find_zone(company.partner_id.tz) or find_country_zone(
            company.country_id.code
        )
        return {
            "zones": SQL("%s::text[]", f"{{{','.join(sorted(known))}}}"),
            "countries": SQL("%s::int[]", f"{{{','.join(map(str, zones))}}}"),
            "country_zones": SQL("%s::text[]", f"{{{','.join(zones.values())}}}"),
            "zone": own.key if own and own.key in known else "UTC",
        }

    @tools.ormcache()
    def _get_zone_names(self):
        self.env.cr.execute("SELECT name FROM pg_timezone_names")
        return frozenset(name for (name,) in self.env.cr.fetchall() if find_zone(name))

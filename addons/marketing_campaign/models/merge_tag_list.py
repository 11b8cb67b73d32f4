"""The merge tags of each template: of the customer, its purchases and the company."""

import datetime

from odoo.tools.translate import LazyTranslate

from odoo.addons.marketing_engine import rfm

from ..rendering import Tag
from . import merge_tag_sql as sources

_lt = LazyTranslate(__name__)

_PROFILE_COLUMNS = {
    "total_orders": "order_count",
    "total_spent": "revenue",
    "last_order_date": "last_order_date",
}
_PRODUCT_FIELDS = (
    Tag("name", _lt("Product name"), "Ground coffee"),
    Tag("category", _lt("Product category"), "Hot drinks"),
    Tag("price", _lt("Product price"), 4.5, "money"),
    Tag("url", _lt("Product page"), "https://example.com/shop/1", "url"),
)
_SAMPLE_PRODUCTS = (
    {"name": "Ground coffee", "category": "Hot drinks", "price": 4.5},
    {"name": "Oat biscuits", "category": "Snacks", "price": 2.25},
)


def _profile_tag(key, label, sample, kind, help_):
    source = f"profile.{_PROFILE_COLUMNS[key]}"
    return Tag(key, label, sample, kind, source, ("profile",), help=help_)


PERSON_TAGS = (
    Tag(
        "first_name",
        _lt("First name"),
        "Anna",
        source=sources.FIRST_NAME,
        help=_lt("First word of a person's name. Companies have none."),
    ),
    Tag(
        "customer_name",
        _lt("Full name"),
        "Anna Brown",
        source="partner.name",
        help=_lt("The name of the contact, a person or a company."),
    ),
    Tag(
        "email",
        _lt("Email"),
        "anna@example.com",
        source="target.email",
        help=_lt("The address that this message goes to."),
    ),
    Tag(
        "city",
        _lt("City"),
        "Springfield",
        source="partner.city",
        help=_lt("City of the contact. Many contacts have none."),
    ),
)
SHOPPING_TAGS = (
    Tag(
        "favourite_category",
        _lt("Favourite category"),
        "Hot drinks",
        source="category.name",
        joins=("category",),
        help=_lt("The product category with most of the customer's revenue."),
    ),
    _profile_tag(
        "total_orders",
        _lt("Orders"),
        7,
        "integer",
        _lt("Confirmed orders of all time. Who never bought has none."),
    ),
    _profile_tag(
        "total_spent",
        _lt("Total spent"),
        312.4,
        "money",
        _lt("Untaxed total of these orders, less refunds."),
    ),
    _profile_tag(
        "last_order_date",
        _lt("Last order"),
        datetime.date(2026, 3, 14),
        "date",
        _lt("The day of the latest confirmed order."),
    ),
    Tag(
        "rfm_segment",
        _lt("RFM segment"),
        "champions",
        "choice",
        "profile.rfm_segment",
        ("profile",),
        choices={key: item.label for key, item in rfm.SEGMENTS.items()},
        help=_lt("By recency, frequency and money. Rarely words for a mail."),
    ),
    Tag(
        "products",
        _lt("Best bought products"),
        _SAMPLE_PRODUCTS,
        "list",
        sources.PRODUCTS,
        ("company_partner", "base_url"),
        fields={tag.key: tag for tag in _PRODUCT_FIELDS},
        help=_lt("Up to four products that the customer spent most on, a row each."),
    ),
)
COMPANY_TAGS = (
    Tag(
        "company_name",
        _lt("Company name"),
        "Corner Shop",
        source="company.name",
        joins=("company",),
        help=_lt("The company that sends the campaign."),
    ),
    Tag(
        "company_address",
        _lt("Company address"),
        "1 High Street\nSpringfield",
        "multiline",
        sources.COMPANY_ADDRESS,
        ("company_partner",),
        help=_lt("The postal address of the settings, else of the company."),
    ),
    Tag(
        "unsubscribe_url",
        _lt("Unsubscribe link"),
        "#",
        "link",
        "unsubscribe",
        help=_lt("Each marketing mail needs it; it is signed for its reader."),
    ),
    Tag(
        "view_url",
        _lt("View in browser link"),
        "#",
        "link",
        "view",
        help=_lt("Opens this message as a page, for who cannot read it."),
    ),
)

"""The words in which conditions are told; one whole clause a pattern, to translate."""

import re

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

RELATIVE = re.compile(r"^(?:today|now)?\s*([+-])(\d+)([dwmy])$")
OPPOSITE = {"=": "!=", "in": "not in", "like": "not like", "ilike": "not ilike"}
OPPOSITE |= {"=like": "not =like", "=ilike": "not =ilike", "child_of": "not child_of"}
OPPOSITE |= {negative: positive for positive, negative in OPPOSITE.items()}
LIKE = {"like": "ilike", "=like": "ilike", "=ilike": "ilike"}
LIKE |= {f"not {name}": "not ilike" for name in tuple(LIKE)}

NOUNS = {
    "order_count": _lt("number of orders"),
    "revenue": _lt("revenue"),
    "average_order": _lt("average order"),
    "first_order_date": _lt("first order"),
    "last_order_date": _lt("last order"),
    "acquisition_date": _lt("start as a customer"),
    "recency_days": _lt("number of days since the last order"),
    "frequency": _lt("number of orders in 365 days"),
    "monetary": _lt("revenue in 365 days"),
    "recency_score": _lt("recency score"),
    "frequency_score": _lt("frequency score"),
    "monetary_score": _lt("monetary score"),
    "rfm_code": _lt("RFM code"),
    "rfm_segment": _lt("RFM segment"),
    "favourite_category_id": _lt("favourite category"),
    "lifecycle_stage": _lt("lifecycle stage"),
    "tenure_days": _lt("number of days as a customer"),
    "inter_purchase_days": _lt("usual number of days between orders"),
    "acquisition_source_id": _lt("first source"),
    "acquisition_utm_campaign_id": _lt("first campaign"),
    "margin": _lt("margin"),
    "margin_rate": _lt("margin rate"),
    "category_count": _lt("number of categories"),
    "top_category_share": _lt("share of the top category"),
    "price_band": _lt("price band"),
    "discount_share": _lt("share bought under discount"),
    "price_elasticity": _lt("price elasticity"),
    "weekend_share": _lt("share bought at weekends"),
    "preferred_weekday": _lt("preferred weekday"),
    "preferred_hour": _lt("preferred hour"),
    "city_count": _lt("number of places"),
    "place_share": _lt("share of the main place"),
    "seasonality_ratio": _lt("peak to mean month"),
    "peak_month": _lt("peak month"),
    "mailbox_provider": _lt("mailbox provider"),
    "device": _lt("device"),
    "delivered_count": _lt("number of delivered messages"),
    "open_count": _lt("number of opened messages"),
    "click_count": _lt("number of clicked messages"),
    "conversion_count": _lt("number of orders after a click"),
    "unsubscribe_count": _lt("number of objections"),
    "last_open_at": _lt("last open"),
    "last_click_at": _lt("last click"),
    "partner_id.country_id": _lt("country"),
    "partner_id.state_id": _lt("state"),
    "partner_id.city": _lt("city"),
    "partner_id.zip": _lt("ZIP code"),
    "partner_id.lang": _lt("language"),
    "partner_id.category_id": _lt("tag"),
    "partner_id.industry_id": _lt("industry"),
    "partner_id.create_date": _lt("entry in the address book"),
    "segment_ids": _lt("segment"),
    "year_number": _lt("year of the %s"),
    "quarter_number": _lt("quarter of the %s"),
    "month_number": _lt("month of the %s"),
    "iso_week_number": _lt("week of the %s"),
    "day_of_year": _lt("day of the year of the %s"),
    "day_of_month": _lt("day of the month of the %s"),
    "day_of_week": _lt("day of the week of the %s"),
}
NUMBER = {
    "=": _lt("whose %(field)s is %(value)s"),
    "!=": _lt("whose %(field)s is not %(value)s"),
    "<": _lt("whose %(field)s is less than %(value)s"),
    "<=": _lt("whose %(field)s is at most %(value)s"),
    ">": _lt("whose %(field)s is more than %(value)s"),
    ">=": _lt("whose %(field)s is at least %(value)s"),
    "ilike": _lt("whose %(field)s contains %(value)s"),
    "not ilike": _lt("whose %(field)s does not contain %(value)s"),
    "child_of": _lt("whose %(field)s is %(value)s or below"),
    "not child_of": _lt("whose %(field)s is not %(value)s nor below"),
    "parent_of": _lt("whose %(field)s is %(value)s or above"),
}
DAY = {
    "=": _lt("whose %(field)s was on %(value)s"),
    "!=": _lt("whose %(field)s was not on %(value)s"),
    "<": _lt("whose %(field)s was before %(value)s"),
    "<=": _lt("whose %(field)s was until %(value)s"),
    ">": _lt("whose %(field)s was after %(value)s"),
    ">=": _lt("whose %(field)s was since %(value)s"),
}
AGO = {
    "<": _lt("whose %(field)s was more than %(value)s ago"),
    "<=": _lt("whose %(field)s was at least %(value)s ago"),
    ">": _lt("whose %(field)s was less than %(value)s ago"),
    ">=": _lt("whose %(field)s was in the last %(value)s"),
    "=": _lt("whose %(field)s was %(value)s ago"),
    "!=": _lt("whose %(field)s was not %(value)s ago"),
}
MEMBER = {
    "partner_id.category_id": (
        _lt("who have the tag %(value)s"),
        _lt("who do not have the tag %(value)s"),
    ),
    "segment_ids": (
        _lt("who are in the segment %(value)s"),
        _lt("who are not in the segment %(value)s"),
    ),
}
#: True and false; "*" stands for every field without words of its own.
BOOLEAN = {
    "partner_id.is_company": (_lt("that are companies"), _lt("that are persons")),
    "*": (_lt("for whom %(field)s applies"), _lt("for whom %(field)s does not apply")),
}
UNITS = {
    "d": (_lt("day"), _lt("%s days")),
    "w": (_lt("week"), _lt("%s weeks")),
    "m": (_lt("month"), _lt("%s months")),
    "y": (_lt("year"), _lt("%s years")),
}

from odoo import http

from odoo.addons.marketing_base.api.operation import IDENTIFIER, operation
from odoo.addons.marketing_base.api.problems import not_found
from odoo.addons.marketing_base.api.values import describe_figures, read_figures

#: As conditions of segments name them.
FIGURES = {
    "order_count": "integer",
    "revenue": "number",
    "average_order": "number",
    "margin": "number",
    "first_order_date": "moment",
    "last_order_date": "moment",
    "recency_days": "integer",
    "frequency": "integer",
    "monetary": "number",
    "recency_score": "integer",
    "frequency_score": "integer",
    "monetary_score": "integer",
    "rfm_segment": "text",
    "lifecycle_stage": "text",
    "tenure_days": "integer",
    "inter_purchase_days": "number",
    "price_band": "text",
    "discount_share": "number",
    "weekend_share": "number",
    "preferred_weekday": "text",
    "preferred_hour": "integer",
    "mailbox_provider": "text",
    "device": "text",
    "delivered_count": "integer",
    "open_count": "integer",
    "click_count": "integer",
    "refreshed_at": "moment",
}
PATTERN = {
    "title": "CustomerPattern",
    "type": "object",
    "required": ["pattern", "score", "is_primary", "explanation"],
    "properties": {
        "pattern": {"type": "string"},
        "score": {"type": "number"},
        "is_primary": {"type": "boolean"},
        "explanation": {"type": "string"},
    },
}
PROFILE = {
    "title": "CustomerProfile",
    "type": "object",
    "required": ["customer_id", "currency", "patterns", "segment_ids", *FIGURES],
    "properties": {
        "customer_id": IDENTIFIER,
        "currency": {"type": "string"},
        **describe_figures(FIGURES),
        "patterns": {"type": "array", "items": PATTERN},
        "segment_ids": {"type": "array", "items": IDENTIFIER},
    },
}


class ApiProfiles(http.Controller):
    @operation(
        "GET",
        "/api/v1/customers/<int:customer_id>/profile",
        scope="read:profiles",
        summary="What a customer bought, and how it behaves",
        description="Figures of the last refresh, named as in conditions of segments; "
        "a figure that rests on too little is null. `segment_ids` are the segments "
        "that the customer is in at this moment. Amounts are in `currency`.",
        answer=PROFILE,
        versioned=True,
    )
    def get_profile(self, call, customer_id):
        profile = find_profile(call, customer_id)
        segments = call.env["customer.segment"]._find_segments_of(profile.partner_id)
        return {
            "customer_id": profile.partner_id.id,
            "currency": profile.currency_id.name,
            **read_figures(profile, FIGURES),
            "patterns": [_represent_pattern(row) for row in profile.pattern_ids],
            "segment_ids": sorted(segments.ids),
        }


def find_profile(call, customer_id):
    """Return the profile of a customer in the company of the key; else 404."""
    partner = call.find("res.partner", customer_id)
    profile = call.env["customer.profile"].search(
        [("partner_id", "=", partner.id), ("company_id", "=", call.env.company.id)]
    )
    if not profile:
        raise not_found()
    return profile


def _represent_pattern(row):
    return {
        "pattern": row.pattern,
        "score": row.score,
        "is_primary": row.is_primary,
        "explanation": row.explanation or "",
    }

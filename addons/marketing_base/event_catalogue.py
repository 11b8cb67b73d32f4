"""The built-in event types: who emits them and what their properties hold.

`docs/events.md` lists the same for readers; a test compares the two. Ids are those of
this database; money is untaxed, in the currency of the company. Every type may carry
more properties than these.
"""

from typing import NamedTuple

# The doors of a type: who may send it besides the code that emits it.
INTERNAL, API, BROWSER = "internal", "api", "browser"

ID = {"type": "integer", "minimum": 1}
ID_OR_NULL = {"type": ["integer", "null"], "minimum": 1}
COUNT = {"type": "integer", "minimum": 0}
COUNT_OR_NULL = {"type": ["integer", "null"], "minimum": 0}
AMOUNT = {"type": "number", "minimum": 0}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
SHARE_OR_NULL = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
PERCENT_OR_NULL = {"type": ["number", "null"], "minimum": 0}
SECONDS = {"type": "number", "minimum": 0}
FLAG = {"type": "boolean"}
MOMENT = {"type": "string", "format": "date-time"}
CURRENCY = {"type": "string", "pattern": "^[A-Z]{3}$", "maxLength": 3}


def _text(longest=200):
    return {"type": "string", "maxLength": longest}


def _one_of(*words):
    return {"type": "string", "enum": list(words)}


CODE = _text(64)
CHANNEL = _one_of("email", "sms", "push", "in_app", "print")
PATH = _text(2000)
_PRODUCT = {"product_id": ID, "variant_id": ID, "price": AMOUNT, "currency": CURRENCY}
_REACTION = {
    "method": CODE,
    "user_agent": _text(300),
    "ip": {"type": ["string", "null"], "maxLength": 50},
    "device": CODE,
    "client": CODE,
    "suspect": CODE,
}
_OUTCOME = {"reason": _text(100), "bounce_type": CODE, "detail": _text(300)}
_MESSAGE = {"channel": CHANNEL, "variant": CODE, "creative_id": ID_OR_NULL}


class BuiltIn(NamedTuple):
    """`emitter` is the addon that records the type, empty for programs outside."""

    emitter: str
    door: str
    properties: dict
    required: tuple = ()

    @property
    def schema(self):
        schema = {"type": "object", "properties": self.properties}
        return {**schema, "required": list(self.required)} if self.required else schema


_DELIVERY, _CAMPAIGN = "marketing_delivery", "marketing_campaign"
_ANALYTICS, _WEBSITE = "marketing_analytics", "marketing_website"

_MESSAGES = {
    "email_sent": BuiltIn(_DELIVERY, INTERNAL, _OUTCOME),
    "email_failed": BuiltIn(_DELIVERY, INTERNAL, _OUTCOME),
    "email_in_doubt": BuiltIn(_DELIVERY, INTERNAL, _OUTCOME),
    "email_delivered": BuiltIn(_DELIVERY, INTERNAL, _OUTCOME),
    "email_deferred": BuiltIn(_DELIVERY, INTERNAL, _OUTCOME),
    "email_dropped": BuiltIn(_DELIVERY, INTERNAL, _OUTCOME),
    "email_bounced": BuiltIn(_DELIVERY, INTERNAL, _OUTCOME),
    "email_complained": BuiltIn(_DELIVERY, INTERNAL, _OUTCOME),
    "email_opened": BuiltIn(_DELIVERY, INTERNAL, _REACTION),
    "email_clicked": BuiltIn(
        _DELIVERY, INTERNAL, {**_REACTION, "link_position": COUNT}
    ),
    "email_unsubscribed": BuiltIn(
        _DELIVERY, INTERNAL, {**_REACTION, "via": CODE, "reason": _text(100)}
    ),
    "campaign_delivered": BuiltIn(
        _DELIVERY, INTERNAL, {**_MESSAGE, "is_holdout": FLAG}, ("channel",)
    ),
    "campaign_viewed": BuiltIn(
        _DELIVERY, API, {**_MESSAGE, "view_duration_seconds": SECONDS}
    ),
    "campaign_clicked": BuiltIn(
        _DELIVERY, API, {**_MESSAGE, "link_position": COUNT, "click_type": CODE}
    ),
    "campaign_converted": BuiltIn(
        _CAMPAIGN,
        INTERNAL,
        {
            "order_id": ID,
            "order_value": {"type": "number"},
            "conversion_delay_seconds": SECONDS,
            "attribution_model": _one_of("last_human_click"),
        },
        ("order_id", "order_value"),
    ),
    "campaign_abandoned": BuiltIn(
        _CAMPAIGN,
        INTERNAL,
        {"reason": _one_of("expired", "unsubscribed"), "days_to_abandon": COUNT},
        ("reason",),
    ),
}
_BEHAVIOUR = {
    "user_segmented": BuiltIn(
        "marketing_segment",
        INTERNAL,
        {
            "segment_id": ID,
            "change": _one_of("entered", "left"),
            "source": CODE,
            "customer_count": COUNT,
            "sendable_count": COUNT,
            "entered": COUNT_OR_NULL,
            "left": COUNT_OR_NULL,
            "pattern": CODE,
            "previous_primary": CODE,
            "primary": CODE,
            "figure": {"type": "number"},
            "threshold": {"type": "number"},
        },
    ),
    "user_purchased": BuiltIn(
        "marketing_base",
        INTERNAL,
        {
            "order_id": ID,
            "order_value": {"type": "number"},
            "currency": CURRENCY,
            "category_id": ID_OR_NULL,
            "is_repeat_purchase": FLAG,
            "days_since_last_purchase": COUNT_OR_NULL,
        },
        ("order_id", "order_value"),
    ),
    "user_unsubscribed": BuiltIn(
        "marketing_base",
        INTERNAL,
        {"channel": CHANNEL, "via": CODE, "unsubscribe_reason": _text(100)},
        ("channel",),
    ),
    "user_engaged": BuiltIn(
        "",
        API,
        {
            "engagement_type": _one_of(
                "app_open", "view_rewards", "view_catalog", "search", "save_item"
            ),
            "session_duration_seconds": SECONDS,
            "screen_name": _text(),
            "search_query": {"type": ["string", "null"], "maxLength": 200},
        },
        ("engagement_type",),
    ),
    "landing": BuiltIn(_WEBSITE, BROWSER, {"path": PATH, "link_position": COUNT}),
    "page_view": BuiltIn(_WEBSITE, BROWSER, {"path": PATH, "referrer": _text(255)}),
    "product_view": BuiltIn(_WEBSITE, BROWSER, {**_PRODUCT, "path": PATH}),
    "search": BuiltIn(_WEBSITE, BROWSER, {"query": _text(), "path": PATH}),
    "add_to_cart": BuiltIn(_WEBSITE, BROWSER, {**_PRODUCT, "quantity": AMOUNT}),
    "remove_from_cart": BuiltIn(_WEBSITE, BROWSER, {**_PRODUCT, "quantity": AMOUNT}),
    "checkout_started": BuiltIn(_WEBSITE, BROWSER, {"path": PATH}),
    "checkout_completed": BuiltIn(_WEBSITE, BROWSER, {"order_id": ID, "path": PATH}),
}
_MARKETERS = {
    "campaign_created": BuiltIn(
        _CAMPAIGN, INTERNAL, {"user_id": ID, "target_segment_ids": {"type": "array"}}
    ),
    "campaign_launched": BuiltIn(
        _CAMPAIGN,
        INTERNAL,
        {"user_id": ID, "estimated_audience_size": COUNT, "is_resumed": FLAG},
    ),
    "campaign_paused": BuiltIn(
        _CAMPAIGN,
        INTERNAL,
        {"user_id": ID, "pause_reason": _text(200), "time_to_pause_hours": SECONDS},
    ),
    "budget_reallocated": BuiltIn(
        _CAMPAIGN,
        INTERNAL,
        {"user_id": ID, "amount": AMOUNT, "reallocation_reason": CODE},
    ),
    "creative_variant_tested": BuiltIn(
        _CAMPAIGN, INTERNAL, {"user_id": ID, "test_id": ID, "primary_metric": CODE}
    ),
    "dashboard_accessed": BuiltIn(
        _ANALYTICS, INTERNAL, {"user_id": ID, "dashboard_section": CODE}
    ),
}
_SYSTEM = {
    "campaign_rejudged": BuiltIn(
        _DELIVERY,
        INTERNAL,
        {
            "channel": CHANNEL,
            "reaction": _one_of("campaign_viewed", "campaign_clicked"),
            "revision": ID,
            "at": {**MOMENT, "type": ["string", "null"]},
        },
        ("reaction", "revision"),
    ),
    "data_refresh_completed": BuiltIn(
        "marketing_base",
        INTERNAL,
        {
            "refresh_id": ID,
            "data_source": _text(128),
            "records_processed": COUNT,
            "data_quality_metrics": {
                "type": "object",
                "additionalProperties": PERCENT_OR_NULL,
            },
            "alert_level": _one_of("ok", "info", "warning", "critical"),
        },
        ("data_source", "records_processed"),
    ),
    "metric_calculation_completed": BuiltIn(
        _ANALYTICS, INTERNAL, {"metric_id": CODE, "calculation_duration_ms": SECONDS}
    ),
    "anomaly_detected": BuiltIn(
        _ANALYTICS,
        INTERNAL,
        {
            "metric_id": CODE,
            "anomaly_type": _one_of(
                "spike", "drop", "zero_value", "duplicate", "missing_data"
            ),
            "anomaly_severity": _one_of("critical", "warning", "info"),
        },
    ),
    "model_inference_completed": BuiltIn(
        "marketing_prediction", INTERNAL, {"model_name": CODE, "records": COUNT}
    ),
    "user_action_recommended": BuiltIn(
        "marketing_action_center",
        INTERNAL,
        {"recommendation_id": ID, "recommendation_type": CODE},
    ),
}
BUILT_IN = {**_MESSAGES, **_BEHAVIOUR, **_MARKETERS, **_SYSTEM}

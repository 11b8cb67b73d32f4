from typing import NamedTuple

from odoo import http

from odoo.addons.marketing_base.api.operation import IDENTIFIER, operation
from odoo.addons.marketing_base.api.values import describe_figures, read_figures
from odoo.addons.marketing_segment.controllers.api_profiles import find_profile


class Forecast(NamedTuple):
    """What one kind of model writes: fields of the profile, by the prefix of theirs."""

    prefix: str
    figures: dict


#: As conditions of segments name them.
FORECASTS = {
    "lifetime_value": Forecast(
        "clv",
        {
            "clv_12m": "number",
            "clv_low": "number",
            "clv_high": "number",
            "clv_remaining": "number",
            "value_segment": "text",
            "expected_purchases": "number",
            "expected_active_days": "integer",
            "p_alive": "number",
            "is_at_risk": "boolean",
        },
    ),
    "churn": Forecast(
        "churn", {"churn_probability": "number", "churn_window": "integer"}
    ),
    "churn_month": Forecast("churn_month", {"churn_month_probability": "number"}),
    "engagement": Forecast(
        "engagement",
        {
            "engagement_score": "number",
            "engagement_written": "integer",
            "engagement_clicks": "integer",
        },
    ),
    "contact": Forecast(
        "contact",
        {
            "contact_channel": "text",
            "contact_channel_count": "integer",
            "contact_frequency": "number",
            "contact_frequency_count": "integer",
            "contact_hour": "integer",
            "contact_hour_count": "integer",
            "complaint_risk": "number",
        },
    ),
}
_ORIGIN = {"model": "text", "as_of": "day", "explanation": "text"}


def _describe(forecast):
    figures = forecast.figures | _ORIGIN
    return {
        "type": ["object", "null"],
        "required": list(figures),
        "properties": describe_figures(figures),
    }


PREDICTIONS = {
    "title": "CustomerPredictions",
    "type": "object",
    "required": ["customer_id", "currency", *FORECASTS],
    "properties": {
        "customer_id": IDENTIFIER,
        "currency": {"type": "string"},
        **{name: _describe(forecast) for name, forecast in FORECASTS.items()},
    },
}


class ApiPredictions(http.Controller):
    @operation(
        "GET",
        "/api/v1/customers/<int:customer_id>/predictions",
        scope="read:profiles",
        summary="What a customer will be worth and do: value, churn, engagement",
        description="Each forecast says by which version of its model and as of which "
        "day it was made, and what it rests on; it is null where no proven model has "
        "scored the customer. Probabilities are from 0 to 1. `churn` is no purchase "
        "within `churn_window` days, `churn_month` none within 30.",
        answer=PREDICTIONS,
        versioned=True,
    )
    def get_predictions(self, call, customer_id):
        profile = find_profile(call, customer_id)
        return {
            "customer_id": profile.partner_id.id,
            "currency": profile.currency_id.name,
            **{name: _read(profile, forecast) for name, forecast in FORECASTS.items()},
        }


def _read(profile, forecast):
    prefix = forecast.prefix
    model = profile[f"{prefix}_model_id"]
    if not model:
        return None
    scored_on = profile[f"{prefix}_scored_on"]
    figures = read_figures(profile, forecast.figures)
    if prefix == "contact" and not model.parameters["hour_is_proved"]:
        figures |= {"contact_hour": None, "contact_hour_count": None}
    return {
        **figures,
        "model": model.display_name,
        "as_of": scored_on.isoformat() if scored_on else None,
        "explanation": profile[f"{prefix}_explanation"] or None,
    }

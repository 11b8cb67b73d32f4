from odoo import http

from odoo.addons.marketing_base.api.call import page_schema
from odoo.addons.marketing_base.api.operation import IDENTIFIER, PAGE, operation
from odoo.addons.marketing_base.api.problems import Problem
from odoo.addons.marketing_base.api.values import MOMENT_OR_NULL, read_moment, utc

from ..models.email_campaign_statistics import RATES, TOTALS
from .api_send_window import SEND_WINDOW, read_window, represent_window

STATUSES = ("draft", "scheduled", "running", "paused", "completed", "cancelled")
TEXT_OR_NULL = {"type": ["string", "null"]}
CAMPAIGN = {
    "title": "Campaign",
    "type": "object",
    "required": ["id", "name", "status", "scheduled_date", "subject_line"],
    "properties": {
        "id": IDENTIFIER,
        "name": {"type": "string"},
        "status": {"type": "string"},
        "status_reason": TEXT_OR_NULL,
        "campaign_type": {"type": "string"},
        "subject_line": TEXT_OR_NULL,
        "template_id": {"type": ["integer", "null"]},
        "segment_ids": {"type": "array", "items": {"type": "integer"}},
        "scheduled_date": MOMENT_OR_NULL,
        "start_date": MOMENT_OR_NULL,
        "end_date": MOMENT_OR_NULL,
        "send_window": SEND_WINDOW,
    },
}
CHANGES = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"\S"},
        "subject_line": {"type": ["string", "null"], "maxLength": 200},
        "scheduled_date": MOMENT_OR_NULL,
        "send_window": SEND_WINDOW,
    },
}
STATISTICS = {
    "title": "Statistics",
    "type": "object",
    "required": [*TOTALS, *RATES],
    "properties": {
        **dict.fromkeys(TOTALS, {"type": "integer"}),
        **dict.fromkeys(RATES, {"type": "number"}),
        "attributed_orders": {"type": "integer"},
        "attributed_revenue": {"type": "number"},
        "currency": {"type": "string"},
    },
}


class ApiCampaigns(http.Controller):
    @operation(
        "GET",
        "/api/v1/campaigns",
        scope="read:campaigns",
        summary="Campaigns, newest first",
        query={**PAGE, "status": {"type": "string", "enum": list(STATUSES)}},
        answer=page_schema(CAMPAIGN),
    )
    def list_campaigns(self, call):
        status = call.query.get("status")
        domain = [("status", "=", status)] if status else []
        return call.page_of("email.campaign", domain, represent)

    @operation(
        "GET",
        "/api/v1/campaigns/<int:campaign_id>",
        scope="read:campaigns",
        summary="One campaign",
        answer=CAMPAIGN,
        versioned=True,
    )
    def get_campaign(self, call, campaign_id):
        return represent(call.find("email.campaign", campaign_id))

    @operation(
        "PATCH",
        "/api/v1/campaigns/<int:campaign_id>",
        scope="write:campaigns",
        summary="Change a draft",
        description="Only what the body names changes.",
        body=CHANGES,
        answer=CAMPAIGN,
        versioned=True,
        locked=True,
    )
    def change_campaign(self, call, campaign_id):
        campaign = call.find("email.campaign", campaign_id)
        call.check_version(campaign, represent)
        if campaign.status != "draft":
            raise Problem(422, "Only a draft can be changed.")
        values = dict(call.body)
        if text := values.get("scheduled_date"):
            values["scheduled_date"] = read_moment(text, "#/scheduled_date")
        if "send_window" in values:
            values |= read_window(values.pop("send_window"), "#/send_window")
        campaign.write(values)
        return represent(campaign)

    @operation(
        "GET",
        "/api/v1/campaigns/<int:campaign_id>/statistics",
        scope="read:campaigns",
        summary="What a campaign brought",
        description="Rates are percentages; docs/methods.md defines each number.",
        answer=STATISTICS,
    )
    def get_statistics(self, call, campaign_id):
        campaign = call.find("email.campaign", campaign_id)
        return {
            **{name: campaign[name] for name in TOTALS},
            **{name: round(campaign[name], 4) for name in RATES},
            "attributed_orders": campaign.attributed_orders,
            "attributed_revenue": campaign.attributed_revenue,
            "currency": campaign.currency_id.name,
        }


def represent(campaign):
    return {
        "id": campaign.id,
        "name": campaign.name,
        "status": campaign.status,
        "status_reason": campaign.status_reason or None,
        "campaign_type": campaign.campaign_type,
        "subject_line": campaign.subject_line or None,
        "template_id": campaign.template_id.id or None,
        "segment_ids": campaign.segment_ids.ids,
        "scheduled_date": utc(campaign.scheduled_date),
        "start_date": utc(campaign.start_date),
        "end_date": utc(campaign.end_date),
        "send_window": represent_window(campaign),
    }

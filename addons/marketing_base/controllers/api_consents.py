from odoo import http

from ..addresses import CHANNELS, normalise_address
from ..api.operation import operation
from ..api.problems import invalid
from ..api.values import MOMENT_OR_NULL, utc

# in the body, never in the path: web servers write paths to their logs
_ADDRESS = {
    "channel": {"type": "string", "enum": list(CHANNELS)},
    "address": {"type": "string", "minLength": 3, "maxLength": 2048},
}
_CONSENT = {
    "title": "Consent",
    "type": "object",
    "required": ["channel", "status", "consent_given_at", "unsubscribed_at", "source"],
    "properties": {
        "channel": _ADDRESS["channel"],
        "status": {
            "type": "string",
            "enum": ["none", "subscribed", "paused", "unsubscribed", "blacklisted"],
        },
        "consent_given_at": MOMENT_OR_NULL,
        "unsubscribed_at": MOMENT_OR_NULL,
        "source": {"type": ["string", "null"]},
        "paused_until": MOMENT_OR_NULL,
    },
}


class ApiConsents(http.Controller):
    @operation(
        "POST",
        "/api/v1/consents/search",
        scope="read:consents",
        summary="The consent of one address",
        description="A POST, because an address does not belong into a web address.",
        body={
            "type": "object",
            "required": ["channel", "address"],
            "properties": _ADDRESS,
            "additionalProperties": False,
        },
        answer=_CONSENT,
    )
    def search_consent(self, call):
        preferences = call.env["email.subscription.preference"]
        channel, address = _read_address(call.body)
        found = preferences.search(
            [
                ("company_id", "=", call.key.company_id.id),
                ("channel", "=", channel),
                ("address_key", "=", preferences._address_key(channel, address)),
            ]
        )
        return _represent(found, channel)

    @operation(
        "PUT",
        "/api/v1/consents",
        scope="write:consents",
        summary="Record a consent or an objection",
        description="Say in `source` where it was given; it is the proof.",
        body={
            "type": "object",
            "required": ["channel", "address", "subscribed", "source"],
            "properties": {
                **_ADDRESS,
                "subscribed": {"type": "boolean"},
                "source": {"type": "string", "minLength": 1, "maxLength": 200},
            },
            "additionalProperties": False,
        },
        answer=_CONSENT,
    )
    def record_consent(self, call):
        preferences = call.env["email.subscription.preference"]
        channel, address = _read_address(call.body)
        preferences.check_access("create")
        preferences.check_access("write")
        company, source = call.key.company_id, call.body["source"]
        # superuser after the check above: the stop lists of Odoo belong to others;
        # the company is the key's
        system = preferences.sudo()
        if call.body["subscribed"]:
            preference = system._opt_in(
                company, address, channel=channel, source=source
            )
        else:
            key = preferences._address_key(channel, address)
            preference = system._opt_out(
                company.id, channel, key, source=source, address=address
            )
        return _represent(preference, channel)


def _read_address(body):
    address = normalise_address(body["channel"], body["address"])
    if not address:
        raise invalid("This is not one valid address.", pointer="#/address")
    return body["channel"], address


def _represent(preference, channel):
    return {
        "channel": channel,
        "status": preference.status or "none",
        "consent_given_at": utc(preference.consent_given_at),
        "unsubscribed_at": utc(preference.unsubscribed_at),
        "source": preference.consent_source or None,
        "paused_until": utc(preference.paused_until),
    }

import base64
import binascii
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from odoo import api, models

from odoo.addons.marketing_base.evidence import Evidence
from odoo.addons.marketing_delivery.tracking import user_agents

from ..sender.endpoint import find_origin

POINT_BYTES = 65
AUTH_BYTES = 16
# of one person: more browsers than that are somebody playing
MAX_DEVICES = 20


class MarketingPushIntake(models.AbstractModel):
    """Takes the yes and the no of a browser; believes nothing else it says."""

    _name = "marketing.push.intake"
    _description = "Intake of Push Subscriptions"

    @api.model
    def _subscribe(self, website, values, visit, partner):
        """Record a device and its consent; return whether the values were good."""
        given = _read_subscription(values)
        if not given or not website.marketing_push:
            return False
        # sudo: a visitor has no right to anything; every value was checked above
        self = self.sudo()
        company = website.company_id
        known = self._find_device(company, given["endpoint"])
        if not known and partner and self._has_enough(company, partner):
            return False
        device = self._note_device(known, website, given, visit, partner)
        self.env["email.subscription.preference"]._opt_in(
            company,
            device.endpoint,
            channel="push",
            partner=device.partner_id,
            source="website_push",
            ip=visit.network,
            evidence=Evidence(
                user_agent=visit.agent, text_shown=website._get_push_question()
            ),
        )
        return True

    def _find_device(self, company, endpoint):
        consents = self.env["email.subscription.preference"]
        key = consents._address_key("push", endpoint)
        return self.env["marketing.push.device"].search(
            [("company_id", "=", company.id), ("address_key", "=", key or "")]
        )

    def _note_device(self, device, website, given, visit, partner):
        """Write what is known of a device now, or a new one; return it."""
        vals = {
            **given,
            "website_id": website.id,
            "device_type": user_agents.device_type(visit.agent),
            "browser": user_agents.email_client(visit.agent),
            "last_seen_at": self.env.cr.now(),
        }
        if partner:
            vals["partner_id"] = partner.id
        if device:
            device.write(vals)
            return device
        consents = self.env["email.subscription.preference"]
        vals["address_key"] = consents._address_key("push", given["endpoint"])
        return device.create({**vals, "company_id": website.company_id.id})

    def _has_enough(self, company, partner):
        domain = [("company_id", "=", company.id), ("partner_id", "=", partner.id)]
        devices = self.env["marketing.push.device"]
        return devices.search_count(domain, limit=MAX_DEVICES) >= MAX_DEVICES

    @api.model
    def _unsubscribe(self, website, values, visit, _partner):
        """Forget a device; whoever knows its address is the device."""
        # sudo: as above
        self = self.sudo()
        device = self._find_device(website.company_id, values.get("endpoint"))
        if not device:
            return False
        self.env["email.subscription.preference"]._opt_out(
            device.company_id.id,
            "push",
            device.address_key,
            source="website_push",
            ip=visit.network,
            address=device.endpoint,
            evidence=Evidence(user_agent=visit.agent),
        )
        device.unlink()
        return True


def _read_subscription(values):
    """Return the checked fields of a subscription, None when one is wrong."""
    if not isinstance(values, dict) or not isinstance(values.get("keys"), dict):
        return None
    endpoint, keys = values.get("endpoint"), values["keys"]
    point, auth = _decode(keys.get("p256dh")), _decode(keys.get("auth"))
    if not isinstance(endpoint, str) or not find_origin(endpoint):
        return None
    if len(point) != POINT_BYTES or len(auth) != AUTH_BYTES or not _is_point(point):
        return None
    return {
        "endpoint": endpoint.strip(" "),
        "p256dh": _encode(point),
        "auth": _encode(auth),
        "expires_at": _read_moment(values.get("expirationTime")),
    }


def _is_point(raw):
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        return False
    return True


def _decode(text):
    if not isinstance(text, str) or len(text) > 200:
        return b""
    try:
        return base64.b64decode(text.rstrip("=") + "===", b"-_", validate=False)
    except (binascii.Error, ValueError):
        return b""


def _encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _read_moment(value):
    """Return a time of JavaScript as UTC without zone, False for none."""
    if type(value) not in (int, float) or not 0 < value < 4102444800000:
        return False
    return datetime.fromtimestamp(value / 1000, UTC).replace(tzinfo=None, microsecond=0)

"""The part of the tracking benchmark that runs inside Odoo."""

import time

from odoo.addons.marketing_base.links import LinkSigner
from odoo.addons.marketing_delivery.tracking.recipient_links import RecipientLinks

LINKS = 10


def prepare(env, recipients):
    """Write a sent campaign; return {kind: signed paths}."""
    stamp = str(time.time_ns())
    campaign = env["email.campaign"].create({"name": f"Tracking benchmark {stamp}"})
    env["marketing.link"].create(
        [
            {
                "campaign_id": campaign.id,
                "position": number,
                "url": f"https://shop.example/{number}",
            }
            for number in range(1, LINKS + 1)
        ]
    )
    rows = env["campaign.recipient"].create(
        [
            _sent_row(env, campaign, f"b{n}.{stamp}@example.com")
            for n in range(recipients)
        ]
    )
    signer, expires = LinkSigner.from_env(env), int(time.time()) + 86400
    links = [RecipientLinks("", signer, row.id, expires) for row in rows]
    env.cr.commit()
    return {
        "pixel": [link.pixel() for link in links],
        "click": [link.click(1 + n % LINKS) for n, link in enumerate(links)],
    }


def _sent_row(env, campaign, address):
    consent = env["email.subscription.preference"]
    return {
        "company_id": env.company.id,
        "campaign_id": campaign.id,
        "state": "sent",
        "address_key": consent._address_key("email", address),
        "email_address": address,
        "sent_at": "2026-01-01 08:00:00",
    }

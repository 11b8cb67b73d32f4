"""Run by ``odoo shell``: a shop with two providers, and the people of the plan.

``MM_ACCEPTANCE`` is a JSON file with ports and keys; ids are added to it.
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, os.environ["MM_ACCEPTANCE_CODE"])
from plan import SENDGRID, SMTP, STOPPED, STRANGERS, people

env = globals()["env"]
file = Path(os.environ["MM_ACCEPTANCE"])
given = json.loads(file.read_text())
BODY = """
<table><tr><td>
<p>Dear <span data-mm-tag="first_name">first name</span>,</p>
<p><a href="https://shop.example/tea">Tea</a></p>
<p><a href="https://shop.example/coffee">Coffee</a></p>
<p><a href="https://shop.example/cups">Cups</a></p>
<p><a href="https://elsewhere.example/">Our friends</a></p>
</td></tr></table>
"""


def set_up_company():
    env.company.write(
        {
            "name": "Two Providers",
            "email": "hello@shop.example",
            "website": "https://shop.example",
            "marketing_postal_address": "1 Market Square, Springfield",
            "marketing_quiet_hours": False,
            "marketing_holdout_percent": 0,
        }
    )
    parameters = env["ir.config_parameter"]
    parameters.set_param("web.base.url", given["url"])
    parameters.set_param("web.base.url.freeze", "True")


def set_up_user():
    """A password of a test on this machine only."""
    groups = ("base.group_user", "marketing_base.group_manager")
    env["res.users"].create(
        {
            "name": "Mara Marketer",
            "login": "mara",
            "password": "mara",
            "group_ids": [(6, 0, [env.ref(name).id for name in groups])],
        }
    )


def set_up_providers():
    relay = env["ir.mail_server"].create(
        {
            "name": "Our relay",
            "smtp_host": "127.0.0.1",
            "smtp_port": given["smtp_port"],
            "smtp_encryption": "none",
        }
    )
    providers = env["delivery.provider"]
    return {
        SMTP: providers.create(
            {
                "name": "Our relay",
                "mail_server_id": relay.id,
                "bounce_address": "bounce@shop.example",
                "connection_count": 2,
            }
        ),
        SENDGRID: providers.create(
            {
                "name": "SendGrid",
                "provider_type": "sendgrid",
                "sendgrid_api_key": given["sendgrid_key"],
                "sendgrid_url": given["sendgrid_url"],
                "sendgrid_public_key": given["sendgrid_public_key"],
                "mailbox_ids": [
                    (6, 0, env.ref("marketing_delivery.delivery_mailbox_gmail").ids)
                ],
            }
        ),
    }


def set_up_people():
    consents = env["email.subscription.preference"]
    everybody = [*people(), *STRANGERS, *STOPPED]
    partners = env["res.partner"].create(
        [
            {"name": address.partition("@")[0].title(), "email": address}
            for address in everybody
        ]
    )
    for partner in partners:
        if partner.email not in STRANGERS:
            consents._opt_in(env.company, partner.email, partner=partner, source="test")
    for address in STOPPED:
        env["mail.blacklist"]._add(address)
    return partners


def set_up_campaign(partners):
    segment = env["customer.segment"].create(
        {"name": "The people of the plan", "segment_type": "static"}
    )
    segment._add_members(partners, "manual")
    template = env["email.template.marketing"].create(
        {"name": "Tea", "subject_template": "Tea, {{ first_name }}", "body_arch": BODY}
    )
    template.html_content = template.html_content or BODY
    return env["email.campaign"].create(
        {
            "name": "Half and half",
            "segment_ids": [(6, 0, segment.ids)],
            "template_id": template.id,
        }
    )


set_up_company()
set_up_user()
providers = set_up_providers()
campaign = set_up_campaign(set_up_people())
found = {
    "campaign": campaign.id,
    "providers": {name: provider.id for name, provider in providers.items()},
    "webhook": providers[SENDGRID].webhook_url,
}
file.write_text(json.dumps({**given, **found}))
env.cr.commit()

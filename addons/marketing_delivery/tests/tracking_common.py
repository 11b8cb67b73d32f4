"""A sent message with links, and a log whose transactions the test decides."""

import json
import time
from datetime import datetime, timedelta
from itertools import count
from unittest.mock import patch

from odoo.tests import new_test_user

from odoo.addons.marketing_base.links import LinkSigner

SENT_AT = datetime(2026, 3, 2, 9, 0, 0)
BROWSER = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
SHOP = "https://shop.example.com"
ENGAGEMENT_TIMES = (
    "opened_at",
    "machine_opened_at",
    "clicked_at",
    "unsubscribed_at",
)


class TrackingMixin:
    _numbers = count()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.website = SHOP
        cls.other_company = cls.env["res.company"].create({"name": "Other shop"})
        cls.customer = cls.env["res.partner"].create(
            {"name": "Anna", "email": "anna.secret@example.com"}
        )
        cls.campaign = cls._make_campaign(cls.company, 4)
        cls.recipient = cls._make_recipient("anna.secret@example.com")
        cls.signer = LinkSigner.from_env(cls.env)
        # a database in use has a cursor beyond the transactions named here
        cls.env.cr.execute("DELETE FROM marketing_projection WHERE name = 'engagement'")

    @classmethod
    def _make_campaign(cls, company, links):
        utm = cls.env["utm.campaign"].create({"name": f"Spring {company.id} {links}"})
        campaign = cls.env["email.campaign"].create(
            {"name": "Spring", "company_id": company.id, "utm_campaign_id": utm.id}
        )
        cls.env["marketing.link"].create(
            [
                {
                    "campaign_id": campaign.id,
                    "position": position,
                    "url": f"{SHOP}/p/{position}?a=1#top",
                }
                for position in range(1, links + 1)
            ]
        )
        return campaign

    @classmethod
    def _make_recipient(cls, email, campaign=None, **values):
        campaign = campaign or cls.campaign
        preference = cls.env["email.subscription.preference"]
        recipient = cls.env["campaign.recipient"].create(
            {
                "company_id": campaign.company_id.id,
                "campaign_id": campaign.id,
                "customer_id": cls.customer.id,
                "address_key": preference._address_key("email", email),
                "email_address": email,
                "state": "sent",
                "sent_at": SENT_AT,
                **values,
            }
        )
        cls.env.flush_all()
        return recipient

    @classmethod
    def _make_user(cls, login, group, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups=f"base.group_user,{group}",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def _token(self, scope, number=0, recipient=None, seconds=3600, signer=None):
        return (signer or self.signer).sign(
            scope,
            (recipient or self.recipient).id,
            number,
            expires=int(time.time()) + seconds,
        )

    def _log(self, event_type, seconds=3600, recipient=None, xact=1, **values):
        """Append an event as a given transaction, `seconds` after sending.

        The tests run in one transaction, which a projection never reads itself.
        """
        recipient = recipient or self.recipient
        event = {
            "xact_id": xact,
            "source_id": "odoo",
            "event_id": f"test:{next(self._numbers)}",
            "event_type": event_type,
            "occurred_at": SENT_AT + timedelta(seconds=seconds),
            "received_at": SENT_AT,
            "company_id": recipient.company_id.id,
            "campaign_id": recipient.campaign_id.id,
            "recipient_id": recipient.id,
            "properties": {},
            **values,
        }
        event["properties"] = json.dumps(event["properties"])
        names = ", ".join(event)
        marks = ", ".join(["%s"] * len(event))
        self.env.cr.execute(
            f"INSERT INTO marketing_event ({names}) VALUES ({marks})",
            list(event.values()),
        )

    def _click(self, seconds, position, suspect=None, **values):
        properties = {"link_position": position}
        if suspect:
            properties["suspect"] = suspect
        self._log("email_clicked", seconds, properties=properties, **values)

    def _project(self, horizon=1_000):
        """Run the projection as if all transactions below `horizon` were over."""
        model = type(self.env["marketing.projection"])
        with patch.object(model, "_get_horizon", lambda self: horizon):
            self.env["marketing.engagement.projection"]._run()

    def _events(self, event_type=None, recipient=None):
        """Return (type, properties) of what the log holds, oldest first."""
        self.env.cr.execute(
            """SELECT event_type, properties FROM marketing_event
                WHERE recipient_id = %s AND coalesce(event_type = %s, TRUE)
                ORDER BY id""",
            [(recipient or self.recipient).id, event_type],
        )
        return self.env.cr.fetchall()

    def _state(self):
        """Return everything that looking at a message must leave alone."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT (SELECT json_agg(r ORDER BY r.id) FROM campaign_recipient r),
                      (SELECT json_agg(p ORDER BY p.id)
                         FROM email_subscription_preference p),
                      (SELECT count(*) FROM mail_blacklist WHERE active),
                      (SELECT json_agg(c ORDER BY c.id) FROM delivery_click c),
                      (SELECT json_agg(c ORDER BY c.id) FROM email_campaign c)"""
        )
        return self.env.cr.fetchone()

    def _verdicts(self, recipient=None):
        """Return (seconds after sending, position, verdict, reason) in order."""
        self.env.invalidate_all()
        clicks = self.env["delivery.click"].search(
            [("recipient_id", "=", (recipient or self.recipient).id)],
            order="clicked_at, link_position, event_id",
        )
        return [
            (
                (click.clicked_at - SENT_AT).total_seconds(),
                click.link_position,
                click.verdict,
                click.verdict_reason or None,
            )
            for click in clicks
        ]

    def _times(self, recipient=None):
        self.env.invalidate_all()
        values = (recipient or self.recipient).read(ENGAGEMENT_TIMES)[0]
        return {
            name: value and (value - SENT_AT).total_seconds()
            for name, value in values.items()
            if name != "id"
        }

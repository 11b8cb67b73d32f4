import json
import random

from werkzeug.datastructures import Headers

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_delivery.tests.feedback_common import NOON, FeedbackMixin

from .sendgrid_common import SendGridCase

MODEL = "odoo.addons.marketing_delivery.models.delivery_webhook"
EPOCH = 1793620800  # of NOON


@tagged("post_install", "-at_install")
class TestSendgridWebhook(FeedbackMixin, SendGridCase, HttpCase):
    """From SendGrid's own bytes to our rows, through the door."""

    def setUp(self):
        super().setUp()
        self.campaign.provider_id = self.provider
        self.rows = self._add(*(f"c{n}@x.example" for n in range(40)))
        self.env["email.subscription.preference"].search(
            [("address_key", "in", self.rows.mapped("address_key"))]
        ).consent_given_at = NOON

    def _event(self, name, row, seconds=0, **values):
        return {
            "event": name,
            "email": row.email_address,
            "sk": row.send_key,
            "sg_event_id": f"{name}-{row.id}-{seconds}",
            "sg_message_id": "m1.filter0",
            "timestamp": EPOCH + seconds,
            **values,
        }

    def _post(self, body, headers=None):
        return self.url_open(
            f"/marketing/webhook/{self.provider.webhook_token}",
            data=body,
            headers=headers or self.peer.sign(body),
        )

    def _post_events(self, *events):
        return self._post(json.dumps(events).encode() + b"\r\n")

    def _process(self):
        with self.enter_registry_test_mode():
            self.env["delivery.webhook"]._pump_process()
        self.env.invalidate_all()

    def _count(self):
        return self.env["delivery.webhook"].search_count(
            [("provider_id", "=", self.provider.id)]
        )

    def test_a_campaign_and_its_feedback(self):
        self._pump(self._open(), renderer=self.renderer)
        self.assertEqual(set(self.rows.mapped("state")), {"sent"})
        names = ("delivered", "bounce", "spamreport")
        events = [
            self._event(name, row) for name, row in zip(names, self.rows, strict=False)
        ]
        events[1]["status"] = "5.1.1"
        self.assertEqual(self._post_events(*events).status_code, 200)
        self._process()
        self._project()
        self.assertTrue(self.rows[0].delivered_at)
        self.assertEqual(
            (self.rows[1].status, self.rows[1].bounce_type), ("bounced", "hard")
        )
        self.assertTrue(self.rows[2].complained_at)
        again = self._create_campaign(self.company)
        again.provider_id = self.provider
        more = self._add(
            *self.rows[:3].mapped("email_address"), campaign=again, consent=False
        )
        self._pump(self._open(), campaign=again, renderer=self.renderer)
        self.assertEqual(
            [(row.state, row.reason) for row in more],
            [("sent", False), ("skipped", "blacklisted"), ("skipped", "unsubscribed")],
        )

    def test_forged(self):
        body = json.dumps([self._event("spamreport", self.rows[0])]).encode()
        good = self.peer.sign(body)
        self.assertEqual(self._post(body + b" ", good).status_code, 403)
        self.assertEqual(
            self._post(body, {"Content-Type": "application/json"}).status_code, 403
        )
        old = self.peer.sign(body)
        other = type(self.peer)()
        self.addCleanup(other.stop)
        self.provider.sendgrid_public_key = other.public_key
        self.assertEqual(self._post(body, old).status_code, 403, "an old key")
        self.provider.sendgrid_public_key = False
        self.assertEqual(self._post(body, old).status_code, 403, "no key at all")
        self.assertEqual(self._count(), 0)

    def test_another_provider_s_key(self):
        other = type(self.peer)()
        self.addCleanup(other.stop)
        self._create_provider(sendgrid_public_key=other.public_key)
        body = json.dumps([self._event("spamreport", self.rows[0])]).encode()
        self.assertEqual(self._post(body, other.sign(body)).status_code, 403)
        self.assertEqual(self._count(), 0)

    def test_an_answer_that_was_lost_is_found(self):
        rows = self._add("http-503@x.example", "beside@x.example")
        other = self._create_campaign(self.company)
        other.provider_id = self.provider
        self.env.cr.execute(
            "UPDATE campaign_recipient SET campaign_id = %s WHERE id = ANY(%s)",
            [other.id, rows.ids],
        )
        self.env.invalidate_all()
        self._pump(self._open(), campaign=other, renderer=self.renderer)
        self.assertEqual(set(rows.mapped("state")), {"in_doubt"})
        self._post_events(*(self._event("processed", row) for row in rows))
        self._process()
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        self.assertEqual(set(rows.mapped("sent_at")), {NOON})

    def test_storm(self):
        """Doubled, shuffled, in pieces, with forged ones: as one sorted message."""
        rng = random.Random(11)
        names = (
            "processed delivered deferred bounce dropped spamreport open click".split()
        )
        events = [
            self._event(rng.choice(names), row, rng.randrange(600), type="bounce")
            for row in self.rows
            for _number in range(rng.randrange(1, 6))
        ]
        storm = [*events, *rng.choices(events, k=len(events) // 2)]
        rng.shuffle(storm)
        looks = []
        for pieces in (
            [sorted(events, key=lambda e: e["timestamp"])],
            _cut(rng, storm),
        ):
            with self.env.cr.savepoint() as point:
                self._set(self.rows, "sent", sent_at=NOON)
                self._set(self.rows[::4], "in_doubt", doubted_at=NOON, sent_at=None)
                for number, piece in enumerate(pieces):
                    body = json.dumps(piece).encode()
                    if number % 3 == 0:
                        forged = self.provider._verify_webhook(
                            Headers(self.peer.sign(body)), body + b" "
                        )
                        self.assertFalse(forged)
                    self.assertTrue(
                        self.provider._verify_webhook(
                            Headers(self.peer.sign(body)), body
                        )
                    )
                    self.env["delivery.webhook"]._store(self.provider, body)
                self._process()
                looks.append(self._look(self.rows))
                point.rollback()
        self.assertEqual(*looks)

    @mute_logger(MODEL)
    def test_garbage_that_is_signed(self):
        for body in (b"not json", b"{}", b"[" * 10_000):
            self.assertEqual(self._post(body).status_code, 200)
        self._post_events(self._event("delivered", self.rows[0]))
        self._process()
        states = self.env["delivery.webhook"].search([]).mapped("state")
        self.assertEqual(sorted(states), ["failed"] * 3 + ["processed"])


def _cut(rng, items):
    pieces = []
    while items:
        size = rng.randrange(1, 12)
        pieces.append(items[:size])
        items = items[size:]
    return pieces

import json
import random
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_delivery.sender.http_link import HttpLink
from odoo.addons.marketing_delivery.tests.feedback_common import NOON, FeedbackMixin

from ..sender import sns_calls
from .ses_common import SesCase
from .sns_signer import ARN, HOST, TOKEN, SnsSigner, record

MODEL = "odoo.addons.marketing_delivery.models.delivery_webhook"
TOPIC_MODEL = "odoo.addons.marketing_delivery_ses.models.delivery_provider_ses_topic"
CONFIRMED = (
    "<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>"
    f"{ARN}:1</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>"
)


class SnsMixin(FeedbackMixin):
    """A topic whose messages come in, and SNS where the certificate lies."""

    def setUp(self):
        super().setUp()
        self.signer = SnsSigner()
        self.provider.ses_topic_arn = ARN
        self.campaign.provider_id = self.provider
        self.rows = self._add(*(f"c{n}@x.example" for n in range(20)))
        self.env["email.subscription.preference"].search(
            [("address_key", "in", self.rows.mapped("address_key"))]
        ).consent_given_at = NOON
        self.asked = []  # hosts that were asked for something
        patcher = patch.object(sns_calls, "HttpLink", self._link)
        patcher.start()
        self.addCleanup(patcher.stop)

    def _link(self, url):
        """Every host that is asked is our peer."""
        self.asked.append(url)
        return HttpLink(self.peer.url)

    def _know(self, signer=None):
        signer = signer or self.signer
        self.provider.ses_certificates = {signer.url: signer.pem}

    def _told(self, name, row, seconds=0, **details):
        moment = NOON + timedelta(seconds=seconds)
        return record(
            name,
            row.send_key,
            moment=moment,
            message_id=f"ses-{row.id}",
            details=details,
        )

    def _process(self):
        with self.enter_registry_test_mode():
            self.env["delivery.webhook"]._pump_process()
        self.env.invalidate_all()

    def _stored(self):
        self.env.invalidate_all()
        return self.env["delivery.webhook"].search(
            [("provider_id", "=", self.provider.id)], order="id"
        )

    def _run_jobs(self, method):
        """Run what was queued with this method; return how many."""
        jobs = self.env["marketing.job"].search(
            [("method", "=", method), ("state", "=", "pending")]
        )
        with self.enter_registry_test_mode():
            for job in jobs:
                getattr(self.env[job.model], job.method)(**job.payload)
        jobs.sudo().write({"state": "done"})
        self.env.invalidate_all()
        return len(jobs)


@tagged("post_install", "-at_install")
class TestSesWebhook(SnsMixin, SesCase, HttpCase):
    """From SNS's own bytes to our rows, through the door."""

    def _post(self, body, **headers):
        return self.url_open(
            f"/marketing/webhook/{self.provider.webhook_token}",
            data=body,
            headers={"Content-Type": "text/plain; charset=UTF-8", **headers},
        )

    def test_a_campaign_and_its_feedback(self):
        self._know()
        self._pump(self._open())
        self.assertEqual(set(self.rows.mapped("state")), {"sent"})
        delivered, bounced, complained = self.rows[:3]
        for told in (
            self._told("Send", delivered),
            self._told("Delivery", delivered, 3),
            self._told(
                "Bounce",
                bounced,
                bounceType="Permanent",
                bounceSubType="NoEmail",
                bouncedRecipients=[{"status": "5.1.1"}],
            ),
            self._told("Complaint", complained, complaintFeedbackType="abuse"),
        ):
            self.assertEqual(self._post(self.signer.notify(told)).status_code, 200)
        self._process()
        self._project()
        self.assertEqual(delivered.delivered_at, NOON + timedelta(seconds=3))
        self.assertEqual((bounced.status, bounced.bounce_type), ("bounced", "hard"))
        self.assertTrue(complained.complained_at)
        again = self._create_campaign(self.company)
        again.provider_id = self.provider
        addresses = self.rows[:3].mapped("email_address")
        more = self._add(*addresses, campaign=again, consent=False)
        self._pump(self._open(), campaign=again)
        self.assertEqual(
            [(row.state, row.reason) for row in more],
            [("sent", False), ("skipped", "blacklisted"), ("skipped", "unsubscribed")],
        )
        self.assertFalse(self.asked, "nobody was asked anything")

    # === CERTIFICATE ===#

    def test_the_certificate_is_fetched_by_a_job(self):
        """The request asks nobody: SNS comes again, and then it is there."""
        body = self.signer.notify(self._told("Delivery", self.rows[0]))
        response = self._post(body)
        self.assertEqual(response.status_code, 503)
        self.assertTrue(int(response.headers["Retry-After"]) <= 20)
        self.assertFalse(self._stored())
        self.assertFalse(self.asked)
        self._post(body)
        self.peer.pages[self.signer.path] = (200, self.signer.pem)
        self.assertEqual(self._run_jobs("_pump_fetch_ses_certificate"), 1)
        self.assertEqual(self.asked, [HOST])
        self.assertEqual(self._post(body).status_code, 200)
        self.assertEqual(self._post(body).status_code, 200)
        self.assertEqual(len(self.asked), 1, "it is kept")
        self.assertEqual(len(self._stored()), 2)

    @mute_logger(TOPIC_MODEL)
    def test_a_certificate_that_is_none_is_not_kept(self):
        stranger = SnsSigner("evil.example")
        for page in (
            (200, stranger.pem),
            (200, "garbage"),
            (200, "x" * 30_000),
            (404, self.signer.pem),
            (301, ""),
        ):
            self.peer.pages[self.signer.path] = page
            self.assertEqual(self._post(self.signer.notify("x")).status_code, 503)
            self._run_jobs("_pump_fetch_ses_certificate")
            self.assertFalse(self.provider.ses_certificates, page)
        self.assertFalse(self._stored())

    def test_few_certificates_are_kept_and_expired_ones_renewed(self):
        for _number in range(6):
            signer = SnsSigner()
            self.peer.pages[signer.path] = (200, signer.pem)
            self._post(signer.notify("x"))
            self._run_jobs("_pump_fetch_ses_certificate")
        self.assertEqual(len(self.provider.ses_certificates), 4)
        self.assertIn(signer.url, self.provider.ses_certificates)
        old = SnsSigner(days=(-30, -1))
        self._know(old)
        self.assertEqual(self._post(old.notify("x")).status_code, 503)

    def test_an_archived_provider_still_listens(self):
        """What it has sent bounces after it was archived, too."""
        self.provider.active = False
        body = self.signer.notify(self._told("Delivery", self.rows[0]))
        self.peer.pages[self.signer.path] = (200, self.signer.pem)
        self.assertEqual(self._post(body).status_code, 503)
        self._run_jobs("_pump_fetch_ses_certificate")
        self.assertEqual(self._post(body).status_code, 200)

    # === FORGED ===#

    def test_forged(self):
        """403, nothing stored, nobody asked."""
        self._know()
        told = self._told("Complaint", self.rows[0])
        good = self.signer.notify(told)
        stranger = SnsSigner()
        envelope = json.loads(good)
        forged = [
            good + b"x",
            json.dumps({**envelope, "Message": envelope["Message"] + " "}).encode(),
            stranger.notify(told, SigningCertURL=self.signer.url),
            stranger.notify(told, SigningCertURL="https://evil.example/x.pem"),
            stranger.notify(told, SigningCertURL=f"http{self.signer.url[5:]}"),
            self.signer.notify(told, TopicArn=f"{ARN}2"),
            self.signer.notify(told, age=25 * 3600),
            self.signer.ask(SubscribeURL="http://169.254.169.254/latest"),
            json.dumps(told).encode(),  # raw delivery: nobody has signed it
            b"not json",
            b"[" * 100_000,
        ]
        for body in forged:
            self.assertEqual(self._post(body).status_code, 403, body[:60])
        packed = self._post(good, **{"Content-Encoding": "gzip"})
        self.assertEqual(packed.status_code, 403, "not what was signed")
        self.provider.ses_is_sha256_only = True
        old = self.signer.notify(told, version="1")
        self.assertEqual(self._post(old).status_code, 403)
        self.provider.ses_topic_arn = False
        self.assertEqual(self._post(good).status_code, 403, "no topic at all")
        self.assertFalse(self._stored())
        self.assertFalse(self.asked)
        pending = [("method", "like", "ses"), ("state", "=", "pending")]
        self.assertFalse(self.env["marketing.job"].search(pending))

    def test_a_replay_counts_once(self):
        self._know()
        body = self.signer.notify(self._told("Delivery", self.rows[0]))
        for _time in range(5):
            self.assertEqual(self._post(body).status_code, 200)
        self._process()
        stored = self._stored()
        self.assertEqual(sum(stored.mapped("event_count")), 1)
        self.assertEqual(sum(stored.mapped("known_count")), 4)

    def test_another_company_s_message(self):
        self._know()
        self.provider.company_id = self.other_company
        self._post(self.signer.notify(self._told("Complaint", self.rows[0])))
        self._process()
        self.assertEqual(self._stored().unknown_count, 1)
        self._project()
        self.assertFalse(self.rows[0].complained_at)

    # === SUBSCRIPTION ===#

    def test_a_subscription_is_confirmed_by_a_job(self):
        self._know()
        self.assertEqual(self._post(self.signer.ask()).status_code, 200)
        self._process()
        self.assertFalse(self.asked, "not in a transaction")
        self.peer.pages["/"] = (200, CONFIRMED)
        self.assertEqual(self._run_jobs("_pump_confirm_ses_subscription"), 1)
        self.assertEqual(self.asked, [HOST])
        self.assertTrue(self.provider.ses_subscribed_at)
        self._post(self.signer.ask("UnsubscribeConfirmation"))
        self._process()
        self.assertFalse(self.provider.ses_subscribed_at)

    def test_only_our_topic_is_confirmed(self):
        provider = self.env["delivery.provider"]
        cases = (
            (self.provider.id, f"{TOKEN}&x=1"),
            (self.provider.id, None),
            (0, TOKEN),
        )
        with self.enter_registry_test_mode():
            for provider_id, token in cases:
                provider._pump_confirm_ses_subscription(provider_id, token)
        self.assertFalse(self.asked)
        self.peer.pages["/"] = (200, "<ErrorResponse/>")
        with (
            self.enter_registry_test_mode(),
            self.assertRaisesRegex(sns_calls.SnsProblem, "not confirmed"),
        ):
            provider._pump_confirm_ses_subscription(self.provider.id, TOKEN)
        self.env.invalidate_all()
        self.assertFalse(self.provider.ses_subscribed_at)

    def test_another_topic_is_another_subscription(self):
        self.provider.ses_subscribed_at = NOON
        self.provider.ses_topic_arn = f"{ARN}2"
        self.assertFalse(self.provider.ses_subscribed_at)

    # === ANSWERS THAT WERE LOST ===#

    def test_an_answer_that_was_lost_is_found(self):
        self._know()
        other = self._create_campaign(self.company)
        other.provider_id = self.provider
        row = self._add("http-503@x.example", campaign=other)
        self._pump(self._open(), campaign=other)
        self.assertEqual(row.state, "in_doubt")
        self.assertIn("may be lost", row.doubt_note)
        self._post(self.signer.notify(self._told("Send", row)))
        self._process()
        self.assertEqual((row.state, row.sent_at), ("sent", NOON))

    def test_silence_of_a_topic_proves_nothing(self):
        """Receipts are what a message may be sent again by: only a queue gives them."""
        self._know()
        self._post(self.signer.notify(self._told("Delivery", self.rows[0])))
        self._process()
        self.assertEqual(
            (self._stored().event_count, self._stored().receipt_count), (1, 0)
        )

    # === STORM ===#

    def test_storm(self):
        """Doubled, shuffled, with forged ones: as one sorted stream."""
        self._know()
        rng = random.Random(19)
        names = "Send Delivery DeliveryDelay Bounce Complaint Reject Open Click".split()
        events = [
            self._told(
                rng.choice(names), row, rng.randrange(600), bounceType="Transient"
            )
            for row in self.rows
            for _number in range(rng.randrange(1, 6))
        ]
        storm = [*events, *rng.choices(events, k=len(events) // 2)]
        rng.shuffle(storm)
        looks = []
        for stream in (sorted(events, key=lambda e: e["mail"]["timestamp"]), storm):
            with self.env.cr.savepoint() as point:
                self._set(self.rows, "sent", sent_at=NOON)
                self._set(self.rows[::4], "in_doubt", doubted_at=NOON, sent_at=None)
                for number, told in enumerate(stream):
                    version = rng.choice("12")
                    body = self.signer.notify(told, version=version)
                    if number % 3 == 0:
                        forged = body.replace(b"ses-", b"SES-", 1)
                        self.assertFalse(self.provider._verify_webhook({}, forged))
                    self.assertTrue(self.provider._verify_webhook({}, body))
                    self.env["delivery.webhook"]._store(self.provider, body)
                self._process()
                looks.append(self._look(self.rows))
                point.rollback()
        self.assertEqual(*looks)

    @mute_logger(MODEL)
    def test_garbage_that_is_signed(self):
        self._know()
        for message in ("not json", "{}", "[" * 5000, "7"):
            body = self.signer.notify(message)
            self.assertEqual(self._post(body).status_code, 200)
        self._post(self.signer.notify(self._told("Delivery", self.rows[0])))
        self._post(self.signer.notify("Successfully validated SNS topic for SES."))
        self._process()
        self.assertEqual(
            self._stored().mapped("state"), ["failed"] * 4 + ["processed"] * 2
        )

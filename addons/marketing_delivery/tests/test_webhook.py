import gzip
import json
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import DeadlockDetected

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..sender import feedback as kinds
from ..sender.unpack import MAX_UNPACKED, UnpackProblem, unpack
from .feedback_common import FeedbackMixin
from .sender_common import SenderCase

MODEL = "odoo.addons.marketing_delivery.models.delivery_webhook"
SECRET = "right"


def verify(_provider, headers, body):
    return headers.get("X-Proof") == SECRET and body.strip().startswith((b"[", b"\x1f"))


def parse(_provider, body):
    return [kinds.Feedback(*item) for item in json.loads(body)]


@tagged("post_install", "-at_install")
class TestWebhook(FeedbackMixin, SenderCase, HttpCase):
    """Verified, stored, answered, processed: in this order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = cls._add("a@x.example", "b@x.example")
        cls.admin = cls._create_user("mm_hook_admin", "administrator")

    def setUp(self):
        super().setUp()
        self._set(self.rows, "sent", sent_at=fields.Datetime.now())
        model = self.env.registry["delivery.provider"]
        for name, function in (
            ("_has_webhook", lambda provider: provider.provider_type == "smtp"),
            ("_verify_smtp_webhook", verify),
            ("_parse_smtp_webhook", parse),
        ):
            patcher = patch.object(model, name, function, create=True)
            patcher.start()
            self.addCleanup(patcher.stop)

    def _post(self, body, token=None, proof=SECRET, **headers):
        url = f"/marketing/webhook/{token or self.provider.webhook_token}"
        return self.url_open(
            url, data=body, headers={"X-Proof": proof, **headers}, allow_redirects=False
        )

    def _tell_body(self, *pairs):
        return json.dumps(
            [[kind, row.send_key, f"{kind}-{row.id}"] for kind, row in pairs]
        ).encode()

    def _stored(self):
        self.env.invalidate_all()
        return self.env["delivery.webhook"].search(
            [("provider_id", "=", self.provider.id)]
        )

    def _process(self):
        with self.enter_registry_test_mode():
            self.env["delivery.webhook"]._pump_process()
        self.env.invalidate_all()

    # === THE DOOR ===#

    def test_from_the_door_to_the_row(self):
        body = self._tell_body((kinds.DELIVERED, self.rows[0]))
        response = self._post(body)
        self.assertEqual((response.status_code, response.text), (200, "OK"))
        webhook = self._stored()
        self.assertEqual((webhook.state, webhook.size), ("stored", len(body)))
        self.assertIn(self.provider.name, webhook.display_name)
        jobs = self.env["marketing.job"].search([("model", "=", "delivery.webhook")])
        self.assertEqual((jobs.kind, jobs.method), ("pump", "_pump_process"))
        self._process()
        self.assertEqual((webhook.state, webhook.event_count), ("processed", 1))
        self.assertEqual(webhook.receipt_count, 1)
        self._project()
        self.assertTrue(self.rows[0].delivered_at)

    def test_nothing_unverified_is_stored(self):
        body = self._tell_body((kinds.COMPLAINED, self.rows[0]))
        for values in ({"proof": "wrong"}, {"proof": ""}):
            self.assertEqual(self._post(body, **values).status_code, 403)
        self.assertEqual(self._post(b"garbage").status_code, 403)
        self.assertFalse(self._stored())

    def test_what_cannot_be_judged_yet_comes_again(self):
        """Nothing of it is kept; a 5xx is what senders repeat after."""
        model = self.env.registry["delivery.provider"]
        self.patch(model, "_verify_smtp_webhook", lambda *_args: None)
        response = self._post(self._tell_body((kinds.COMPLAINED, self.rows[0])))
        self.assertEqual(response.status_code, 503)
        self.assertEqual(response.headers["Retry-After"], "20")
        self.assertFalse(self._stored())

    def test_a_form_is_read_by_nobody(self):
        """A body that the framework would parse first is no longer the provider's."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertIn(self._post(b"[a=b]", **kind).status_code, (403, 200))
        self._process()
        self.assertFalse(self._stored().filtered(lambda w: w.state == "processed"))

    def test_unknown_addresses(self):
        body = self._tell_body((kinds.COMPLAINED, self.rows[0]))
        wrong = ("x", "%00", "é" * 50, "a" * 5000, "../../web")
        for token in wrong:
            self.assertIn(self._post(body, token=token).status_code, (400, 404), token)
        self.assertFalse(self._stored())

    def test_a_type_without_webhook_has_no_door(self):
        model = self.env.registry["delivery.provider"]
        with patch.object(model, "_has_webhook", lambda provider: False):
            self.assertEqual(self._post(b"[]").status_code, 404)
            self.env.invalidate_all()
            self.assertFalse(self.provider.webhook_url)
        self.env.invalidate_all()
        self.assertIn(self.provider.webhook_token, self.provider.webhook_url)

    def test_looking_changes_nothing(self):
        url = f"/marketing/webhook/{self.provider.webhook_token}"
        self.assertEqual(self.url_open(url).status_code, 405)
        self.assertEqual(self.url_open(url, method="HEAD").status_code, 405)
        self.assertFalse(self._stored())

    def test_too_much(self):
        self.assertEqual(self._post(b"[" + b" " * (5 * 1024 * 1024)).status_code, 413)
        self.assertFalse(self._stored())

    def test_an_archived_provider_still_listens(self):
        self.provider.active = False
        self.assertEqual(self._post(b"[]").status_code, 200)

    # === PROCESSING ===#

    def test_a_storm_of_replays(self):
        body = self._tell_body(
            *((kinds.DELIVERED, row) for row in self.rows),
            (kinds.COMPLAINED, self.rows[0]),
        )
        for _time in range(100):
            self.env["delivery.webhook"]._store(self.provider, body)
        jobs = self.env["marketing.job"].search([("model", "=", "delivery.webhook")])
        self.assertEqual(len(jobs), 1, "one for all that wait")
        self._process()
        webhooks = self._stored()
        self.assertEqual(set(webhooks.mapped("state")), {"processed"})
        self.assertEqual(sum(webhooks.mapped("event_count")), 3)
        self.assertEqual(sum(webhooks.mapped("known_count")), 297)

    @mute_logger(MODEL)
    def test_what_cannot_be_read_waits_for_a_person(self):
        bad = self.env["delivery.webhook"]._store(self.provider, b"[[1, 2")
        body = self._tell_body((kinds.DELIVERED, self.rows[0]))
        good = self.env["delivery.webhook"]._store(self.provider, body)
        self._process()
        self.assertEqual((bad.state, good.state), ("failed", "processed"))
        self.assertIn("JSONDecodeError", bad.error)
        model = self.env.registry["delivery.provider"]
        with patch.object(model, "_parse_smtp_webhook", lambda *_args: []):
            bad.with_user(self.admin).action_replay()
            self.assertEqual(bad.state, "stored")
            self.env.flush_all()
            self._process()
        self.assertEqual((bad.state, bad.error), ("processed", False))

    def test_the_database_s_trouble_is_not_the_webhook_s(self):
        webhook = self.env["delivery.webhook"]._store(self.provider, b"[]")
        feedback = self.env.registry["delivery.feedback"]
        with (
            patch.object(feedback, "_record", side_effect=DeadlockDetected()),
            self.assertRaises(DeadlockDetected),
        ):
            webhook._process()
        self.assertEqual(webhook.state, "stored", "it is tried again")

    def test_packed(self):
        body = self._tell_body((kinds.DELIVERED, self.rows[0]))
        response = self._post(gzip.compress(body), **{"Content-Encoding": "gzip"})
        self.assertEqual(response.status_code, 200)
        self._process()
        self.assertEqual(self._stored().event_count, 1)

    def test_bombs_and_broken_packages(self):
        self.assertEqual(unpack(b"x", None), b"x")
        self.assertEqual(unpack(gzip.compress(b"x"), " GZIP "), b"x")
        bomb = gzip.compress(b"\0" * (MAX_UNPACKED + 1))
        for body, encoding in (
            (bomb, "gzip"),
            (gzip.compress(b"x" * 99)[:-9], "gzip"),
            (b"x", "gzip"),
            (b"x", "br"),
        ):
            with self.assertRaises(UnpackProblem):
                unpack(body, encoding)

    # === PEOPLE ===#

    def test_who_sees_it(self):
        webhook = self.env["delivery.webhook"]._store(self.provider, b"[]")
        self.provider.company_id = self.company
        stranger = self._create_user(
            "mm_hook_stranger", "administrator", company=self.other_company
        )
        self.assertTrue(webhook.with_user(self.admin).has_access("read"))
        self.assertFalse(
            webhook.with_user(stranger).search([("id", "=", webhook.id)]).ids
        )
        with self.assertRaises(AccessError):
            webhook.with_user(stranger).action_replay()
        for group in ("analyst", "user", "manager", "compliance"):
            user = self._create_user(f"mm_hook_{group}", group)
            self.assertFalse(webhook.with_user(user).has_access("read"), group)
            with self.assertRaises(AccessError):
                webhook.with_user(user).action_replay()
            with self.assertRaises(AccessError), mute_logger("odoo.models"):
                self.provider.with_user(user).read(["webhook_token"])
        for operation in ("create", "write", "unlink"):
            self.assertFalse(webhook.with_user(self.admin).has_access(operation))
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            webhook.with_user(self.admin).read(["body"])

    def test_addresses_are_forgotten(self):
        now = fields.Datetime.now()
        ages = {"processed": (6, 8), "failed": (29, 31)}
        kept = self.env["delivery.webhook"]
        for state, days in ages.items():
            for age in days:
                webhook = kept._store(self.provider, b"[]")
                received = now - timedelta(days=age)
                webhook.write({"state": state, "received_at": received})
                kept |= webhook
        old = kept._store(self.provider, b"[]")
        old.write({"state": "processed", "received_at": now - timedelta(days=91)})
        self.env.flush_all()
        kept._gc_webhooks()
        self.assertEqual(kept.mapped("has_body"), [True, False, True, False])
        self.assertFalse(old.exists())
        with self.assertRaises(UserError):
            kept[1].with_user(self.admin).action_replay()

    def test_each_provider_has_its_own_address(self):
        other = self._create_provider()
        copy = self.provider.copy()
        tokens = {p.webhook_token for p in (self.provider, other, copy)}
        self.assertEqual(len(tokens), 3)
        self.assertTrue(all(len(token) >= 32 for token in tokens))

import os
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..sender.adapter import PERMANENT, TRANSIENT, UNKNOWN, Outcome, ProviderDown
from ..sender.helpers import share
from .sender_common import FakeAdapter, Renderer, SenderCase

COMPOSER = "odoo.addons.marketing_delivery.sender.composer"
DELIVERY = "odoo.addons.marketing_delivery.models.email_campaign_delivery"


@tagged("post_install", "-at_install")
class TestPump(SenderCase):
    def test_sends_all_and_completes(self):
        rows = self._add(*(f"c{n}@x.example" for n in range(25)))
        adapter = FakeAdapter()
        self.assertIsNone(self._pump(adapter))
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        self.assertEqual(len(adapter.messages), 25)
        self.assertTrue(adapter.is_closed)
        self.assertEqual(self.campaign.status, "completed")
        self.assertEqual(len(self._events()), 25)
        self.assertIn(("email_sent", f"sent:{rows[0].send_key}"), self._events())
        self.assertEqual(rows.mapped("provider_id"), self.provider)
        self.assertEqual(self.provider.day_used, 25)

    def test_each_outcome_has_its_state_and_reason(self):
        rows = self._add(*(f"{n}@x.example" for n in ("ok", "no", "later", "lost")))
        outcomes = {
            "no@x.example": Outcome(PERMANENT, "unknown", bounce_type="hard"),
            "later@x.example": Outcome(TRANSIENT, "451 busy", "MAIL"),
            "lost@x.example": Outcome(UNKNOWN, "closed", "CONTENT"),
        }
        wait = self._pump(FakeAdapter(outcomes))
        self.assertEqual(
            [(row.state, row.reason) for row in rows],
            [
                ("sent", False),
                ("failed", "rejected"),
                ("queued", "deferred"),
                ("in_doubt", "no_answer"),
            ],
        )
        self.assertEqual(rows[3].reason_label, "No answer")
        self.assertEqual(rows[1].bounce_reason, "unknown")
        self.assertEqual(
            rows.mapped("status"), ["delivered", "bounced", "pending", "sent"]
        )
        self.assertTrue(40 < wait < 80, "the first backoff is about a minute")
        self.assertEqual(self.campaign.status, "running")

    def test_deferred_for_the_fifth_time_fails(self):
        row = self._add("later@x.example", attempt=4)
        outcome = Outcome(TRANSIENT, "later", bounce_type="soft")
        self.assertIsNone(self._pump(FakeAdapter({row.email_address: outcome})))
        self.assertEqual((row.state, row.reason), ("failed", "too_many_attempts"))
        self.assertEqual((row.attempt, row.bounce_type), (5, "soft"))

    @mute_logger(COMPOSER)
    def test_poison_stops_nobody(self):
        self._add("poison@x.example", "a@x.example,b@x.example", "", "c@x.example")
        adapter = FakeAdapter()
        self._pump(adapter)
        self.assertEqual([m.address for m in adapter.messages], ["c@x.example"])
        reasons = {r.email_address: r.reason for r in self.campaign.recipient_ids}
        self.assertEqual(reasons["poison@x.example"], "render_error")
        self.assertEqual(reasons["a@x.example,b@x.example"], "bad_address")
        self.assertEqual(reasons[""], "no_address")

    def test_missing_context_is_one_recipient(self):
        class Forgetful(Renderer):
            def contexts(self, cr, rows):
                return {rows[0].id: rows[0].email_address}

        rows = self._add("a@x.example", "b@x.example")
        self._pump(renderer=Forgetful())
        self.assertEqual(rows.mapped("reason"), [False, "no_data"])

    def test_pause_takes_effect_at_the_next_batch(self):
        self._add(*(f"c{n}@x.example" for n in range(30)))

        def pause(_message):
            self.env.cr.execute(
                "UPDATE email_campaign SET status = 'paused' WHERE id = %s",
                [self.campaign.id],
            )

        adapter = FakeAdapter(on_message=pause)
        self._pump(adapter)
        self.assertEqual(len(adapter.messages), 10)
        self.assertEqual(set(self._states().values()), {"sent", "queued"})
        self.assertFalse(self._pump(), "a paused campaign needs no job")

    def test_provider_down_costs_nothing_but_time(self):
        rows = self._add("a@x.example", "b@x.example", "c@x.example")
        adapter = FakeAdapter({"b@x.example": ProviderDown("421 busy")})
        self.assertEqual(self._pump(adapter), 60)
        self.assertEqual(rows.mapped("state"), ["sent", "queued", "queued"])
        self.assertEqual(rows.mapped("attempt"), [1, 0, 0])
        self.assertEqual(
            (self.provider.state, self.provider.last_error), ("down", "421 busy")
        )
        self.assertIn("421 busy", self.campaign.status_reason)
        self.assertTrue(50 < self._pump() <= 60, "it is left alone for a minute")
        self.provider.retry_at = False
        self.assertIsNone(self._pump())
        self.assertEqual(self.provider.state, "ok")
        self.assertFalse(self.campaign.status_reason)

    def test_provider_is_tried_less_and_less_often(self):
        seconds = [self.provider._mark_down("535 no") for _try in range(6)]
        self.assertEqual(seconds, [60, 120, 240, 480, 900, 900])

    @mute_logger(DELIVERY)
    def test_broken_content_pauses_with_the_reason(self):
        class Broken(Renderer):
            def contexts(self, cr, rows):
                cr.execute("SELECT nothing_like_this")

        rows = self._add("a@x.example")
        with mute_logger("odoo.sql_db"):
            self._pump(renderer=Broken())
        self.assertEqual(self.campaign.status, "paused")
        self.assertIn("nothing_like_this", self.campaign.status_reason)
        self.assertEqual(rows.state, "queued")

    @mute_logger(DELIVERY)
    def test_without_content_provider_or_sender_it_is_paused(self):
        self._add("a@x.example")

        def no_content(_campaign):
            raise UserError(self.env._("There is no content."))

        model = self.env.registry["email.campaign"]
        self.patch(model, "_get_renderer", no_content)
        with self.enter_registry_test_mode():
            self.env["email.campaign"]._pump_deliver(self.campaign.id)
        self.env.invalidate_all()
        self.assertEqual(self.campaign.status_reason, "There is no content.")
        self.campaign.write({"status": "running", "from_email": False})
        self._pump()
        self.assertIn("sender", self.campaign.status_reason)
        self.campaign.write({"status": "running", "from_email": "a@a.example"})
        self.env["delivery.provider"].search([]).action_archive()
        self._pump()
        self.assertIn("provider", self.campaign.status_reason)
        self.assertEqual(set(self._states().values()), {"queued"})

    def test_working_provider_is_preferred(self):
        self.campaign.provider_id = False
        self.env["delivery.provider"].search([("id", "!=", self.provider.id)]).write(
            {"active": False}
        )
        self.provider.sequence = 1
        spare = self._create_provider(sequence=2)
        self.assertEqual(self.campaign._pick_provider(), self.provider)
        self.provider.state = "down"
        self.assertEqual(self.campaign._pick_provider(), spare)
        spare.company_id = self.other_company
        self.assertEqual(self.campaign._pick_provider(), self.provider)

    def test_connections_are_shared_out(self):
        """Among worker processes; Odoo itself runs one job after the other."""
        self.provider.connection_count = 5
        for broker, number in (("", [5]), ("redis://x", [3, 2])):
            self.env["marketing.job"].search([]).unlink()
            with patch.dict(os.environ, MARKETING_BROKER_URL=broker):
                jobs = self.campaign._enqueue_delivery()
                self.assertEqual(jobs, self.campaign._enqueue_delivery())
            payloads = jobs.sorted("id").mapped("payload")
            self.assertEqual([load["connections"] for load in payloads], number)
        for connections, senders in ((1, 2), (2, 2), (32, 2), (3, 8), (7, 3)):
            parts = share(connections, senders)
            self.assertEqual(sum(parts), connections)
            self.assertLessEqual(max(parts) - min(parts), 1)
            self.assertEqual(len(parts), min(connections, senders))

    def test_connections_share_what_was_compiled(self):
        """A helper sends what the pump beside it leaves, and reads nothing again."""
        rows = self._add("a@x.example") + self._add("b@x.example")
        mine, others = FakeAdapter(), FakeAdapter()
        with self._sending(mine, Renderer()), self.env.registry.cursor() as cr:
            campaign = self.campaign.with_env(self.env(cr=cr))
            pump = campaign._prepare_pump(self.provider.with_env(campaign.env))
            models = self.env.registry["email.campaign"]
            with (
                patch.object(models, "_prepare_composer") as new_composer,
                patch.object(models, "_prepare_admission") as new_admission,
            ):
                helper = pump.beside(cr, others)
                self.assertIsNone(helper.run())
            pump.run()
        self.assertFalse(new_composer.called or new_admission.called)
        self.assertFalse(mine.messages)
        addresses = {message.address for message in others.messages}
        self.assertEqual(addresses, {"a@x.example", "b@x.example"})
        self.assertEqual(set(rows.mapped("state")), {"sent"})

    def test_sum_of_states_is_checked(self):
        self._add("a@x.example")
        self.campaign.audience_size = 2
        with self.assertLogs(DELIVERY, "ERROR"):
            self._pump()
        self.assertIn("audience of 2", self.campaign.status_reason)

    def test_message_on_the_wire(self):
        partner = self.env["res.partner"].create(
            {"name": 'Zoë "Z"\r\nBcc: e@x.example'}
        )
        row = self._add("zoe@x.example", customer_id=partner.id)
        adapter = FakeAdapter()
        self._pump(adapter)
        message = adapter.messages[0]
        self.assertEqual(
            (message.sender, message.address), ("shop@a.example", "zoe@x.example")
        )
        self.assertIn(f"X-SK: {row.send_key}\r\n".encode(), message.data)
        self.assertIn(b"List-Unsubscribe: <http", message.data)
        self.assertNotIn(b"\r\nBcc:", message.data)

    def test_transactional_has_no_unsubscribe_header(self):
        self.campaign.is_transactional = True
        self._add("zoe@x.example", consent=False)
        adapter = FakeAdapter()
        self._pump(adapter)
        self.assertNotIn(b"List-Unsubscribe", adapter.messages[0].data)

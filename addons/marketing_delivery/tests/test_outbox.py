from psycopg2.errors import UniqueViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..sender import backlog, gate, outbox
from ..sender.outbox import Answer
from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestOutbox(SenderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = cls._add("a@x.example", "b@x.example", "c@x.example")
        cls.questions = cls.env["campaign.recipient"]._gate_sql()

    def _claim(self, token="mine", limit=10, campaign=None):
        return outbox.claim(
            self.env.cr,
            campaign_id=(campaign or self.campaign).id,
            provider_id=self.provider.id,
            token=token,
            limit=limit,
        )

    def _pass(self, rows, token="mine"):
        ids = [row.id for row in rows]
        return gate.pass_gate(self.env.cr, self.questions, token, ids)

    def _settle(self, *answers, token="mine"):
        states = outbox.settle(self.env.cr, token, answers)
        self.env.invalidate_all()
        return states

    def _expire(self):
        self.env.cr.execute(
            """UPDATE campaign_recipient SET lease_until = lease_until
                  - interval '1 hour' WHERE lease_until IS NOT NULL"""
        )

    def test_claim_leases_and_never_twice(self):
        first = self._claim(limit=2)
        second = self._claim(token="other")
        self.assertEqual([row.email_address[0] for row in first + second], list("abc"))
        self.assertFalse(self._claim(token="third"))
        self.env.invalidate_all()
        self.assertEqual(self.rows.mapped("lease_token"), ["mine", "mine", "other"])
        self.assertTrue(all(self.rows.mapped("lease_until")))

    def test_claim_prefers_priority_and_waits_for_the_time(self):
        self.rows[2].sudo().priority = 5
        self.rows[0].sudo().not_before = "2999-01-01 00:00:00"
        self.env.flush_all()
        found = [row.email_address for row in self._claim()]
        self.assertEqual(found, ["c@x.example", "b@x.example"])

    def test_claim_only_of_a_running_campaign(self):
        self.campaign.status = "paused"
        self.env.flush_all()
        self.assertFalse(self._claim())

    def test_gate_passes_only_the_holder_of_a_living_lease(self):
        rows = self._claim()
        self.assertEqual(self._pass(rows, token="other"), {})
        self._expire()
        self.assertEqual(self._pass(rows), {})
        self.assertEqual(set(self._states().values()), {"claimed"})

    def test_gate_passes_once(self):
        rows = self._claim()
        self.assertEqual(set(self._pass(rows).values()), {None})
        self.assertEqual(self._pass(rows), {})

    def test_settle_is_for_the_holder(self):
        rows = self._claim()
        self._pass(rows)
        self.assertEqual(self._settle(Answer(rows[0].id, "sent"), token="other"), {})
        self.assertEqual(
            self._settle(Answer(rows[0].id, "sent", message_id="Q1", attempts=1)),
            {rows[0].id: "sent"},
        )
        row = self.rows[0]
        self.assertEqual((row.attempt, row.message_id), (1, "Q1"))
        self.assertTrue(row.sent_at)
        self.assertFalse(row.lease_token)
        self.assertEqual(self._settle(Answer(row.id, "failed")), {}, "it is final")

    def test_late_answers_clear_up_a_doubt_but_never_send_again(self):
        rows = self._claim()
        self._pass(rows)
        self._settle(*(Answer(row.id, "in_doubt", "no_answer") for row in rows))
        self._settle(
            Answer(rows[0].id, "sent"),
            Answer(rows[1].id, "failed", "rejected"),
            Answer(rows[2].id, "queued", "deferred", wait=60),
        )
        self.assertEqual(self.rows.mapped("state"), ["sent", "failed", "failed"])
        self.assertEqual(self.rows[2].reason, "lease_lost")

    def test_deferred_waits(self):
        rows = self._claim()
        self._settle(Answer(rows[0].id, "queued", "deferred", wait=60, attempts=1))
        self.assertEqual(self._claim(token="next"), [])
        self.assertTrue(0 < backlog.next_due(self.env.cr, self.campaign.id) <= 120)

    def test_release_and_cancel(self):
        rows = self._claim()
        self._pass(rows[:1])
        outbox.release(self.env.cr, "other", [row.id for row in rows])
        outbox.release(self.env.cr, "mine", [rows[2].id])
        self.assertEqual(
            list(self._states().values()), ["queued", "claimed", "submitting"]
        )
        outbox.release(self.env.cr, "mine", [row.id for row in rows])
        self.assertEqual(
            list(self._states().values()), ["queued", "queued", "submitting"]
        )
        self.campaign.status = "cancelled"
        self.env.flush_all()
        outbox.cancel_left(self.env.cr, self.campaign.id)
        self.assertEqual(
            sorted(self._states().values()), ["cancelled", "cancelled", "submitting"]
        )

    def test_next_due(self):
        self.assertAlmostEqual(
            backlog.next_due(self.env.cr, self.campaign.id), 0, delta=1
        )
        outbox.settle(
            self.env.cr, "mine", [Answer(row.id, "failed") for row in self._claim()]
        )
        self.assertIsNone(backlog.next_due(self.env.cr, self.campaign.id))

    def test_a_bare_insert_is_a_queued_message(self):
        self.env.cr.execute(
            """INSERT INTO campaign_recipient (company_id, campaign_id, address_key,
                   email_address) VALUES (%s, %s, 'k', 'd@x.example') RETURNING id""",
            [self.company.id, self.campaign.id],
        )
        row = self.env["campaign.recipient"].browse(self.env.cr.fetchone()[0])
        self.assertRecordValues(
            row,
            [
                {
                    "state": "queued",
                    "step_key": "",
                    "channel": "email",
                    "arm": "treated",
                    "propensity": 1.0,
                    "attempt": 0,
                    "priority": 0,
                }
            ],
        )
        self.assertEqual(len(row.send_key), 36)
        self.assertTrue(row.queued_at and row.xact_id)

    def test_one_message_an_address_and_step(self):
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self._add("a@x.example", send_key="another")
        self._add("a@x.example", send_key="another", step_key="second step")

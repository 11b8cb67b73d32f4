import tempfile
from pathlib import Path

from odoo.tests import tagged

from ..sender import answers, journal, recovery
from ..sender.adapter import ACCEPTED, PERMANENT, TRANSIENT, Outcome
from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestRecovery(SenderCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        names = ("sent", "refused", "deferred", "begun", "unsent")
        self.rows = self._add(*(f"{name}@x.example" for name in names))
        self._set_state("submitting", minutes=-1)

    def _set_state(self, state, minutes):
        self.env.cr.execute(
            """UPDATE campaign_recipient SET state = %s, lease_token = 'dead',
                   lease_until = (now() AT TIME ZONE 'UTC') + make_interval(mins => %s)
                WHERE id = ANY(%s)""",
            [state, minutes, self.rows.ids],
        )

    def _write_journal(self):
        file = journal.Journal(self.folder, "dead")
        outcomes = (
            Outcome(ACCEPTED, "accepted", "POST", "Q77"),
            Outcome(PERMANENT, "unknown", "POST", bounce_type="hard"),
            Outcome(TRANSIENT, "later", "POST"),
            None,
        )
        for row, outcome in zip(self.rows, outcomes, strict=False):
            file.begin(row.send_key)
            if outcome:
                letter, text = answers.describe(outcome)
                file.end(letter, row.send_key, text)
        return file

    def _recover(self):
        with self.enter_registry_test_mode(), self.env.registry.cursor() as cr:
            for token in recovery.find_tokens(cr):
                recovery.recover(cr, self.folder, token)
        return {name.partition("@")[0]: s for name, s in self._states().items()}

    def test_journal_tells_what_was_sent(self):
        self._write_journal().close(settled=False)
        self.assertEqual(
            self._recover(),
            {
                "sent": "sent",
                "refused": "failed",
                "deferred": "queued",
                "begun": "in_doubt",
                "unsent": "queued",
            },
        )
        self.assertEqual(self.rows[0].message_id, "Q77")
        self.assertEqual(self.rows[1].bounce_type, "hard")
        stopped = [("email", "=", "refused@x.example")]
        self.assertTrue(self.env["mail.blacklist"].search(stopped))
        self.assertEqual(self.rows[2].attempt, 1)
        self.assertTrue(self.rows[2].not_before)
        self.assertEqual((self.rows[4].attempt, self.rows[4].reason), (0, False))
        self.assertEqual(
            [kind for kind, _id in self._events()],
            ["email_bounced", "email_failed", "email_in_doubt", "email_sent"],
        )
        self.assertFalse(list(self.folder.iterdir()))

    def test_without_journal_all_is_in_doubt(self):
        self.assertEqual(set(self._recover().values()), {"in_doubt"})
        self.assertEqual(len(self._events()), 5)
        self.assertEqual(self.rows[0].reason, "no_answer")

    def test_journal_of_another_boot(self):
        self._write_journal().close(settled=False)
        path = self.folder / "dead.journal"
        path.write_text(path.read_text().replace(journal.boot_id(), "before"))
        self.assertEqual(set(self._recover().values()), {"in_doubt"})

    def test_a_living_sender_is_left_alone_for_long(self):
        file = self._write_journal()
        self.assertEqual(set(self._recover().values()), {"submitting"})
        self._set_state("submitting", minutes=-10)
        self.assertEqual(set(self._recover().values()), {"in_doubt"})
        self.assertEqual(set(self.rows.mapped("lease_token")), {"dead"})
        file.close(settled=True)

    def test_lease_that_holds_is_not_touched(self):
        self._set_state("submitting", minutes=1)
        self.assertEqual(set(self._recover().values()), {"submitting"})

    def test_sweep_requeues_what_was_only_claimed(self):
        self._set_state("claimed", minutes=-1)
        with self.enter_registry_test_mode():
            self.env["marketing.job"]._sweep()
        self.assertEqual(set(self._states().values()), {"queued"})
        jobs = self.env["marketing.job"].search(
            [("key", "=", f"deliver:{self.campaign.id}:0"), ("state", "=", "pending")]
        )
        self.assertEqual(jobs.payload["campaign_id"], self.campaign.id)
        self.assertEqual((jobs.kind, jobs.queue), ("pump", "deliver"))

    def test_sweep_closes_what_is_over_and_cancels_the_rest(self):
        other = self._create_campaign(self.company, status="cancelled")
        self._add("left@x.example", campaign=other)
        empty = self._create_campaign(self.company)
        self.rows.sudo().state = "sent"
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env["marketing.job"]._sweep()
        self.env.invalidate_all()
        self.assertEqual(self.campaign.status, "completed")
        self.assertTrue(self.campaign.end_date)
        self.assertEqual(other.recipient_ids.state, "cancelled")
        self.assertEqual(empty.status, "running", "its audience is being written")

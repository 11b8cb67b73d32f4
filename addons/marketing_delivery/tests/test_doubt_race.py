from threading import Barrier, Thread
from uuid import uuid4

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_queue.isolation import read_committed

ADDRESS = "one@doubt.example"


@tagged("post_install", "-at_install")
class TestTwoPeopleDecide(BaseCase):
    """Two real connections and one message in doubt."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self._remove)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env["res.company"].create({"name": f"Doubt {uuid4()}"})
            self.company_id = company.id
            campaign = env["email.campaign"].create(
                {"name": "Doubt", "company_id": company.id, "from_email": "s@d.example"}
            )
            campaign.write({"status": "completed", "audience_size": 1})
            self.campaign_id = campaign.id
            self.row_id = self._create_row(env, "in_doubt", "").id

    def _create_row(self, env, state, step_key):
        return env["campaign.recipient"].create(
            {
                "company_id": self.company_id,
                "campaign_id": self.campaign_id,
                "address_key": "doubt-race",
                "email_address": ADDRESS,
                "send_key": str(uuid4()),
                "step_key": step_key,
                "state": state,
            }
        )

    def _remove(self):
        with self.registry.cursor() as cr:
            cr.execute("SET LOCAL session_replication_role TO replica")
            for table in ("campaign_recipient", "email_campaign"):
                cr.execute(
                    f"DELETE FROM {table} WHERE company_id = %s", [self.company_id]
                )
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["res.company"].browse(self.company_id).active = False

    def _press(self, action, barrier, kinds):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            row = env["campaign.recipient"].browse(self.row_id)
            row.state  # noqa: B018  its snapshot is older than what the other does
            barrier.wait(20)
            answer = retrying(getattr(row, action), env)
            kinds.append(answer["params"]["type"])

    def _read(self, query, *values):
        with self.registry.cursor() as cr:
            cr.execute(query, values)
            return cr.fetchall()

    def _race(self, *actions):
        barrier, kinds = Barrier(len(actions)), []
        threads = [
            Thread(target=self._press, args=(action, barrier, kinds))
            for action in actions
        ]
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(sorted(kinds), ["success", "warning"], "one of them wins")
        entries = self._read(
            """SELECT 1 FROM marketing_audit_log
                WHERE event = 'doubt_resolved' AND res_id = %s""",
            self.campaign_id,
        )
        self.assertEqual(len(entries), 1)

    def test_both_send_again(self):
        self._race("action_send_again", "action_send_again")
        steps = self._read(
            "SELECT step_key FROM campaign_recipient WHERE campaign_id = %s ORDER BY 1",
            self.campaign_id,
        )
        self.assertEqual(steps, [("",), ("~again1",)])
        campaign = self._read(
            "SELECT status, audience_size FROM email_campaign WHERE id = %s",
            self.campaign_id,
        )
        self.assertEqual(campaign, [("running", 2)])

    def test_one_sends_again_and_one_marks_as_sent(self):
        self._race("action_send_again", "action_mark_sent")
        states = self._read(
            "SELECT state FROM campaign_recipient WHERE campaign_id = %s ORDER BY id",
            self.campaign_id,
        )
        self.assertIn(states, ([("sent",)], [("failed",), ("queued",)]))

    def test_a_sender_that_completes_the_campaign_sees_the_new_message(self):
        """It began before the new message was committed, and waits for it."""
        self._read(
            "UPDATE email_campaign SET status = 'running' WHERE id = %s RETURNING id",
            self.campaign_id,
        )
        done = []
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["campaign.recipient"].browse(self.row_id).action_send_again()
            env.flush_all()
            sender = Thread(target=lambda: done.append(self._complete()))
            sender.start()
            self._wait_until_blocked(cr)
            self.assertFalse(done)
        sender.join()
        self.assertEqual(
            self._read(
                "SELECT status FROM email_campaign WHERE id = %s", self.campaign_id
            ),
            [("running",)],
        )

    def _complete(self):
        with self.registry.cursor() as cr:
            read_committed(cr)
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["email.campaign"].browse(self.campaign_id)._complete_if_done()
        return True

    def _wait_until_blocked(self, cr):
        for _attempt in range(500):
            cr.execute(
                """SELECT pg_sleep(0.02) FROM pg_locks WHERE NOT granted
                    AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"""
            )
            if cr.rowcount:
                return
            cr.execute("SELECT pg_sleep(0.02)")
        self.fail("The sender did not wait for the person.")

from threading import Thread
from time import sleep
from uuid import uuid4

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from odoo.addons.marketing_queue.isolation import read_committed

from ..sender import gate
from .sender_common import ANY_TIME

ADDRESS = "one@race.example"


@tagged("post_install", "-at_install")
class TestTwoSendersAtOnePerson(BaseCase):
    """Two real connections, two campaigns, one person, a cap of one a day."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self._remove)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env["res.company"].create(
                {"name": f"Race of caps {uuid4()}", **ANY_TIME, "marketing_cap_day": 1}
            )
            self.company_id = company.id
            consent = env["email.subscription.preference"]
            consent._opt_in(company, ADDRESS, source="test")
            self.partner_id = env["res.partner"].create({"name": "Race"}).id
            self.messages = [self._create(env, company, name) for name in "ab"]

    def _create(self, env, company, name):
        campaign = env["email.campaign"].create(
            {"name": name, "company_id": company.id, "from_email": "s@race.example"}
        )
        campaign.status = "running"
        consent = env["email.subscription.preference"]
        row = env["campaign.recipient"].create(
            {
                "company_id": company.id,
                "campaign_id": campaign.id,
                "customer_id": self.partner_id,
                "address_key": consent._address_key("email", ADDRESS),
                "email_address": ADDRESS,
                "send_key": f"race-{company.id}-{name}",
                "state": "claimed",
                "lease_token": name,
                "lease_until": "2999-01-01 00:00:00",
            }
        )
        return row.id

    def _remove(self):
        with self.registry.cursor() as cr:
            for statement in (
                "DELETE FROM campaign_recipient WHERE company_id = %s",
                "DELETE FROM email_campaign WHERE company_id = %s",
                "DELETE FROM email_subscription_history WHERE company_id = %s",
                "DELETE FROM email_subscription_preference WHERE company_id = %s",
            ):
                cr.execute("SET LOCAL session_replication_role TO replica")
                cr.execute(statement, [self.company_id])
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["res.partner"].browse(self.partner_id).unlink()
            # a company with a warehouse or a sequence cannot be deleted
            env["res.company"].browse(self.company_id).active = False

    def _pass(self, cr, number):
        read_committed(cr)
        env = api.Environment(cr, SUPERUSER_ID, {})
        questions = env["campaign.recipient"]._gate_sql()
        row_id = self.messages[number]
        return gate.pass_gate(cr, questions, "ab"[number], [row_id])[row_id]

    def test_the_second_waits_and_finds_the_cap_used_up(self):
        verdicts = []
        with self.registry.cursor() as first:
            self.assertIsNone(self._pass(first, 0))
            second = Thread(target=lambda: verdicts.append(self._pass_alone(1)))
            second.start()
            self._wait_until_blocked(first)
            self.assertFalse(verdicts, "it must not be judged before the first commits")
            first.commit()
        second.join()
        self.assertEqual(verdicts, ["frequency_cap"])

    def test_a_first_that_fails_leaves_the_room_to_the_second(self):
        verdicts = []
        with self.registry.cursor() as first:
            self.assertIsNone(self._pass(first, 0))
            second = Thread(target=lambda: verdicts.append(self._pass_alone(1)))
            second.start()
            self._wait_until_blocked(first)
            first.rollback()
        second.join()
        self.assertEqual(verdicts, [None])

    def _pass_alone(self, number):
        with self.registry.cursor() as cr:
            return self._pass(cr, number)

    def _wait_until_blocked(self, cr):
        for _attempt in range(500):
            cr.execute(
                """SELECT FROM pg_locks WHERE NOT granted
                    AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"""
            )
            if cr.rowcount:
                return
            sleep(0.02)
        self.fail("The second sender did not wait for the first.")

from threading import Thread

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from odoo.addons.marketing_queue.isolation import read_committed

from ..sender import allowance, pacing
from ..sender.admission import Admission

LIMIT = 37
SENDERS = 4


class TakenByMany(BaseCase):
    """Real connections that take from one allowance at the same time."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            self.ids = self._create(api.Environment(cr, SUPERUSER_ID, {}))
        self.addCleanup(self._remove)

    def _create(self, env):
        server = env["ir.mail_server"].create({"name": "R", "smtp_host": "127.0.0.1"})
        provider = env["delivery.provider"].create(
            {"name": "R", "mail_server_id": server.id, "cap_per_day": LIMIT}
        )
        mailbox = env["delivery.mailbox"].create(
            {"name": "Race", "domains": "race.example", "cap_per_day": LIMIT}
        )
        env.flush_all()
        allowance.prepare(env.cr, allowance.Pools(provider.id))
        pacing.prepare(env.cr, provider.id, None)
        return {
            "delivery.mailbox": mailbox.id,
            "delivery.provider": provider.id,
            "ir.mail_server": server.id,
        }

    def _remove(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for model, record_id in self.ids.items():
                env[model].browse(record_id).unlink()

    def _run_at_once(self, take):
        """Let several senders take until nothing is left; return what each got."""
        taken, threads = [], []
        for number in range(SENDERS):
            taken.append(0)
            thread = Thread(target=self._take_all, args=(take, taken, number))
            threads.append(thread)
            thread.start()
        for thread in threads:
            thread.join()
        return taken

    def _take_all(self, take, taken, number):
        got = True
        while got:
            with self.registry.cursor() as cr:
                read_committed(cr)
                got = take(cr)
                taken[number] += got


@tagged("post_install", "-at_install")
class TestAllowanceOfMany(TakenByMany):
    def test_it_is_spent_to_the_last_message_and_not_overspent(self):
        pools = allowance.Pools(self.ids["delivery.provider"])
        taken = self._run_at_once(lambda cr: allowance.take(cr, pools, 3).number)
        self.assertEqual(sum(taken), LIMIT)

    def test_the_second_waits_for_the_first_and_its_return(self):
        pools = allowance.Pools(self.ids["delivery.provider"])
        granted = []
        with self.registry.cursor() as first:
            read_committed(first)
            self.assertEqual(allowance.take(first, pools, LIMIT).number, LIMIT)
            second = Thread(target=lambda: granted.append(self._take_once(pools)))
            second.start()
            allowance.give_back(first, pools, 5)
        second.join()
        self.assertEqual(granted, [5])

    def _take_once(self, pools):
        with self.registry.cursor() as cr:
            read_committed(cr)
            return allowance.take(cr, pools, LIMIT).number

    def test_what_a_mailbox_provider_gets(self):
        provider_id = self.ids["delivery.provider"]
        groups = {"race.example": self.ids["delivery.mailbox"]}

        def take(cr):
            messages = [_Message(number) for number in range(3)]
            granted, _waits = pacing.Pacing(cr, provider_id, groups).take(messages)
            return len(granted)

        self.assertEqual(sum(self._run_at_once(take)), LIMIT)

    def test_nobody_waits_for_the_gate_of_another(self):
        """Counted is committed before the gate is asked."""
        with self.registry.cursor() as first, self.registry.cursor() as second:
            admissions = [self._prepare(cr) for cr in (first, second)]
            share = admissions[0].reserve([], [_Message(1), _Message(2)])
            self.assertEqual(len(share.taken), 2)
            first.execute("SELECT 1")  # its gate is open, until the disk has it
            second.execute("SET lock_timeout TO '5s'")
            share = admissions[1].reserve([], [_Message(n) for n in range(LIMIT)])
            second.execute("RESET lock_timeout")
        self.assertEqual((len(share.taken), len(share.late)), (LIMIT - 2, 2))

    def _prepare(self, cr):
        read_committed(cr)
        provider_id = self.ids["delivery.provider"]
        groups = {"race.example": self.ids["delivery.mailbox"]}
        return Admission(
            cr,
            pools=allowance.Pools(provider_id),
            pacing=pacing.Pacing(cr, provider_id, groups),
            questions=None,
        )


class _Message:
    address = "one@race.example"

    def __init__(self, recipient_id):
        self.recipient_id = recipient_id

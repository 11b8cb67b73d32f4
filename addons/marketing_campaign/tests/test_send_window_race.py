from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from odoo.addons.marketing_delivery.send_window import SendWindow, find_zone
from odoo.addons.marketing_queue.isolation import read_committed

from ..send_window import plan

EVERY_DAY = frozenset(range(7))
ALWAYS = SendWindow(0, 1440, EVERY_DAY)
NIGHT = SendWindow(0, 1, EVERY_DAY)


def find_utc(_tz, _country):
    return find_zone("UTC")


@tagged("post_install", "-at_install")
class TestTwoSendersPlan(BaseCase):
    """Two real connections on committed rows; everything is removed afterwards."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            campaign = env["email.campaign"].create(
                {"name": "Race", "status": "running"}
            )
            env["campaign.recipient"].create(
                [
                    {
                        "company_id": campaign.company_id.id,
                        "campaign_id": campaign.id,
                        "address_key": f"key {number}",
                        "send_key": f"race {campaign.id} {number}",
                    }
                    for number in range(6)
                ]
            )
            self.campaign_id = campaign.id
        self.addCleanup(self._remove_records)
        self.first, self.second = self._connect(), self._connect()

    def _remove_records(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            campaign = env["email.campaign"].browse(self.campaign_id)
            campaign.recipient_ids.unlink()
            campaign.status = "draft"
            campaign.unlink()

    def _connect(self):
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        read_committed(cr)
        return cr

    def _plan(self, cr, window=ALWAYS, find=find_utc):
        """Return (may there be more, how many got a time)."""
        # in one thread a sender that waited for the other would wait for ever
        cr.execute("SET LOCAL lock_timeout = '2s'")
        more = plan.write_times(cr, self.campaign_id, window, find)
        return more, cr.rowcount

    def _read_times(self):
        self.first.execute(
            "SELECT not_after FROM campaign_recipient WHERE campaign_id = %s",
            [self.campaign_id],
        )
        return {not_after for (not_after,) in self.first.fetchall()}

    def test_each_takes_what_the_other_does_not_hold(self):
        self.patch(plan, "PORTION", 4)
        self.assertEqual(self._plan(self.first), (True, 4))
        self.assertEqual(self._plan(self.second), (False, 2))
        self.first.commit()
        self.second.commit()
        self.assertNotIn(None, self._read_times())
        self.assertEqual(self._plan(self.second), (False, 0))

    def test_what_was_planned_in_between_keeps_its_time(self):
        self.assertEqual(self._plan(self.first), (False, 6))
        planned = self._read_times()

        def find_while_the_first_commits(_tz, _country):
            self.first.commit()
            return find_zone("UTC")

        found = self._plan(self.second, NIGHT, find_while_the_first_commits)
        self.assertEqual(found, (False, 0))
        self.second.commit()
        self.assertEqual(self._read_times(), planned)

    def test_a_sender_that_gives_up_leaves_them_to_the_other(self):
        self._plan(self.first)
        self.first.rollback()
        self.assertEqual(self._plan(self.second), (False, 6))

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.marketing_base.events import Event, insert_events

from .feedback_common import FeedbackMixin
from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestDeliveryMonitor(FeedbackMixin, SenderCase):
    """What the monitor shows of a company, and to whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = cls._add(*(f"m{number}@x.example" for number in range(6)))
        cls.analyst = cls._create_user("mm_monitor_analyst", "analyst")
        cls.provider.write({"company_id": cls.company.id, "cap_per_hour": 100})

    def _data(self, user=None):
        self.env.flush_all()
        model = self.env["delivery.monitor"].with_user(user or self.analyst)
        return model.get_data()

    def _log_sent(self, *ages, campaign=None):
        now = self.env.cr.now()
        campaign = campaign or self.campaign
        insert_events(
            self.env.cr,
            [
                Event(
                    "email_sent",
                    f"monitor:{campaign.id}:{number}",
                    now - timedelta(seconds=age),
                    campaign.company_id.id,
                    campaign_id=campaign.id,
                )
                for number, age in enumerate(ages)
            ],
        )

    def test_messages_by_state(self):
        self._set(self.rows[0], "in_doubt", doubted_at=fields.Datetime.now())
        self._set(self.rows[1], "claimed")
        self._set(self.rows[2], "submitting")
        self._set(self.rows[3], "sent")
        self._set(self.rows[4], "queued", queued_at="2026-01-01 10:00:00")
        data = self._data()
        (campaign,) = data["campaigns"]
        self.assertEqual(campaign["id"], self.campaign.id)
        self.assertEqual(
            (campaign["waiting"], campaign["moving"], campaign["in_doubt"]), (2, 2, 1)
        )
        self.assertEqual(data["totals"], {"waiting": 2, "moving": 2, "in_doubt": 1})
        self.assertEqual(data["oldest"], "2026-01-01 10:00:00")

    def test_rate_of_the_last_hour(self):
        self._log_sent(30, 90, 95, 3590, 3700)
        data = self._data()
        self.assertEqual(len(data["minutes"]), 60)
        self.assertEqual(data["minutes"][-1], 1)
        self.assertEqual(data["minutes"][-2], 2)
        self.assertEqual(data["minutes"][0], 1)
        self.assertEqual(sum(data["minutes"]), 4, "not what is older than an hour")
        self.assertEqual(data["rate"], 0.4)
        self.assertEqual(data["campaigns"][0]["sent_in_hour"], 4)

    def test_which_campaigns(self):
        self.campaign.status = "completed"
        self._set(self.rows, "sent")
        self.assertFalse(self._data()["campaigns"], "it is over")
        self._set(self.rows[0], "in_doubt", doubted_at=fields.Datetime.now())
        self.assertEqual(self._data()["totals"]["in_doubt"], 1)
        paused = self._create_campaign(self.company, status="paused", name="Paused")
        names = [campaign["name"] for campaign in self._data()["campaigns"]]
        self.assertEqual(names, ["Paused", "Campaign"])
        self.assertFalse(paused.recipient_ids)

    def test_what_a_finished_campaign_sent_is_in_the_rate(self):
        self._set(self.rows, "sent")
        self.campaign.write({"status": "completed", "end_date": self.env.cr.now()})
        self._log_sent(90)
        data = self._data()
        self.assertFalse(data["campaigns"])
        self.assertEqual(sum(data["minutes"]), 1)

    def test_allowances_and_errors_of_providers(self):
        self.env["delivery.usage"].create(
            {
                "scope": "provider",
                "res_id": self.provider.id,
                "hour_start": self.env.cr.now().replace(
                    minute=0, second=0, microsecond=0
                ),
                "hour_used": 70,
            }
        )
        self.provider._mark_down("no route")
        providers = {p["id"]: p for p in self._data()["providers"]}
        shown = providers[self.provider.id]
        self.assertEqual((shown["state"], shown["error"]), ("down", "no route"))
        self.assertEqual(
            shown["allowances"], [{"window": "hour", "limit": 100, "left": 30}]
        )

    def test_brakes_that_are_on(self):
        self.campaign._write_brake(self.provider, "slow", "complaints", "Too many.")
        self.assertEqual(
            self._data()["brakes"],
            [
                {
                    "campaign_id": self.campaign.id,
                    "campaign": "Campaign",
                    "level": "slow",
                    "reason": "Too many.",
                }
            ],
        )
        self.campaign.brake_ids.level = "released"
        self.assertFalse(self._data()["brakes"])

    def test_a_held_database(self):
        model = type(self.env["marketing.installation"])
        self.patch(model, "_get_sending_hold", lambda self: "Restored.")
        self.assertEqual(self._data()["hold"], "Restored.")

    def test_its_own_company_only(self):
        self._log_sent(90)
        self.campaign._write_brake(self.provider, "slow", "complaints", "Too many.")
        self._set(self.rows[0], "in_doubt", doubted_at=fields.Datetime.now())
        stranger = self._create_user(
            "mm_monitor_stranger", "administrator", company=self.other_company
        )
        data = self._data(stranger)
        self.assertFalse(data["campaigns"])
        self.assertFalse(any(data["minutes"]))
        self.assertFalse(data["brakes"])
        self.assertNotIn(self.provider.id, [p["id"] for p in data["providers"]])

    def test_every_group_of_marketing_and_nobody_else(self):
        for group in ("user", "manager", "compliance"):
            user = self._create_user(f"mm_monitor_{group}", group)
            self.assertTrue(self._data(user)["campaigns"], group)
        nobody = new_test_user(self.env, "mm_monitor_nobody", "base.group_user")
        with self.assertRaises(AccessError):
            self._data(nobody)

    def test_no_address_is_shown(self):
        self._log_sent(90)
        self.assertNotIn("@", str(self._data()))

    def test_the_number_of_queries_does_not_grow(self):
        counts = []
        for _round in range(2):
            self._data()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._data()
            counts.append(self.env.cr.sql_log_count - before)
            for number in range(5):
                campaign = self._create_campaign(self.company, name=f"More {number}")
                self._add(f"{number}@more.example", campaign=campaign)
        self.assertEqual(counts[0], counts[1])

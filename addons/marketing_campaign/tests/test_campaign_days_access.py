import json

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_delivery.tests.tracking_common import SENT_AT

from .days_common import DaysMixin

READERS = (
    "marketing_base.group_analyst",
    "marketing_base.group_user",
    "marketing_base.group_manager",
    "marketing_base.group_compliance",
    "marketing_base.group_administrator",
)


@tagged("post_install", "-at_install")
class TestCampaignDaysAccess(DaysMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.readers = [
            cls._make_user(f"mmd_{number}", group)
            for number, group in enumerate(READERS)
        ]
        cls.stranger = cls._make_user(
            "mmd_stranger", "marketing_base.group_manager", cls.other_company
        )

    def setUp(self):
        super().setUp()
        self._click(60, 1)
        self._count()
        self.row = self.campaign.day_ids

    def test_each_group_reads_and_nobody_writes(self):
        self.assertEqual(len(self.row), 1)
        for user in self.readers:
            row = self.row.with_user(user)
            self.assertEqual(row.read(["clicks"])[0]["clicks"], 1)
            for operation in ("write", "create", "unlink"):
                self.assertFalse(row.has_access(operation), (user.login, operation))

    def test_other_company_and_others_see_nothing(self):
        days = self.days.with_user(self.stranger)
        self.assertFalse(days.search([("campaign_id", "=", self.campaign.id)]))
        self.assertEqual(
            days._read_group([("id", "in", self.row.ids)], [], ["clicks:sum"]),
            [(False,)],
        )
        with self.assertRaises(AccessError):
            self.row.with_user(self.stranger).read(["clicks"])
        employee = new_test_user(self.env, "mmd_employee", groups="base.group_user")
        self.assertFalse(self.days.with_user(employee).has_access("read"))

    def test_both_companies_are_counted_apart(self):
        other = self._make_campaign(self.other_company, 2)
        message = self._make_recipient("other@example.com", other)
        self._click(60, 1, recipient=message, xact=1_000)
        self._count(horizon=1_001)
        self.assertEqual(other.day_ids.company_id, self.other_company)
        self.assertEqual(
            self.days.with_user(self.stranger).search(
                [("campaign_id", "in", (other | self.campaign).ids)]
            ),
            other.day_ids,
        )

    def test_one_row_a_day(self):
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                """INSERT INTO campaign_daily_stats (campaign_id, company_id, day)
                   SELECT campaign_id, company_id, day FROM campaign_daily_stats"""
            )

    def test_refresh_button_counts_days(self):
        self._log("email_opened", 100, xact=1)
        analyst = self.readers[0]
        self.env.cr.execute("DELETE FROM campaign_daily_stats")
        self.days._mark(self.campaign.ids)
        self.campaign.with_user(analyst).action_refresh()
        self.assertEqual(self.days.search_count([("id", ">", 0)]), 1)

    def test_time_zone_is_set_by_people_outside_marketing(self):
        partner = self.company.partner_id
        employee = new_test_user(
            self.env, "mmd_erp", groups="base.group_user,base.group_partner_manager"
        )
        self.env.cr.execute("DELETE FROM campaign_daily_dirty")
        partner.with_user(employee).write({"tz": "Europe/Vienna"})
        self.env.cr.execute("SELECT campaign_id FROM campaign_daily_dirty")
        self.assertIn((self.campaign.id,), self.env.cr.fetchall())
        self.env.cr.execute("DELETE FROM campaign_daily_dirty")
        partner.write({"tz": "Europe/Vienna", "city": "Graz"})
        self.customer.write({"tz": "Europe/Vienna"})
        self.env.cr.execute("SELECT count(*) FROM campaign_daily_dirty")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_chart_fills_gaps(self):
        self._click(3 * 86400, 2, xact=1_000)
        self._count(horizon=1_001)
        chart = json.loads(self.campaign.day_chart)
        self.assertEqual([point["value"] for point in chart[0]["values"]], [1, 0, 0, 1])
        empty = self._make_campaign(self.company, 1)
        self.assertEqual(json.loads(empty.day_chart)[0]["values"], [])

    def test_action_opens_the_days_of_this_campaign(self):
        action = self.campaign.action_open_days()
        found = self.days.search(action["domain"])
        self.assertEqual(found, self.row)
        self.assertEqual(found.day, SENT_AT.date())

    def test_cron_runs_the_projection(self):
        self.days._cron_refresh()
        job = self.env["marketing.job"].search(
            [("model", "=", "campaign.daily.stats"), ("state", "=", "pending")]
        )
        self.days._mark(self.campaign.ids)
        job._run()
        self.env.cr.execute("SELECT count(*) FROM campaign_daily_dirty")
        self.assertEqual((len(job), self.env.cr.fetchone()), (1, (0,)))

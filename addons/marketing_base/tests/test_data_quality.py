from datetime import timedelta
from itertools import count
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError

from odoo.addons.marketing_base.events import insert_events
from odoo.addons.marketing_base.models.marketing_data_quality_refresh import NAME

from .common import ROLES, MarketingCase
from .event_common import EventMixin

NUMBERS = count()


class TestDataQuality(EventMixin, MarketingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quality = cls.env["marketing.data.quality"]
        cls.quality.search([]).unlink()
        cls.env.cr.execute("DELETE FROM marketing_projection")
        cls.env.cr.execute("DELETE FROM marketing_event_batch")

    def setUp(self):
        super().setUp()
        self.see_own_events()
        self.quality._run()

    def log(self, number, source="api:1", hours=0, company=None, **values):
        moment = fields.Datetime.now() - timedelta(hours=hours)
        insert_events(
            self.env.cr,
            [
                self.new_event(
                    f"{source}-{next(NUMBERS)}",
                    occurred_at=moment,
                    source_id=source,
                    company_id=(company or self.company_a).id,
                    **values,
                )
                for _n in range(number)
            ],
        )

    def note(self, received, source="api:1", company=None, **counts):
        row = dict.fromkeys(("duplicates", "conflicts", "rejected", "late"), 0)
        row |= {"accepted": received, **counts}
        names = ", ".join(row)
        self.env.cr.execute(
            # pylint: disable-next=sql-injection
            f"""INSERT INTO marketing_event_batch
                       (source_id, company_id, received, {names})
                VALUES (%s, %s, %s, {", ".join(["%s"] * len(row))})""",
            [source, (company or self.company_a).id, received, *row.values()],
        )

    def measure(self):
        """Refresh with a window of this transaction only; return the rows by source."""
        self.env.cr.execute("SELECT pg_current_xact_id()::text::bigint")
        self.env["marketing.projection"]._advance(NAME, self.env.cr.fetchone()[0])
        return {row.data_source: row for row in self.quality._run()}

    def earlier(self, days, accepted, source="api:1"):
        now = self.env.cr.now()
        self.quality.sudo().create(
            [
                {
                    "checked_at": now - timedelta(days=day),
                    "since": now - timedelta(days=day, hours=1),
                    "company_id": self.company_a.id,
                    "data_source": source,
                    "received": accepted,
                    "accepted": accepted,
                }
                for day in range(1, days + 1)
            ]
        )

    def test_good_events(self):
        self.log(200)
        self.note(200)
        row = self.measure()["api:1"]
        self.assertEqual((row.received, row.accepted), (200, 200))
        self.assertEqual((row.validation_rate, row.completeness), (100, 100))
        self.assertEqual((row.duplicate_rate, row.late_rate), (0, 0))
        self.assertEqual((row.alert_level, row.explanation), ("ok", ""))
        self.assertEqual(row.company_id, self.company_a)
        self.assertFalse(row.activity_ids)

    def test_rejected_events_are_critical(self):
        self.log(94)
        self.note(100, accepted=94, rejected=6)
        row = self.measure()["api:1"]
        self.assertEqual((row.rejected, row.validation_rate), (6, 94))
        self.assertEqual(row.alert_level, "critical")
        self.assertIn("rejected", row.explanation)

    def test_five_in_a_hundred_are_still_fine(self):
        self.log(95)
        self.note(100, accepted=95, rejected=5)
        self.assertEqual(self.measure()["api:1"].alert_level, "ok")

    def test_a_handful_of_events_raises_no_alert(self):
        self.note(99, accepted=1, rejected=98)
        row = self.measure()["api:1"]
        self.assertFalse(row.is_judged)
        self.assertEqual(row.alert_level, "ok")

    def test_duplicates_and_late_ones_are_noted(self):
        self.log(98)
        self.note(100, accepted=98, duplicates=1, conflicts=1)
        self.log(190, source="api:2")
        self.log(11, source="api:2", hours=25)
        self.note(201, source="api:2")
        rows = self.measure()
        self.assertEqual(rows["api:1"].duplicate_rate, 2)
        self.assertEqual(rows["api:2"].late, 11)
        self.assertGreater(rows["api:2"].latency_p99, 80_000)
        self.assertLess(rows["api:2"].latency_p95, 80_000 + 25 * 3600)
        self.assertEqual({row.alert_level for row in rows.values()}, {"info"})

    def test_what_is_derived_later_is_not_late(self):
        self.log(200, source="odoo", hours=200, event_type="campaign_abandoned")
        row = self.measure()["odoo"]
        self.assertEqual((row.accepted, row.late, row.latency_p99), (200, 0, 0))

    def test_fewer_than_usual_is_critical_also_nothing_at_all(self):
        self.earlier(3, 1000)
        self.earlier(3, 1000, source="api:2")
        self.log(300)
        self.note(300)
        rows = self.measure()
        self.assertEqual(set(rows), {"api:1", "api:2"})
        for row in rows.values():
            self.assertTrue(row.has_expectation)
            self.assertLess(row.ingestion_rate, 95)
            self.assertEqual(row.alert_level, "critical")
        self.assertEqual(rows["api:2"].received, 0)

    def test_two_days_are_not_usual_yet(self):
        self.earlier(2, 1000)
        self.log(1)
        row = self.measure()["api:1"]
        self.assertFalse(row.has_expectation)
        self.assertEqual(row.alert_level, "ok")

    def test_numbers_that_are_behind_are_a_warning(self):
        self.log(200)
        self.note(200)
        lags = [({"projection": "engagement"}, 16 * 60), ({"projection": NAME}, 9**9)]
        model = type(self.env["marketing.health"])
        with patch.object(model, "_get_projection_lags", lambda _self: lags):
            row = self.measure()["api:1"]
        self.assertEqual((row.freshness_minutes, row.alert_level), (16, "warning"))

    def test_events_that_no_projection_has_read_are_incomplete(self):
        self.env["marketing.projection"]._window("slow")
        self.log(200)
        self.note(200)
        row = self.measure()["api:1"]
        self.assertEqual((row.completeness, row.alert_level), (0, "warning"))

    def test_each_event_is_looked_at_once_and_the_refresh_is_an_event(self):
        self.log(150)
        self.note(150)
        row = self.measure()["api:1"]
        [event] = self.logged("data_refresh_completed")
        self.assertEqual(event["company_id"], self.company_a.id)
        self.assertEqual(event["properties"]["refresh_id"], row.id)
        self.assertEqual(event["properties"]["records_processed"], 150)
        metrics = event["properties"]["data_quality_metrics"]
        self.assertEqual(metrics["validation_rate"], 100)
        self.assertFalse(self.logged("page_view"))
        self.assertEqual(self.quality._run().mapped("accepted"), [])

    def test_a_log_older_than_the_addon_is_not_looked_through(self):
        self.env.cr.execute("DELETE FROM marketing_projection WHERE name = %s", [NAME])
        self.log(150)
        self.assertFalse(self.quality._run())

    def test_administrators_of_the_company_get_one_to_do(self):
        b_admin = self.new_user("administrator", self.company_b)
        for _time in range(2):
            self.note(100, accepted=0, rejected=100)
            self.measure()
        activities = self.quality.search([]).activity_ids
        mine = self.users["administrator"]
        self.assertEqual(len(activities.filtered(lambda a: a.user_id == mine)), 1)
        self.assertNotIn(b_admin, activities.user_id)
        self.assertNotIn(self.users["manager"], activities.user_id)
        self.assertIn("rejected", activities[:1].note)

    def test_who_sees_it(self):
        self.note(10)
        self.note(10, company=self.company_b)
        self.measure()
        rows = self.quality.search([])
        for role in ROLES:
            seen = rows.with_user(self.users[role]).search([("id", "in", rows.ids)])
            self.assertEqual(seen.company_id, self.company_a, role)
            with self.assertRaises(AccessError):
                seen.write({"alert_level": "ok"})
            with self.assertRaises(AccessError):
                seen.create({"data_source": "x", "company_id": self.company_a.id})

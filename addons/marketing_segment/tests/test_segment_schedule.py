from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SegmentCase


@tagged("post_install", "-at_install")
class TestSegmentSchedule(SegmentCase):
    """Segments are counted again when they are due, each in its own job."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segments = cls.env["customer.segment"]
        cls.segments.search([]).action_archive()
        cls.segment = cls.segments.create({"name": "Due", "refresh_interval_hours": 6})
        cls._age(cls.segment, hours=7)

    @classmethod
    def _age(cls, segment, **delta):
        segment.flush_recordset()
        cls.env.cr.execute(
            "UPDATE customer_segment SET last_calculated_at = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(**delta), segment.id],
        )
        segment.invalidate_recordset()

    def test_due_by_its_own_interval(self):
        self.assertEqual(self.segments._get_due(), self.segment)
        self._age(self.segment, hours=5)
        self.assertFalse(self.segments._get_due())

    def test_not_due_when_archived_or_switched_off(self):
        self.segment.auto_refresh = False
        self.assertFalse(self.segments._get_due())
        self.segment.write({"auto_refresh": True, "active": False})
        self.assertFalse(self.segments._get_due())

    def test_cron_queues_once_and_the_job_counts(self):
        self._order(self._customer("Ann"), 3, (self.wine, 10))
        self.profiles._refresh_full(self.company_a)
        self.segments._cron_refresh()
        self.segments._cron_refresh()
        job = self.env["marketing.job"].search(
            [("key", "=", f"customer.segment:{self.segment.id}")]
        )
        self.assertEqual(len(job), 1)
        self.assertEqual(job.payload, {"segment_id": self.segment.id})
        self.segments._refresh_one(**job.payload)
        self.assertEqual(self.segment.customer_count, 1)
        self.assertFalse(self.segments._get_due())

    def test_job_of_a_deleted_segment(self):
        deleted = self.segment.id
        self.segment.unlink()
        self.segments._refresh_one(deleted)

    def test_interval_of_zero_is_refused(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.segment.refresh_interval_hours = 0
            self.segment.flush_recordset()

    def test_crons_call_methods_that_exist(self):
        for name in ("refresh_full", "refresh_dirty", "refresh_segments"):
            cron = self.env.ref(f"marketing_segment.ir_cron_{name}")
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()

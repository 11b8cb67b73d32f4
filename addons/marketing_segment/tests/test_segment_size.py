import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_members import SegmentMembersCase


@tagged("post_install", "-at_install")
class TestSegmentSize(SegmentMembersCase):
    """How a segment grew, and what depends on it."""

    def _note(self, segment, days, count):
        self.env.cr.execute(
            """INSERT INTO customer_segment_size (segment_id, date, customer_count)
               VALUES (%s, %s, %s)""",
            [segment.id, fields.Date.today() - timedelta(days=days), count],
        )
        self.env.invalidate_all()

    def test_one_size_a_day_the_last_count_wins(self):
        segment = self._segment("[('order_count', '>=', 5)]")
        segment.filter_domain = "[('order_count', '>=', 6)]"
        self.assertEqual(len(segment.size_ids), 1)
        self.assertEqual(segment.size_ids.customer_count, 1)
        self.assertEqual(segment.size_ids.date, fields.Date.today())

    def test_no_curve_of_one_day(self):
        self.assertFalse(self._segment().size_chart)

    def test_curve_is_in_order_and_ends_today(self):
        segment = self._segment()
        self._note(segment, 2, 4)
        self._note(segment, 7, 3)
        self._note(segment, 400, 99)
        ((line),) = json.loads(segment.size_chart)
        self.assertEqual([point["y"] for point in line["values"]], [3, 4, 6])

    def test_long_curve_is_thinned_and_keeps_today(self):
        segment = self._segment()
        for days in range(1, 80):
            self._note(segment, days, days)
        values = json.loads(segment.size_chart)[0]["values"]
        self.assertLessEqual(len(values), 30)
        self.assertGreater(len(values), 20)
        self.assertEqual(values[-1]["y"], 6)

    def test_curves_of_many_cost_what_one_costs(self):
        segments = self.env["customer.segment"].union(
            *(self._segment() for _number in range(4))
        )
        for segment in segments:
            self._note(segment, 1, 1)
        counts = []
        for some in (segments[:1], segments[:1], segments):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("size_chart")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_used_segment_is_archived_not_deleted(self):
        segment = self._segment()
        self.patch(
            self.registry["customer.segment"],
            "_get_usage",
            lambda self: [f"Campaign {number}" for number in range(7)],
        )
        with self.assertRaisesRegex(
            UserError, r"(?s)Archive it instead.*Campaign 0.*and 2 more"
        ):
            segment.unlink()
        segment.active = False
        self.assertTrue(segment.exists())

    def test_unused_segment_goes_with_its_history(self):
        segment = self._segment()
        segment_id = segment.id
        segment.unlink()
        for model in ("segment.membership", "customer.segment.size"):
            self.assertFalse(self.env[model].search([("segment_id", "=", segment_id)]))

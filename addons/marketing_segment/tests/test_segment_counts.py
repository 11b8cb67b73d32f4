import json
from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_members import SegmentMembersCase


@tagged("post_install", "-at_install")
class TestSegmentCounts(SegmentMembersCase):
    """How many belong to a segment, and why some of them get no mail."""

    def test_counts_and_reasons(self):
        segment = self._segment()
        self.assertEqual(segment.customer_count, 6)
        self.assertEqual(segment.sendable_count, 1)
        self.assertEqual(
            segment.refusal_summary,
            {
                "no_email": 1,
                "invalid_email": 1,
                "no_consent": 1,
                "unsubscribed": 1,
                "blacklisted": 1,
            },
        )
        self.assertEqual(segment.live_count, 6)
        self.assertEqual(segment.live_sendable_count, 1)
        labels = segment._get_reason_labels()
        for reason in segment.refusal_summary:
            self.assertIn(labels[reason], str(segment.live_refusals))

    def test_share_of_base_and_sample(self):
        segment = self._segment("[('order_count', '>=', 4)]")
        self.assertEqual(segment.live_base_count, 6)
        self.assertAlmostEqual(segment.live_share, 0.5)
        self.assertEqual(segment.sample_ids.partner_id.mapped("name")[0], "Fay")

    def test_sample_is_ten_at_most(self):
        for number in range(12):
            self._order(self._customer(f"More {number}"), 3, (self.wine, 1))
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(len(self._segment().sample_ids), 10)

    def test_live_count_before_saving(self):
        with Form(self.env["customer.segment"]) as form:
            form.name = "Live"
            form.filter_domain = "[('company_id', '=', 1)]"
            self.assertIn("company_id", form.live_problem)
            form.filter_domain = "[('order_count', '>=', 6)]"
            self.assertFalse(form.live_problem)
        self.assertEqual(form.record.customer_count, 1)

    def test_figures_of_what_stands_on_the_screen(self):
        segment = self._segment()
        many = {"filter_domain": "[('order_count', '>=', 5)]"}
        for segment_id, values, count in (
            (False, {}, 6),
            (False, many, 2),
            (segment.id, {}, 6),
            (segment.id, many, 2),
            (False, {"segment_type": "rfm"}, 0),
            (False, {"segment_type": "rfm", "frequency_min": 5}, 2),
            (False, {"segment_type": "static"}, 0),
        ):
            values |= {"company_id": self.company_a.id}
            told = segment.read_live_count(segment_id, values)
            self.assertEqual(told, {"count": count, "problem": False}, values)
        details = segment.read_live_details(segment.id, many)
        self.assertEqual((details["base"], details["sendable"]), (6, 0))
        self.assertEqual(sum(number for _reason, number in details["refusals"]), 2)
        self.assertEqual([one["name"] for one in details["people"]], ["Fay", "Eve"])
        wrong = {"filter_domain": "[('company_id', '=', 1)]"}
        for method in (segment.read_live_count, segment.read_live_details):
            self.assertIn("company_id", method(segment.id, wrong)["problem"])
        self.assertEqual(segment.filter_domain, "[]", "nothing is written")

    def test_figures_respect_rights(self):
        theirs = self._segment(company_id=self.company_b.id)
        analyst = self._user("mms_live", "analyst")
        outsider = self._user("mms_live_out")
        segments = self.env["customer.segment"].with_context(
            allowed_company_ids=self.company_a.ids
        )
        with self.assertRaises(AccessError):
            segments.with_user(analyst).read_live_count(theirs.id, {})
        foreign = {"company_id": self.company_b.id}
        told = segments.with_user(analyst).read_live_count(False, foreign)
        self.assertEqual(told["count"], 0)
        with self.assertRaises(AccessError):
            segments.with_user(outsider).read_live_count(False, {})

    def test_saving_a_rule_counts_again(self):
        segment = self._segment()
        segment.filter_domain = "[('order_count', '>=', 5)]"
        self.assertEqual(segment.customer_count, 2)
        self.assertTrue(segment.last_calculated_at)

    def test_saving_a_name_does_not_count(self):
        segment = self._segment()
        before = self._events(segment)
        segment.name = "Renamed"
        self.assertEqual(self._events(segment), before)

    def _events(self, segment):
        self.env.cr.execute(
            """
            SELECT properties, company_id FROM marketing_event
             WHERE event_type = 'user_segmented'
               AND (properties->>'segment_id')::int = %s ORDER BY id
            """,
            [segment.id],
        )
        return self.env.cr.fetchall()

    def test_refresh_logs_one_event(self):
        segment = self._segment()
        self.assertEqual(len(self._events(segment)), 1)
        segment.action_refresh()
        events = self._events(segment)
        self.assertEqual(len(events), 2)
        properties, company_id = events[-1]
        self.assertEqual(properties["customer_count"], 6)
        self.assertEqual(company_id, self.company_a.id)

    def test_a_refresh_of_many_is_one_statement_of_events(self):
        segments = self._segment() | self._segment() | self._segment()
        segments.action_refresh()
        self.assertEqual([len(self._events(segment)) for segment in segments], [2] * 3)

    def test_client_cannot_set_counts(self):
        segment = self._segment(customer_count=99, sendable_count=99)
        self.assertEqual((segment.customer_count, segment.sendable_count), (6, 1))
        segment.write(
            {
                "customer_count": 99,
                "refusal_summary": {},
                "last_calculated_at": fields.Datetime.now() + timedelta(days=9),
            }
        )
        self.assertEqual(segment.customer_count, 6)
        self.assertLessEqual(segment.last_calculated_at, fields.Datetime.now())

    def test_score_range_is_checked(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self._segment(segment_type="rfm", recency_min=4, recency_max=3)

    def test_members_sql_is_one_set_of_ids(self):
        segment = self._segment()
        rows = self.env.execute_query(segment._members_sql())
        self.assertEqual(len(rows), len(set(rows)))

    def test_members_sql_names_the_problem(self):
        segment = self._segment()
        self.env.cr.execute(
            "UPDATE customer_segment SET filter_domain = %s WHERE id = %s",
            ["[('create_uid.password', '!=', False)]", segment.id],
        )
        segment.invalidate_recordset()
        with self.assertRaisesRegex(ValidationError, "create_uid.password"):
            segment._members_sql()
        self.assertEqual(segment.live_count, 0)
        self.assertIn("create_uid.password", segment.live_problem)
        self.assertEqual(json.loads(segment.filter_criteria), {})

    def test_queries_do_not_grow_with_the_members(self):
        segment = self._segment()
        counts = []
        for _round in range(3):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            segment.action_refresh()
            counts.append(self.env.cr.sql_log_count - before)
            for number in range(5):
                self._order(self._customer(f"More {number}"), 9, (self.wine, 10))
            self.profiles._refresh_full(self.company_a)
        self.assertEqual(counts[1], counts[2])
        self.assertLess(counts[2], 20)

    def test_default_segments_exist(self):
        for name in ("champions", "loyal", "at_risk", "new"):
            segment = self.env.ref(f"marketing_segment.segment_{name}")
            self.assertEqual(segment.rfm_segment_ids.mapped("key"), [name])

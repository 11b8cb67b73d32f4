from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_patterns import PatternCase


@tagged("post_install", "-at_install")
class TestPatternSegment(PatternCase):
    """Segments of behaviour: who is in, in words, and why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        every = (cls.wine, cls.bread, cls.cheese)
        weekends = cls._list_days()[1]
        # rich at weekends: two patterns, the main one is that of the money
        cls._buyer("both", [*weekends[:8], 100], every, amount=2000)
        cls.profiles._refresh_full(cls.company_a)
        cls._run()
        types = cls.env["customer.pattern.type"].search([])
        cls.types = {pattern.key: pattern for pattern in types}
        cls.high, cls.weekend = (
            cls.types[key] for key in ("HIGH_SPENDER", "WEEKEND_SHOPPER")
        )

    def _segment(self, *patterns, **values):
        return self.env["customer.segment"].create(
            {
                "name": "Test",
                "segment_type": "behavioural",
                "company_id": self.company_a.id,
                "pattern_type_ids": [pattern.id for pattern in patterns],
                **values,
            }
        )

    def _names(self, segment):
        return sorted(segment._get_segment_customers().mapped("name"))

    def test_any_all_primary_and_score(self):
        pair = (self.high, self.weekend)
        rich = ["almost_rich", "both", "rich"]
        self.assertEqual(
            self._names(self._segment(*pair)), sorted([*rich, "weekender"])
        )
        self.assertEqual(
            self._names(self._segment(*pair, pattern_match="all")), ["both"]
        )
        main = self._segment(self.weekend, pattern_primary_only=True)
        self.assertEqual(self._names(main), ["weekender"])
        sure = self._segment(self.high, pattern_min_score=0.95)
        self.assertEqual(self._names(sure), ["both"])
        nobody = self._segment()
        self.assertEqual((self._names(nobody), nobody.customer_count), ([], 0))
        nobody.pattern_type_ids = self.weekend
        self.assertEqual(nobody.customer_count, 2, "counted when the rule changes")
        nobody.pattern_min_score = 0
        self.assertEqual(nobody.live_count, 2)

    def test_impossible_rules_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "one main pattern"):
            self._segment(
                self.high,
                self.weekend,
                pattern_match="all",
                pattern_primary_only=True,
            )
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(),
        ):
            self._segment(self.high, pattern_min_score=80)

    def test_in_words(self):
        told = {
            "Customers who carry the pattern “High Spender” or “Weekend Shopper”.": {},
            "Customers who carry the pattern “High Spender” and “Weekend Shopper” with "
            "a score of at least 80 %.": {
                "pattern_match": "all",
                "pattern_min_score": 0.8,
            },
            "Customers whose main pattern is “High Spender” or “Weekend Shopper”.": {
                "pattern_primary_only": True
            },
        }
        for sentence, values in told.items():
            segment = self._segment(self.high, self.weekend, **values)
            self.assertEqual(segment.explanation, sentence)
        self.assertIn("Nobody", self._segment().explanation)

    def test_why(self):
        segment = self._segment(
            self.high, self.weekend, pattern_match="all", pattern_min_score=0.1
        )
        customers = self.env["res.partner"].union(*self.people.values())
        customers |= self._customer("Never bought")
        verdicts = segment._judge_customers(customers)
        members = {id_ for id_, lines in verdicts.items() if lines[0].answer}
        self.assertEqual(members, set(segment._get_segment_customers().ids))
        both = self.people["both"]
        reasons = segment._tell_reasons(both, verdicts[both.id])
        told = {reason.text: reason.own for reason in reasons}
        own = told[
            "who carry the pattern “Weekend Shopper” with a score of at least 10 %"
        ]
        self.assertIn("100 % of 8 orders", own)
        weekender = self.people["weekender"]
        reasons = segment._tell_reasons(weekender, verdicts[weekender.id])
        missing = [reason for reason in reasons if reason.own == "not carried"]
        self.assertEqual([(r.is_met, r.decides) for r in missing], [(False, True)])
        single = self._segment(self.weekend, pattern_primary_only=True)
        [lines] = single._judge_customers(both).values()
        self.assertFalse(lines[0].answer)
        self.assertFalse(self._segment()._judge_customers(both)[both.id][0].answer)

    def test_the_segments_of_one_customer(self):
        segment = self._segment(self.weekend)
        other = self._segment(self.weekend, pattern_primary_only=True)
        find = self.env["customer.segment"].with_company(self.company_a)
        both = self.people["both"]
        self.assertEqual(find._find_segments_of(both) & (segment | other), segment)
        segment.pattern_primary_only = True
        self.assertFalse(find._find_segments_of(both) & segment, "the rule changed")
        segment.pattern_type_ids = self.high
        self.assertTrue(find._find_segments_of(both) & segment)
        segment.pattern_type_ids = self.types["INACTIVE"]
        self.assertFalse(find._find_segments_of(both) & segment)

    def test_a_run_brings_segments_up_to_date(self):
        segment = self._segment(self.types["INACTIVE"])
        self.assertEqual(self._names(segment), ["gone"])
        self._buy(self.people["gone"], [1], (self.wine,))
        self.profiles._refresh_full(self.company_a)
        jobs = self.env["marketing.job"]
        last = jobs.search([], limit=1).id
        self._run()
        job = jobs.search([("method", "=", "_refresh_changed"), ("id", ">", last)])
        self.assertEqual(job.payload["partner_ids"], self.people["gone"].ids)
        self.env["customer.segment"]._refresh_changed(**job.payload)
        self.assertTrue(segment.membership_ids.left_at)
        self.assertFalse(self._names(segment))

    def test_conditions_may_ask_for_the_main_pattern(self):
        segment = self.env["customer.segment"].create(
            {
                "name": "Test",
                "company_id": self.company_a.id,
                "filter_domain": "[('pattern_primary', '=', 'INACTIVE')]",
            }
        )
        self.assertEqual(self._names(segment), ["gone"])
        self.assertIn("main pattern is “Inactive”", segment.explanation)
        with self.assertRaises(ValidationError):
            segment.filter_domain = "[('pattern_primary', '=', 'RICH')]"

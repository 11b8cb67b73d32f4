from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import tagged

from ..models.customer_profile_history import NEWCOMER
from .common import SegmentCase


@tagged("post_install", "-at_install")
class TestProfileHistory(SegmentCase):
    """One standing a customer and month, and where everybody came from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.history = cls.env["customer.profile.history"]
        cls.ann, cls.bob = cls._customer("Ann"), cls._customer("Bob")
        for partner, days in ((cls.ann, 3), (cls.bob, 200)):
            cls._order(partner, days, (cls.wine, 10))
        cls._order(cls.ann, 3, (cls.wine, 10), company=cls.company_b)
        for company in (cls.company_a, cls.company_b):
            cls.profiles._refresh_full(company)
        cls.month = cls.today.replace(day=1)

    def _rows(self, **values):
        domain = [("company_id", "=", self.company_a.id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.history.search(domain)

    def test_a_month_is_noted_once(self):
        self.assertEqual(self.history._note_month(self.company_a), 2)
        rows = self._rows()
        self.assertEqual(rows.mapped("month"), [self.month] * 2)
        self.assertFalse(any(rows.mapped("previous_rfm_segment")))
        ann = self._rows(partner_id=self.ann.id)
        profile = self._profile(self.ann)
        for name in self.history._get_copied_columns():
            self.assertEqual(ann[name], profile[name], name)
        self._order(self.ann, 1, (self.wine, 900))
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self.history._note_month(self.company_a), 0)
        self.assertEqual(ann.order_count, 1, "it stays as it was")
        self.assertFalse(self.history.search([("company_id", "=", self.company_b.id)]))

    def test_it_says_where_everybody_came_from(self):
        self.history._note_month(self.company_a)
        before = self.month - relativedelta(months=1)
        self.env.cr.execute(
            "UPDATE customer_profile_history SET month = %s, rfm_segment = 'champions'",
            [before],
        )
        self._order(self._customer("Cas"), 1, (self.wine, 10))
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self.history._note_month(self.company_a), 3)
        came = self._rows(month=self.month).mapped("previous_rfm_segment")
        self.assertEqual(sorted(came), ["champions", "champions", NEWCOMER])
        groups = self.history._read_group(
            [("month", "=", self.month), ("company_id", "=", self.company_a.id)],
            ["previous_rfm_segment"],
            ["__count"],
        )
        self.assertEqual(dict(groups), {"champions": 2, NEWCOMER: 1})

    def test_a_month_that_is_missing_is_no_newcomer(self):
        self.history._note_month(self.company_a)
        self.env.cr.execute(
            "UPDATE customer_profile_history SET month = %s",
            [self.month - relativedelta(months=2)],
        )
        self.history._note_month(self.company_a)
        self.assertFalse(
            any(self._rows(month=self.month).mapped("previous_rfm_segment"))
        )

    def test_past_months_are_rebuilt_from_the_orders_of_then(self):
        then = self.month - relativedelta(months=2)
        days = (self.today - then).days
        # on the day itself is too late, the day before is in
        late = self._customer("Late")
        self._order(late, days, (self.wine, 99))
        order = self._order(self.ann, days + 1, (self.wine, 30))
        self._order(self.ann, days + 400, (self.wine, 500))
        self._refund(self.ann, 1, 5, order=order)
        self._refund(self.ann, 1, 7)
        self.profiles._refresh_full(self.company_a)
        self.history._note_month(self.company_a)
        self.history._rebuild_month(self.company_a, then)
        rows = self._rows(month=then)
        self.assertTrue(all(rows.mapped("is_rebuilt")))
        ann, bob = (
            rows.filtered(lambda row, who=who: row.partner_id == who)
            for who in (self.ann, self.bob)
        )
        self.assertEqual(rows.partner_id, self.ann | self.bob)
        self.assertEqual((ann.order_count, ann.frequency, ann.recency_days), (2, 1, 1))
        self.assertEqual((ann.revenue, ann.monetary), (525, 25))
        self.assertEqual(bob.recency_days, 200 - days)
        self.assertEqual((ann.rfm_code, bob.rfm_code), ("515", "111"))
        self.assertEqual(ann.rfm_segment, "new")
        self.assertEqual(self.history._rebuild_month(self.company_a, then), 0, "once")
        between = self.month - relativedelta(months=1)
        self.history._rebuild_month(self.company_a, between)
        came = self._rows(month=between)
        self.assertEqual(
            {row.partner_id.name: row.previous_rfm_segment for row in came},
            {"Ann": "new", "Bob": bob.rfm_segment, "Late": NEWCOMER},
        )
        now = self._rows(month=self.month)
        self.assertTrue(all(now.mapped("previous_rfm_segment")), "linked afterwards")

    def test_the_past_is_queued_once_month_by_month(self):
        self.company_a.marketing_history_months = 2
        jobs = self.env["marketing.job"]
        method = ("method", "=", "_rebuild_month_of")
        self.history._note_month(self.company_a)
        job = jobs.search([method])
        oldest = self.month - relativedelta(months=2)
        self.assertEqual(
            job.payload,
            {"company_id": self.company_a.id, "month": fields.Date.to_string(oldest)},
        )
        payload = job.payload
        for _month in range(3):
            jobs.search([method]).unlink()
            self.history._rebuild_month_of(**payload)
            payload = jobs.search([method]).payload or payload
        self.assertFalse(jobs.search([method]), "this month is noted, not rebuilt")
        months = set(self._rows().mapped("month"))
        self.assertEqual(
            months, {self.month - relativedelta(months=n) for n in range(3)}
        )

    def test_old_standings_are_deleted(self):
        self.company_a.marketing_history_months = 3
        self.history._note_month(self.company_a)
        self.history._note_month(self.company_b)
        for months, kept in ((3, 2), (4, 0)):
            self.env.cr.execute(
                "UPDATE customer_profile_history SET month = %s",
                [self.month - relativedelta(months=months)],
            )
            self.history._gc_old()
            self.assertEqual(len(self._rows()), kept, months)
        self.assertTrue(self.history.search([("company_id", "=", self.company_b.id)]))

    def test_merged_and_erased_customers(self):
        self.history._note_month(self.company_a)
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge.create({})._merge((self.ann | self.bob).ids, self.bob)
        self.assertEqual(self._rows().partner_id, self.bob)
        self.assertEqual(len(self._rows()), 1)
        self.bob._marketing_erase()
        self.assertFalse(self._rows())

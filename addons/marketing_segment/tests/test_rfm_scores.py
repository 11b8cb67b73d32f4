import random

from odoo.tests import tagged

from odoo.addons.marketing_engine import rfm

from .common import SegmentCase

SCORES = ("recency_score", "frequency_score", "monetary_score")


@tagged("post_install", "-at_install")
class TestRfmScores(SegmentCase):
    """SQL and the engine are two implementations of one definition."""

    def _load(self, seed, size, amounts):
        """Insert customers and orders with many ties, by SQL for speed."""
        chance = random.Random(seed)
        ids = self.env["res.partner"].create([{"name": "Random"}] * size).ids
        orders = [
            (partner, self._day(chance.choice((0, 1, 5, 30, 300, 400))), amount)
            for partner in ids
            for amount in chance.choices(amounts, k=chance.choice((1, 1, 1, 2, 5)))
        ]
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO sale_order (name, partner_id, partner_invoice_id,
                   partner_shipping_id, company_id, currency_id, currency_rate,
                   state, date_order, amount_untaxed)
            SELECT 'R', o.partner, o.partner, o.partner, %s, %s, 1, 'sale', o.day,
                   o.amount
              FROM UNNEST(%s::int[], %s::timestamp[], %s::numeric[])
                   AS o (partner, day, amount)
            """,
            [self.company_a.id, self.usd.id, *map(list, zip(*orders, strict=True))],
        )
        self.profiles._refresh_full(self.company_a)

    def _assert_equals_engine(self):
        columns = ("recency_days", "frequency", "monetary", "rfm_code", "rfm_segment")
        rows = list(self._rows(columns=(*columns, *SCORES)).values())
        scores = rfm.score_rfm(
            [row[0] for row in rows],
            [row[1] for row in rows],
            [float(row[2]) for row in rows],
        )
        self.assertEqual([row[3] for row in rows], scores.codes.tolist())
        self.assertEqual([row[4] for row in rows], scores.segments.tolist())
        for position, name in enumerate(("recency", "frequency", "monetary"), 5):
            stored = [row[position] for row in rows]
            self.assertEqual(stored, getattr(scores, name).tolist(), name)

    def test_equals_engine_on_ties(self):
        for seed, size in enumerate((1, 2, 3, 5, 6, 7, 11, 101, 1000)):
            with self.subTest(size=size), self.env.cr.savepoint():
                self.env.cr.execute(
                    "DELETE FROM sale_order WHERE company_id = %s", [self.company_a.id]
                )
                self._load(seed, size, (0, 10, 10, 20, 99.99))
                self._assert_equals_engine()
                self.assertEqual(len(self._rows()), size)

    def test_equals_engine_without_ties(self):
        chance = random.Random(7)
        self._load(8, 400, [chance.randint(1, 10**7) / 100 for _ in range(400)])
        self._assert_equals_engine()

    def test_all_equal_customers_score_one(self):
        for number in range(4):
            self._order(self._customer(f"Twin {number}"), 9, (self.wine, 10))
        self.profiles._refresh_full(self.company_a)
        self.assertEqual({row[13] for row in self._rows().values()}, {"111"})

    def test_cut_points_give_the_same_scores(self):
        self._load(3, 500, (0, 10, 20, 35, 60, 99.99))
        before = self._rows()
        self.profiles._write_profiles(self.company_a, sorted(before))
        self.assertEqual(self._rows(), before)

    def test_cut_points_score_values_never_seen(self):
        self._load(3, 500, (10, 20, 35, 60, 99.99))
        poor, rich = self._customer("Poor"), self._customer("Rich")
        self._order(poor, 900, (self.wine, 1))
        self._order(rich, 0, (self.wine, 10**6))
        self.profiles._refresh_dirty()
        self.assertEqual(self._profile(poor).rfm_code, "111")
        self.assertEqual(self._profile(rich).monetary_score, 5)
        same_day = self.profiles.search([("recency_days", "=", 0)])
        self.assertEqual(len(set(same_day.mapped("recency_score"))), 1)

    def test_tags_cover_the_engine(self):
        tags = self.env["customer.rfm.segment"].search([])
        self.assertEqual(tags.mapped("key"), list(rfm.SEGMENTS))

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.marketing_engine import rfm

from .common import SegmentCase


@tagged("post_install", "-at_install")
class TestRfmGrid(SegmentCase):
    """The figures of the RFM page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = [cls._customer(f"Customer {number}") for number in range(6)]
        for number, partner in enumerate(cls.people):
            for order in range(1 + number % 3):
                cls._order(partner, 3 + 20 * number + order, (cls.wine, 10 + number))
        cls._order(cls.people[0], 3, (cls.wine, 999), company=cls.company_b)
        for company in (cls.company_a, cls.company_b):
            cls.profiles._refresh_full(company)
        cls.people[5].active = False
        cls.analyst = cls._user("mmg_analyst", "analyst")
        cls.history = cls.env["customer.profile.history"]

    def _page(self, user=None):
        page = self.env["customer.rfm.grid"].with_user(user or self.analyst)
        return page.with_context(allowed_company_ids=self.company_a.ids)

    def test_the_grid_adds_up_to_the_customers(self):
        grid = self._page().get_grid()
        profiles = self.profiles.search(
            [("company_id", "=", self.company_a.id), ("partner_id.active", "=", True)]
        )
        self.assertEqual(len(profiles), 5)
        self.assertEqual(sum(cell["count"] for cell in grid["cells"]), 5)
        self.assertAlmostEqual(
            sum(cell["revenue"] for cell in grid["cells"]),
            sum(profiles.mapped("monetary")),
        )
        for cell in grid["cells"]:
            own = profiles.filtered(
                lambda row, cell=cell: (
                    row.recency_score == cell["recency"]
                    and row.frequency_score == cell["frequency"]
                )
            )
            self.assertEqual(len(own), cell["count"])
            told = {key for key, _count in cell["segments"]}
            self.assertEqual(told, set(own.mapped("rfm_segment")))
        self.assertEqual([key for key, _name in grid["labels"]], list(rfm.SEGMENTS))
        self.assertEqual((grid["months"], grid["is_fixed"]), ([], False))

    def test_moves_of_a_month(self):
        month = self.today.replace(day=1)
        before = month - relativedelta(months=1)
        for company in (self.company_a, self.company_b):
            self.history._note_month(company)
        self.env.cr.execute(
            "UPDATE customer_profile_history SET month = %s, rfm_segment = 'loyal'",
            [before],
        )
        self.history._note_month(self.company_a)
        texts = [fields.Date.to_string(day) for day in (month, before)]
        page = self._page()
        self.assertEqual(page.get_grid()["months"], texts)
        moves = page.get_moves(texts[0])["moves"]
        self.assertEqual({move["from"] for move in moves}, {"loyal"})
        self.assertEqual(sum(move["count"] for move in moves), 6)
        first = page.get_moves(texts[1])["moves"]
        self.assertEqual({move["from"] for move in first}, {False})
        for wrong in ("nonsense", "2026-13-01"):
            with self.subTest(wrong=wrong), self.assertRaises(UserError):
                page.get_moves(wrong)

    def test_only_readers_of_profiles(self):
        outsider = self._user("mmg_outsider")
        with self.assertRaises(AccessError):
            self._page(outsider).get_grid()
        with self.assertRaises(AccessError):
            self._page(outsider).get_moves("2026-01-01")

from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SegmentCase

SCORES = ("recency_score", "frequency_score", "monetary_score", "rfm_code")


@tagged("post_install", "-at_install")
class TestRfmFixed(SegmentCase):
    """Scores by the cut-offs of a company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {}
        for name, orders in {
            "edge": [(30, 250)],
            "beyond": [(31, 249.99)],
            "best": [(0, 100)] * 10,
            "silent": [(366, 10**6)],
            "twin": [(30, 250)],
        }.items():
            cls.people[name] = cls._customer(name)
            for days, amount in orders:
                cls._order(cls.people[name], days, (cls.wine, amount))
        cls._order(cls.people["edge"], 30, (cls.wine, 250), company=cls.company_b)
        cls.company_a.marketing_rfm_method = "fixed"
        for company in (cls.company_a, cls.company_b):
            cls.profiles._refresh_full(company)

    def _code(self, name, company=None):
        return self._profile(self.people[name], company).rfm_code

    def test_cut_offs_include_their_own_value(self):
        self.assertEqual(self._code("edge"), "513")
        self.assertEqual(self._code("beyond"), "412")
        self.assertEqual(self._code("best"), "555")
        self.assertEqual(self._code("silent"), "111")
        self.assertEqual(self._code("twin"), self._code("edge"))
        self.assertEqual(self._profile(self.people["best"]).rfm_segment, "champions")
        self.assertEqual(self._code("edge", self.company_b), "111", "ranked, alone")

    def test_single_customers_get_the_same_scores(self):
        before = self._rows(columns=SCORES)
        self.env.cr.execute(
            "UPDATE customer_profile SET rfm_code = '111', recency_score = 1"
        )
        self.profiles.invalidate_model(flush=False)
        self.profiles._write_profiles(self.company_a, sorted(before))
        self.assertEqual(self._rows(columns=SCORES), before)
        newcomer = self._customer("Newcomer")
        self._order(newcomer, 90, (self.wine, 1000))
        self.profiles._refresh_dirty()
        self.assertEqual(self._profile(newcomer).rfm_code, "415")
        self.assertEqual(self._code("edge"), "513", "nobody moves by somebody else")

    def test_a_change_scores_everybody_anew(self):
        jobs = self.env["marketing.job"]

        def count():
            key = f"customer.profile:full:{self.company_a.id}"
            return jobs.search_count([("key", "=", key), ("state", "=", "pending")])

        jobs.search([("method", "=", "_refresh_full_company")]).unlink()
        self.company_a.marketing_rfm_monetary_3 = 250
        self.company_b.marketing_rfm_monetary_3 = 260
        self.assertEqual(count(), 0, "nothing that is in use changed")
        self.company_a.write({"marketing_rfm_monetary_3": 240})
        self.assertEqual(count(), 1)
        self.assertEqual(self._code("beyond"), "412", "the job does it")
        self.profiles._refresh_full_company(self.company_a.id)
        self.assertEqual(self._code("beyond"), "413")
        self.company_a.marketing_rfm_method = "rank"
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self._code("best")[1:2], "5")
        self.assertEqual(self._profile(self.people["silent"]).recency_score, 1)
        self.assertNotEqual(self._code("edge"), "513")

    def test_cut_offs_have_an_order(self):
        for name, value in (
            ("marketing_rfm_recency_4", 30),
            ("marketing_rfm_recency_5", -1),
            ("marketing_rfm_frequency_5", 6),
            ("marketing_rfm_frequency_2", 0),
            ("marketing_rfm_monetary_2", 250),
            ("marketing_history_months", 1),
        ):
            with (
                self.subTest(name=name),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.company_a[name] = value
                self.company_a.flush_recordset()
            self.company_a.invalidate_recordset(flush=False)

    def test_settings_show_and_write_them(self):
        settings = self.env["res.config.settings"].with_company(self.company_a)
        page = settings.create({})
        self.assertEqual(page.marketing_rfm_method, "fixed")
        page.marketing_rfm_recency_5 = 20
        page.execute()
        self.assertEqual(self.company_a.marketing_rfm_recency_5, 20)
        self.assertEqual(self.company_b.marketing_rfm_recency_5, 30)

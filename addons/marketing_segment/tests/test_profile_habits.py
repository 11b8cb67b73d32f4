from odoo.tests import tagged

from .common_histories import HistoryCase


@tagged("post_install", "-at_install")
class TestProfileHabits(HistoryCase):
    """Customers whose figures are worked out by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a.partner_id.tz = "UTC"
        cls.p = {product.categ_id: product for product in cls.goods}
        cls.w = cls.goods.filtered(lambda product: product.categ_id == cls.wine)

    def _refreshed(self, partner, company=None):
        self.profiles._refresh_full(company or self.company_a)
        return self._profile(partner, company)

    def _buy(self, partner, *days, **values):
        line = values.pop("line", (self.w[0], 1, 10))
        for day in days:
            self._sell(partner, self._moment(day), line, **values)

    def test_gaps_and_tenure(self):
        one, two, many = (self._customer(name) for name in "abc")
        self._buy(one, 40, 40)
        self._buy(two, 40, 30)
        self._buy(many, 100, 90, 60, 55, 55)
        self.profiles._refresh_full(self.company_a)
        self.assertIs(self._profile(one).inter_purchase_days, False, "one day, no gap")
        self.assertEqual(self._profile(two).inter_purchase_days, 10)
        # gaps of 10, 30 and 5 days
        self.assertEqual(self._profile(many).inter_purchase_days, 10)
        self.assertEqual(self._profile(many).tenure_days, 100)

    def test_stage_follows_the_own_rhythm(self):
        def regular(gap, silent):
            partner = self._customer(f"{gap} {silent}")
            self._buy(partner, *(silent + gap * number for number in range(5)))
            return partner

        expected = [
            (regular(20, 66), "active"),  # limit 66.4
            (regular(20, 67), "at_risk"),
            (regular(20, 132), "at_risk"),
            (regular(20, 133), "inactive"),
            (regular(2, 30), "active"),  # no limit is below 30 days
            (regular(2, 31), "at_risk"),
            (regular(150, 365), "active"),  # nor above 365
            (regular(150, 366), "at_risk"),
        ]
        newcomer = self._customer("Newcomer")
        self._buy(newcomer, 29, 3)
        # without a rhythm of one's own the usual one counts, 20 days here
        single = self._customer("Single")
        self._buy(single, 66)
        for number in range(4):
            regular(20, 5 + number)
        self.profiles._refresh_full(self.company_a)
        for partner, stage in [*expected, (newcomer, "new"), (single, "active")]:
            with self.subTest(customer=partner.name):
                self.assertEqual(self._profile(partner).lifecycle_stage, stage)

    def test_first_source_is_that_of_the_first_order(self):
        first, later, none = (self._customer(name) for name in "abc")
        campaign = self.utm_campaigns
        self._buy(first, 50, source_id=self.sources[0].id, campaign_id=campaign.id)
        self._buy(first, 20, source_id=self.sources[1].id)
        self._buy(later, 50)
        self._buy(later, 20, source_id=self.sources[1].id)
        self._buy(none, 20)
        self.profiles._refresh_full(self.company_a)
        profile = self._profile(first)
        self.assertEqual(profile.acquisition_source_id, self.sources[0])
        self.assertEqual(profile.acquisition_utm_campaign_id, campaign)
        for partner in (later, none):
            self.assertFalse(self._profile(partner).acquisition_source_id)

    def test_margin(self):
        wine = self.w[0]
        full, half, unknown = (self._customer(name) for name in "abc")
        self._sell(full, self._moment(9), (wine, 2, 50, 10, 30))  # 90 - 60
        self._sell(full, self._moment(400), (wine, 1, 10, 0, 5))  # 10 - 5
        self._sell(half, self._moment(9), (wine, 1, 50, 0, 40), (wine, 1, 50, 0, 0))
        self._sell(unknown, self._moment(9), (wine, 1, 49, 0, 4), (wine, 1, 51))
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self._profile(full).margin, 35)
        self.assertEqual(self._profile(full).margin_rate, 0.35)
        self.assertEqual(self._profile(half).margin, 20, "the other line is alike")
        self.assertIs(self._profile(unknown).margin, False)
        self.assertIs(self._profile(unknown).margin_rate, False)

    def test_margin_of_what_came_back(self):
        customer = self._customer("Returns")
        order = self._order(customer, 9, (self.wine, 100), (self.bread, 100))
        order.order_line[0].purchase_price = 20
        order.order_line[1].purchase_price = 60
        self._refund(customer, 1, 50, order=order)  # of the first line: 50 - 10
        profile = self._refreshed(customer)
        self.assertEqual(profile.revenue, 150)
        self.assertEqual(profile.margin, 80)

    def test_goods(self):
        customer, few = self._customer("Many"), self._customer("Few")
        wine, bread = self.p[self.wine], self.p[self.bread]
        for day, line in enumerate([(wine, 1, 60), (bread, 1, 10), (bread, 1, 10)], 5):
            self._sell(customer, self._moment(day), line)
            self._sell(few, self._moment(day), line)
        self._sell(customer, self._moment(10), (bread, 2, 10))
        self._sell(customer, self._moment(400), (self.p[self.cheese], 1, 999))
        self.profiles._refresh_full(self.company_a)
        profile = self._profile(customer)
        self.assertEqual((profile.category_count, profile.top_category_share), (2, 0.6))
        self.assertEqual(profile.favourite_category_id, self.wine)
        self.assertEqual(self._profile(few).category_count, 2)
        self.assertIs(self._profile(few).top_category_share, False, "three lines")

    def test_discounts(self):
        wine = self.w[0]
        customer, coupon, few = (self._customer(name) for name in "abc")
        for day, discount in enumerate([0, 9.99, 10, 50]):
            self._sell(customer, self._moment(day), (wine, 1, 100, discount))
        for day in range(3):
            self._buy(coupon, day)
            self._sell(few, self._moment(day), (wine, 1, 100, 50))
        self._sell(coupon, self._moment(9), (wine, 1, 40), (self.w[1], 1, -4))
        self.profiles._refresh_full(self.company_a)
        # 90 + 50 of 100 + 90.01 + 90 + 50
        self.assertEqual(self._profile(customer).discount_share, 0.4242)
        self.assertEqual(self._profile(coupon).discount_share, round(40 / 70, 4))
        self.assertIs(self._profile(few).discount_share, False)

    def test_price_band_compares_within_the_category(self):
        cheap, dear, middle, other = (self._customer(name) for name in "abcd")
        for day in range(4):
            for partner, number, price in (
                (cheap, 0, 5),
                (middle, 1, 8),
                (dear, 2, 20),
            ):
                self._sell(partner, self._moment(day), (self.w[number], 1, price, 20))
            self._sell(other, self._moment(day), (self.p[self.bread], 1, 900))
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self._profile(cheap).price_band, "low")
        self.assertEqual(self._profile(middle).price_band, "medium")
        self.assertEqual(self._profile(dear).price_band, "high")
        self.assertFalse(self._profile(other).price_band, "the only bread")

    def test_elasticity(self):
        steady, answers, noisy = (self._customer(name) for name in "abc")
        prices = [1, 2, 4, 1, 2, 4, 1, 2, 4, 1, 2]
        for day, price in enumerate(prices):
            self._sell(steady, self._moment(day), (self.w[0], 1, 2))
            # half the price, twice as many
            self._sell(answers, self._moment(day), (self.w[0], 8 / price, price))
            self._sell(noisy, self._moment(day), (self.w[0], 1 + 40 * (day % 2), price))
        self.profiles._refresh_full(self.company_a)
        self.assertIs(self._profile(steady).price_elasticity, False, "one price")
        self.assertAlmostEqual(self._profile(answers).price_elasticity, -1, 5)
        self.assertIs(self._profile(noisy).price_elasticity, False, "large error")

    def test_clock_is_the_customers(self):
        """23:30 UTC on a Friday is a Saturday in Brussels, and a Friday in New York."""
        days = 1
        while self._moment(days).weekday() != 4:
            days += 1
        own, country, company = (self._customer(name) for name in "abc")
        own.tz = "America/New_York"
        country.country_id = self.env.ref("base.be")
        for partner in (own, country, company):
            for week in range(4):
                at = self._moment(days + 7 * week, 23, 30)
                self._sell(partner, at, (self.w[0], 1, 10))
        self.profiles._refresh_full(self.company_a)
        found = [self._profile(partner).weekend_share for partner in (own, country)]
        self.assertEqual(found, [0, 1])
        self.assertEqual(self._profile(company).weekend_share, 0, "UTC")
        self.company_a.partner_id.tz = "Asia/Kolkata"
        self.assertEqual(self._refreshed(company).weekend_share, 1)

    def test_hour_is_drawn_towards_everybodys(self):
        """Most are alike: one order at 3 o'clock says nothing, fifteen orders do."""
        for number in range(60):
            partner = self._customer(f"Noon {number}")
            for day in range(5):
                self._sell(
                    partner,
                    self._moment(3 + day, 10 + (number + day) % 3),
                    (self.w[0], 1, 9),
                )
        night, owl, gone = (self._customer(name) for name in "abc")
        self._sell(night, self._moment(3, 3), (self.w[0], 1, 9))
        for day in range(15):
            self._sell(owl, self._moment(3 + day, 3), (self.w[0], 1, 9))
        self._sell(gone, self._moment(500, 3), (self.w[0], 1, 9))
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self._profile(owl).preferred_hour, 3)
        self.assertIn(self._profile(night).preferred_hour, (10, 11, 12))
        self.assertIn(self._profile(gone).preferred_hour, (10, 11, 12))

    def test_places(self):
        customer, few = self._customer("Moves"), self._customer("Few")
        ghent, capital, bruges = (
            self._customer(city, city=city) for city in ("Ghent", " GHENT", "Bruges")
        )
        nowhere = self._customer("Nowhere")
        for day, place in enumerate([ghent, capital, bruges, ghent, nowhere]):
            self._buy(customer, day, shipping=place)
        self._buy(few, 1, 2, 3, shipping=ghent)
        self._buy(few, 4, shipping=nowhere)
        self.profiles._refresh_full(self.company_a)
        profile = self._profile(customer)
        self.assertEqual((profile.city_count, profile.place_share), (2, 0.75))
        self.assertEqual(self._profile(few).city_count, 1)
        self.assertIs(self._profile(few).place_share, False)

    def test_seasons_need_a_year(self):
        def bought(*months, first=True):
            partner = self._customer("Season")
            for back in months:
                month = self.today.month - back - 1
                at = self._moment(0).replace(
                    year=self.today.year + month // 12, month=month % 12 + 1, day=15
                )
                self._sell(partner, at, (self.w[0], 1, 10))
            if first:
                self._buy(partner, 700)
            return partner

        peak = bought(5, 5, 5, 12)
        even = bought(*range(1, 13))
        few = bought(5, 5, 5)
        young = bought(5, 5, 5, 5, first=False)
        now = bought(0, 5, 5, 5)  # the month that runs does not count
        self.profiles._refresh_full(self.company_a)
        profile = self._profile(peak)
        self.assertEqual(profile.seasonality_ratio, 9)
        self.assertEqual(profile.peak_month, str((self.today.month - 6) % 12 + 1))
        self.assertEqual(self._profile(even).seasonality_ratio, 1)
        for partner in (few, young, now):
            self.assertIs(self._profile(partner).seasonality_ratio, False)
            self.assertFalse(self._profile(partner).peak_month)

    def test_mailbox_provider(self):
        people = {
            "a@googlemail.com": "gmail",
            "a@YAHOO.co.uk": "yahoo",
            "Ann <a@hotmail.fr>": "outlook",
            "a@icloud.com": "apple",
            "a@notgmail.com": "other",
            False: False,
        }
        partners = [self._customer("M", email=email) for email in people]
        for partner in partners:
            self._buy(partner, 3)
        self.profiles._refresh_full(self.company_a)
        found = [self._profile(partner).mailbox_provider for partner in partners]
        self.assertEqual(found, list(people.values()))

    def test_a_zone_that_nobody_knows_is_passed_over(self):
        customer = self._customer("Lost")
        self._buy(customer, 3)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET tz = 'Mars/Olympus' WHERE id = %s", [customer.id]
        )
        self.assertEqual(self._refreshed(customer).preferred_hour, 12)

    def test_two_companies(self):
        customer = self._customer("Both")
        for day in range(4):
            self._buy(customer, day)
            self._sell(
                customer,
                self._moment(day),
                (self.p[self.bread], 1, 10, 50, 1),
                company=self.company_b,
            )
        mine = self._refreshed(customer)
        theirs = self._refreshed(customer, self.company_b)
        self.assertEqual((mine.discount_share, theirs.discount_share), (0, 1))
        self.assertEqual((mine.margin, theirs.margin), (False, 16))
        norms = self.env["customer.profile.norm"].search(
            [("company_id", "=", self.company_b.id), ("kind", "=", "rhythm")]
        )
        self.assertEqual(norms.value, 1)

    def test_unknown_is_not_little(self):
        unknown = self._customer("Unknown")
        self._buy(unknown, 3)
        profile = self._refreshed(unknown)
        mine = [("partner_id", "=", unknown.id)]
        self.assertFalse(self.profiles.search([*mine, ("weekend_share", "<", 0.5)]))
        self.assertFalse(self.profiles.search([*mine, ("weekend_share", ">=", 0)]))
        self.assertTrue(self.profiles.search([*mine, ("weekend_share", "=", False)]))
        self.assertIs(profile.read(["weekend_share"])[0]["weekend_share"], False)
        self.assertEqual(profile.export_data(["weekend_share"])["datas"], [[""]])
        (group,) = self.profiles._read_group(mine, [], ["weekend_share:avg"])
        self.assertFalse(group[0])

    def test_deleted_source_leaves_the_profile(self):
        customer = self._customer("Source")
        source = self.env["utm.source"].create({"name": "Short-lived"})
        self._buy(customer, 3, source_id=source.id)
        self.assertEqual(self._refreshed(customer).acquisition_source_id, source)
        source.unlink()
        self.profiles._refresh_dirty()
        self.assertFalse(self._profile(customer).acquisition_source_id)

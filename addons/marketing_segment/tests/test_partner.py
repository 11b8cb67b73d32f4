from odoo.tests import tagged

from .common import SegmentCase


@tagged("post_install", "-at_install")
class TestPartner(SegmentCase):
    """The profile on the customer, and customers that are merged or deleted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann, cls.bob = cls._customer("Ann"), cls._customer("Bob")
        cls.nobody = cls._customer("Nobody")
        cls._order(cls.ann, 3, (cls.wine, 10))
        cls._order(cls.ann, 3, (cls.bread, 44), company=cls.company_b)
        cls._order(cls.bob, 90, (cls.bread, 20))
        cls._refresh_all()

    @classmethod
    def _refresh_all(cls):
        for company in (cls.company_a, cls.company_b):
            cls.profiles._refresh_full(company)

    def _found(self, *condition, company=None):
        partners = self.env["res.partner"].with_company(company or self.company_a)
        everybody = (self.ann | self.bob | self.nobody).ids
        domain = [condition, ("id", "in", everybody)]
        return sorted(partners.search(domain).mapped("name"))

    def test_fields_show_the_current_company(self):
        self.assertEqual(self.ann.with_company(self.company_a).marketing_revenue, 10)
        self.assertEqual(self.ann.with_company(self.company_b).marketing_revenue, 44)
        shop_b = self.ann.with_company(self.company_b)
        self.assertEqual(shop_b.marketing_currency_id, self.eur)
        self.assertEqual(shop_b.marketing_favourite_category_id, self.bread)
        self.assertFalse(self.bob.with_company(self.company_b).rfm_segment)
        self.assertFalse(self.nobody.rfm_code)

    def test_one_query_for_many_partners(self):
        partners = self.ann | self.bob | self.nobody
        partners.mapped("marketing_revenue")
        partners.invalidate_recordset()
        partners.mapped("name")
        with self.assertQueryCount(2):
            partners.mapped("marketing_revenue")
            partners.mapped("rfm_segment")

    def test_search_by_number(self):
        self.assertEqual(self._found("marketing_revenue", ">", 15), ["Bob"])
        self.assertEqual(self._found("marketing_revenue", "=", 10), ["Ann"])
        self.assertEqual(self._found("marketing_order_count", ">=", 1), ["Ann", "Bob"])
        self.assertEqual(self._found("marketing_order_count", "=", 0), ["Nobody"])
        self.assertEqual(
            self._found("marketing_revenue", ">", 15, company=self.company_b), ["Ann"]
        )

    def test_search_by_segment(self):
        segment = self.ann.rfm_segment
        self.assertIn("Ann", self._found("rfm_segment", "=", segment))
        self.assertNotIn("Ann", self._found("rfm_segment", "!=", segment))
        self.assertIn("Nobody", self._found("rfm_segment", "!=", segment))
        self.assertEqual(self._found("rfm_segment", "=", False), ["Nobody"])
        self.assertEqual(self._found("rfm_segment", "!=", False), ["Ann", "Bob"])
        self.assertIn("Nobody", self._found("rfm_segment", "in", [segment, False]))

    def test_search_by_category_and_date(self):
        self.assertEqual(
            self._found("marketing_favourite_category_id", "child_of", self.wine.id),
            ["Ann"],
        )
        self.assertEqual(
            self._found("marketing_favourite_category_id.name", "=", "Bread"), ["Bob"]
        )
        self.assertEqual(
            self._found("marketing_last_order_date", ">=", "-30d"), ["Ann"]
        )
        self.assertEqual(self._found("rfm_code", "like", "1"), ["Ann", "Bob"])

    def test_button_opens_the_profile_of_the_company(self):
        action = self.ann.with_company(self.company_b).action_view_customer_profile()
        profile = self._profile(self.ann, self.company_b)
        self.assertEqual(action["res_id"], profile.id)
        self.assertEqual(profile.action_open_partner()["res_id"], self.ann.id)

    def test_copy_takes_no_profile(self):
        self.assertFalse(self.ann.copy().customer_profile_ids)

    def _merge(self, loser, winner):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((loser | winner).ids, winner)

    def test_merge_both_ways(self):
        for loser, winner in ((self.ann, self.bob), (self.bob, self.ann)):
            with self.subTest(winner=winner.name), self.env.cr.savepoint() as savepoint:
                self._merge(loser, winner)
                self.profiles._refresh_dirty()
                profile = self._profile(winner)
                self.assertEqual(
                    (profile.revenue, profile.order_count), (30, 2), "both histories"
                )
                self.assertEqual(self._profile(winner, self.company_b).revenue, 44)
                self.assertNotIn(loser.id, self._rows())
                before = self._rows()
                self._refresh_all()
                self.assertEqual(set(self._rows()), set(before))
                savepoint.rollback()
            self.env.invalidate_all()

    def test_merge_into_somebody_without_orders(self):
        self._merge(self.ann, self.nobody)
        self.profiles._refresh_dirty()
        self.assertEqual(self._profile(self.nobody).revenue, 10)
        self.assertEqual(self._profile(self.nobody, self.company_b).revenue, 44)

    def test_delete_a_customer(self):
        self.bob.sale_order_ids.write({"state": "cancel"})
        self.bob.sale_order_ids.unlink()
        self.bob.unlink()
        self.profiles._refresh_dirty()
        self._refresh_all()
        self.assertEqual(list(self._rows()), self.ann.ids)

    def test_delete_and_merge_with_segments_around(self):
        segment = self.env["customer.segment"].create({"name": "All"})
        self._merge(self.bob, self.ann)
        self.profiles._refresh_dirty()
        segment.action_refresh()
        self.assertEqual(segment.customer_count, 1)

    def test_form_shows_the_tab_to_marketing_only(self):
        reader, other = self._user("mms_reader", "analyst"), self._user("mms_other")
        partners = self.env["res.partner"]
        view = self.env.ref("base.view_partner_form").id
        for user, shown in ((reader, True), (other, False)):
            arch = (
                partners.with_user(user)
                .with_context(allowed_company_ids=self.company_a.ids)
                .get_view(view, "form")["arch"]
            )
            self.assertEqual('name="marketing_revenue"' in arch, shown)

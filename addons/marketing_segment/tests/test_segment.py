from odoo import Command
from odoo.tests import tagged

from .common_members import SegmentMembersCase


@tagged("post_install", "-at_install")
class TestSegment(SegmentMembersCase):
    """Who belongs to a segment."""

    def test_no_condition_is_every_customer_of_the_company(self):
        self.assertEqual(
            self._names(self._segment()), ["Ann", "Bob", "Cas", "Dot", "Eve", "Fay"]
        )

    def test_other_company(self):
        segment = self._segment(company_id=self.company_b.id)
        self.assertEqual(self._names(segment), ["Stranger"])

    def test_conditions_over_profile_and_partner(self):
        conditions = [
            ("order_count", ">=", 2),
            ("partner_id.country_id", "=", self.env.ref("base.be").id),
        ]
        segment = self._segment(repr(["&", *conditions]))
        self.assertEqual(self._names(segment), ["Cas"])
        segment.filter_domain = repr(["|", ("order_count", ">=", 6), conditions[1]])
        self.assertEqual(self._names(segment), ["Ann", "Cas", "Fay"])
        segment.filter_domain = "['!', ('order_count', '>=', 2)]"
        self.assertEqual(self._names(segment), ["Ann"])

    def test_relative_dates(self):
        segment = self._segment("[('last_order_date', '>=', '-30d')]")
        self.assertEqual(self._names(segment), ["Ann", "Bob"])
        segment.filter_domain = "[('last_order_date', '<', 'today -80d')]"
        self.assertEqual(self._names(segment), ["Eve", "Fay"])

    def test_sub_domain_on_the_customer(self):
        country = self.env.ref("base.fr").id
        segment = self._segment(
            f"[('partner_id', 'any', [('country_id', 'in', [{country}])])]"
        )
        self.assertEqual(self._names(segment), ["Bob"])

    def test_archived_customers_are_left_out(self):
        self.rows["ann"].active = False
        self.assertNotIn("Ann", self._names(self._segment()))

    def test_archived_country_stays_usable(self):
        tag = self.env["res.partner.category"].create({"name": "VIP"})
        self.rows["ann"].category_id = tag
        segment = self._segment(f"[('partner_id.category_id', 'in', [{tag.id}])]")
        tag.active = False
        self.assertEqual(self._names(segment), ["Ann"])

    def test_rfm_segments_and_scores(self):
        profile = self._profile(self.rows["fay"])
        tag = self.env["customer.rfm.segment"].search(
            [("key", "=", profile.rfm_segment)]
        )
        segment = self._segment(
            segment_type="rfm", rfm_segment_ids=[Command.set(tag.ids)]
        )
        same = self.profiles.search(
            [
                ("rfm_segment", "=", profile.rfm_segment),
                ("company_id", "=", self.company_a.id),
            ]
        )
        self.assertEqual(segment._get_segment_customers(), same.partner_id.sorted("id"))
        segment.write({"rfm_segment_ids": [Command.clear()], "frequency_min": 5})
        self.assertEqual(self._names(segment), ["Eve", "Fay"])

    def test_empty_segment_everywhere(self):
        for segment in (
            self._segment("[('order_count', '>', 1000)]"),
            self._segment(segment_type="rfm"),
            self._segment("[('partner_id.country_id', 'in', [])]"),
        ):
            self.assertEqual(segment.live_count, 0)
            self.assertEqual(segment.live_share, 0)
            self.assertFalse(segment.live_refusals)
            self.assertFalse(segment.sample_ids)
            self.assertFalse(segment._get_segment_customers())
            segment.action_refresh()
            self.assertEqual(segment.customer_count, 0)
            action = segment.action_view_members()
            self.assertFalse(self.profiles.search(action["domain"]))

    def test_company_without_any_customer(self):
        company = self._create_company("Empty", self.usd)
        segment = self._segment(company_id=company.id)
        self.assertEqual((segment.live_count, segment.live_share), (0, 0))

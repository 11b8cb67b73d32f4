from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestSegmentUsage(CampaignCase):
    """A segment knows its campaigns and stays as long as they do."""

    def test_used_for_sending_or_leaving_out(self):
        other = self._create_segment("Other", [("order_count", ">", 99)])
        unused = self._create_segment("Unused", [])
        campaign = self._create_campaign(exclude_segment_ids=[Command.set(other.ids)])
        campaign.active = False
        for segment in (self.segment, other):
            self.assertEqual(segment.campaign_count, 1)
            action = segment.action_view_campaigns()
            found = self.env["email.campaign"].with_context(**action["context"])
            self.assertEqual(found.search(action["domain"]), campaign)
            with self.assertRaisesRegex(UserError, "Autumn 2026"):
                segment.unlink()
        self.assertEqual(unused.campaign_count, 0)
        unused.unlink()

    def test_estimate_tells_what_the_segments_mean(self):
        other = self._create_segment("Other", [("order_count", ">", 99)])
        estimate = self.env["email.campaign"].get_audience_estimate(
            self.segment.ids, other.ids, self.company.id
        )
        told = {item["name"]: item for item in estimate["segments"]}
        self.assertFalse(told[self.segment.name]["excluded"])
        self.assertTrue(told["Other"]["excluded"])
        self.assertEqual(
            told["Other"]["explanation"],
            "Customers whose number of orders is more than 99.",
        )

    def test_a_fixed_list_is_an_audience(self):
        customers = self._create_customers("list@example.com", "other@example.com")
        fixed = self.env["customer.segment"].create(
            {
                "name": "List",
                "segment_type": "static",
                "company_id": self.company.id,
            }
        )
        fixed._add_members(customers[:1], "manual")
        estimate = self.env["email.campaign"].get_audience_estimate(
            fixed.ids, (), self.company.id
        )
        self.assertEqual((estimate["audience"], estimate["left_out"]), (1, 0))

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.marketing_segment.tests.common_members import SegmentMembersCase


@tagged("post_install", "-at_install")
class TestSegmentReach(SegmentMembersCase):
    """What each channel could reach of a segment, with the reasons of the others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a.marketing_holdout_percent = 0
        cls.segment = cls.env["customer.segment"].create({"name": "All"})

    def _reach(self, role, segment=None):
        user = self._user(f"mmc_reach_{role}", role)
        reach = (
            self.env["segment.reach"]
            .with_user(user)
            .with_context(allowed_company_ids=self.company_a.ids)
        )
        return reach.create({"segment_id": (segment or self.segment).id})

    def test_every_channel_adds_up(self):
        for role in ("analyst", "user"):
            reach = self._reach(role)
            rows = dict(reach._count())
            channels = self.env["email.campaign"]._fields["channel"]
            labels = dict(channels._description_selection(self.env))
            self.assertEqual(list(rows), list(labels.values()))
            for estimate in rows.values():
                self.assertEqual(estimate["audience"], 6)
                self.assertEqual(estimate["sendable"] + estimate["left_out"], 6)
            email = rows[labels["email"]]
            self.assertEqual(email["sendable"], self.segment.sendable_count)
            reasons = {row["reason"]: row["count"] for row in email["reasons"]}
            self.assertEqual(reasons, self.segment.refusal_summary)
            self.assertIn("Unsubscribed", reach.table)

    def test_other_companies_and_outsiders(self):
        theirs = self.env["customer.segment"].create(
            {"name": "B", "company_id": self.company_b.id}
        )
        with self.assertRaises(AccessError):
            self._reach("user", theirs)._count()
        with self.assertRaises(AccessError):
            self.env["segment.reach"].with_user(self._user("mmc_reach_none")).create({})

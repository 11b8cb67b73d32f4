from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_campaign_approval import ApprovalCase

HOURS = {"use_send_window": True, "window_clock": "campaign", "window_tz": "UTC"}


@tagged("post_install", "-at_install")
class TestApprovalScope(ApprovalCase):
    """Topic, members of fixed lists and sending hours are approved as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.topic = cls.env["marketing.topic"].create(
            {"name": "Soup", "company_id": cls.company.id}
        )
        cls.list = cls.env["customer.segment"].create(
            {
                "name": "Friends",
                "segment_type": "static",
                "company_id": cls.company.id,
            }
        )
        cls.anna = cls._create_customers("friend@x.example")
        cls.list._add_members(cls.anna, "manual")

    def _assert_withdrawn(self, campaign):
        self.assertEqual(campaign.approval_state, "none")
        self.assertIn("withdrawn", campaign.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "approve"):
            campaign.with_user(self.user).action_send_now()

    def test_topic(self):
        campaign = self._approved()
        campaign.with_user(self.user).topic_id = self.topic
        self._assert_withdrawn(campaign)
        campaign = self._approved(topic_id=self.topic.id)
        campaign.with_user(self.user).topic_id = False
        self._assert_withdrawn(campaign)

    def test_members_of_a_fixed_list(self):
        for field in ("segment_ids", "exclude_segment_ids"):
            values = {
                "segment_ids": [Command.set(self.segment.ids)],
                field: [Command.set(self.list.ids)],
            }
            with self.subTest(field=field):
                campaign = self._approved(**values)
                new = self._create_customers(f"{field}@x.example")
                self.list.with_user(self.user)._add_members(new, "manual")
                self._assert_withdrawn(campaign)
                campaign = self._approved(**values)
                self.list.with_user(self.user)._remove_members(new)
                self._assert_withdrawn(campaign)

    def test_the_same_members_again_change_nothing(self):
        campaign = self._approved(segment_ids=[Command.set(self.list.ids)])
        self.list._add_members(self.anna, "manual")
        self.list._refresh()
        self.assertEqual(campaign.approval_state, "approved")

    def test_exchanged_members_of_equal_number_are_found(self):
        campaign = self._approved(segment_ids=[Command.set(self.list.ids)])
        ben = self._create_customers("other@x.example")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE segment_membership SET partner_id = %s WHERE segment_id = %s",
            [ben.id, self.list.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "changed since the approval"):
            campaign.with_user(self.user).action_send_now()

    def test_members_of_a_rule_may_come_and_go(self):
        campaign = self._approved()
        self._create_customers("new@x.example")
        self.segment._refresh()
        self.assertEqual(campaign.approval_state, "approved")

    def test_hours(self):
        for values in (
            {"use_send_window": False},
            {"window_start": 8.0},
            {"window_end": 20.5},
            {"sun": True},
            {"window_clock": "customer"},
            {"window_tz": "Asia/Tokyo"},
        ):
            with self.subTest(values=values):
                campaign = self._approved(**HOURS)
                campaign.with_user(self.user).write(values)
                self._assert_withdrawn(campaign)

    def test_hours_that_are_not_used_do_not_matter(self):
        campaign = self._approved()
        campaign.with_user(self.user).write({"window_start": 8.0, "sun": True})
        self.assertEqual(campaign.approval_state, "approved")

    def test_hours_changed_amid_the_campaign(self):
        campaign = self._approved(**HOURS)
        campaign.with_user(self.user).action_send_now()
        self._jobs("_prepare_recipients", campaign)._run()
        marketer = campaign.with_user(self.user)
        marketer.action_pause()
        marketer.action_resume()
        marketer.action_pause()
        marketer.window_end = 23.5
        self.assertEqual(campaign.approval_state, "none")
        with self.assertRaisesRegex(UserError, "has to approve"):
            marketer.action_resume()
        marketer.action_request_approval()
        with self.assertRaisesRegex(UserError, "not approved it yet"):
            marketer.action_resume()
        campaign.with_user(self.manager).action_approve()
        marketer.action_resume()
        self.assertEqual(campaign.status, "running")

    def test_what_was_listed_may_go_on_whatever_became_of_its_segments(self):
        campaign = self._approved(segment_ids=[Command.set(self.list.ids)])
        campaign.with_user(self.user).action_send_now()
        self._jobs("_prepare_recipients", campaign)._run()
        campaign.with_user(self.user).action_pause()
        self.list._add_members(self._create_customers("late@x.example"), "manual")
        campaign.with_user(self.user).action_resume()
        self.assertEqual(campaign.status, "running")

    def test_small_campaign_resumes_without(self):
        self.company.marketing_approval_from = 50
        campaign = self._by_user()
        campaign.with_user(self.user).action_send_now()
        self._jobs("_prepare_recipients", campaign)._run()
        campaign.with_user(self.user).action_pause()
        campaign.with_user(self.user).action_resume()
        self.assertEqual(campaign.status, "running")

    def test_hours_are_no_part_of_the_tested_mail(self):
        campaign = self._by_user()
        parts = ("content", "sender")
        before = campaign._get_fingerprint(parts)
        campaign.write(HOURS)
        self.assertEqual(campaign._get_fingerprint(parts), before)

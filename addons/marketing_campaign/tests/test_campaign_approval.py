from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.creative_merge_tag import CREATIVE_TAGS
from .campaign_common import CampaignCase

MANAGER = "marketing_base.group_manager"


class ApprovalCase(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_customers("anna@x.example", "ben@x.example")
        cls.company.marketing_approval = True
        cls.manager = cls._create_user("mmk_manager", MANAGER)
        cls.other_manager = cls._create_user("mmk_manager_2", MANAGER)

    @classmethod
    def _by_user(cls, **values):
        campaign = cls._create_campaign(**values)
        campaign.sudo().content_editor_id = cls.user
        return campaign

    def _requested(self, **values):
        campaign = self._by_user(**values)
        campaign.with_user(self.user).action_request_approval()
        return campaign

    def _approved(self, **values):
        campaign = self._requested(**values)
        campaign.with_user(self.manager).action_approve()
        return campaign


@tagged("post_install", "-at_install")
class TestApproval(ApprovalCase):
    def test_off_by_default(self):
        self.assertFalse(self.other_company.marketing_approval)
        self.company.marketing_approval = False
        self._by_user().with_user(self.user).action_send_now()

    def test_without_it_nothing_leaves(self):
        campaign = self._by_user(scheduled_date=self._at(days=1)).with_user(self.user)
        for action in ("action_send_now", "action_schedule"):
            with (
                self.subTest(action=action),
                self.assertRaisesRegex(UserError, "manager has to approve"),
            ):
                getattr(campaign, action)()
        campaign.action_request_approval()
        with self.assertRaisesRegex(UserError, "has not approved it yet"):
            campaign.action_send_now()
        campaign.with_user(self.manager)._reject("Wrong price")
        with self.assertRaisesRegex(UserError, "refused: Wrong price"):
            campaign.action_send_now()
        self.assertEqual(campaign.status, "draft")

    def test_with_it_the_way_is_free(self):
        campaign = self._approved()
        self.assertEqual(campaign.approver_id, self.manager)
        self.assertEqual(campaign.requester_id, self.user)
        campaign.with_user(self.user).action_send_now()
        self._jobs("_prepare_recipients", campaign)._run()
        self.assertEqual(len(campaign.recipient_ids), 2)

    def test_managers_are_asked_and_released(self):
        campaign = self._requested()
        asked = campaign.activity_ids.user_id
        self.assertLessEqual(self.manager | self.other_manager, asked)
        self.assertNotIn(self.user, asked)
        campaign.with_user(self.manager).action_approve()
        self.assertFalse(campaign.activity_ids)

    def test_nobody_to_ask_is_said(self):
        managers = self.env.ref(MANAGER).all_user_ids
        campaign = self._by_user()
        with patch.object(type(campaign), "_get_authors", lambda self: managers):
            campaign.with_user(self.user).action_request_approval()
        self.assertFalse(campaign.activity_ids)
        self.assertIn("Nobody can approve", campaign.message_ids[0].body)

    def test_broken_content_is_not_sent_round(self):
        campaign = self._by_user(template_id=False)
        with self.assertRaisesRegex(UserError, "template"):
            campaign.with_user(self.user).action_request_approval()
        self.assertEqual(campaign.approval_state, "none")

    def test_who_may_decide(self):
        campaign = self._requested()
        with self.assertRaises(AccessError):
            campaign.with_user(self.user).action_approve()
        with self.assertRaises(AccessError):
            campaign.with_user(self.analyst).action_approve()
        own = self._by_user()
        own.with_user(self.manager).action_request_approval()
        with self.assertRaisesRegex(UserError, "Another manager"):
            own.with_user(self.manager).action_approve()
        own.with_user(self.other_manager).action_approve()

    def test_the_last_editor_cannot_approve(self):
        campaign = self._by_user()
        campaign.with_user(self.manager).subject_line = "Mine"
        campaign.with_user(self.user).action_request_approval()
        with self.assertRaisesRegex(UserError, "Another manager"):
            campaign.with_user(self.manager).action_approve()

    def test_the_editor_of_the_template_cannot_approve(self):
        self.template.with_user(self.manager).preview_text = "Mine"
        campaign = self._requested()
        with self.assertRaisesRegex(UserError, "Another manager"):
            campaign.with_user(self.manager).action_approve()

    def test_deciding_twice(self):
        campaign = self._approved()
        with self.assertRaisesRegex(UserError, "waits for no approval"):
            campaign.with_user(self.other_manager)._reject("Late")
        with self.assertRaisesRegex(UserError, "waits for no approval"):
            self._by_user().with_user(self.manager).action_approve()

    def test_started_campaigns_are_past_it(self):
        campaign = self._approved()
        campaign.with_user(self.user).action_send_now()
        with self.assertRaisesRegex(UserError, "already been sent"):
            campaign.with_user(self.user).action_request_approval()

    def test_rejection_asks_for_a_reason(self):
        campaign = self._requested()
        wizard = self.env["email.campaign.rejection"].with_user(self.manager)
        wizard.create({"campaign_id": campaign.id, "reason": "No"}).action_reject()
        self.assertEqual(
            (campaign.approval_state, campaign.approval_reason), ("rejected", "No")
        )
        with self.assertRaises(AccessError):
            wizard.with_user(self.user).create(
                {"campaign_id": campaign.id, "reason": "No"}
            )

    def test_threshold(self):
        self.company.marketing_approval_from = 3
        self._by_user().with_user(self.user).action_send_now()
        self.company.marketing_approval_from = 2
        with self.assertRaisesRegex(UserError, "approve"):
            self._by_user().with_user(self.user).action_send_now()


@tagged("post_install", "-at_install")
class TestApprovalChanges(ApprovalCase):
    def _assert_withdrawn(self, campaign, change):
        self.assertEqual(campaign.approval_state, "approved")
        change(campaign)
        self.assertEqual(campaign.approval_state, "none")
        self.assertIn("withdrawn", campaign.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "approve"):
            campaign.with_user(self.user).action_send_now()

    def test_changes_of_the_campaign(self):
        segment = self._create_segment("More", [("order_count", ">=", 0)])
        for values in (
            {"subject_line": "Other words"},
            {"template_id": self.template.copy({"preview_text": "x"}).id},
            {"segment_ids": [Command.link(segment.id)]},
            {"exclude_segment_ids": [Command.link(segment.id)]},
            {"from_email": "other@shop.example.com"},
            {"provider_id": self.provider.id},
            {"is_transactional": True},
        ):
            with self.subTest(values=values):
                self._assert_withdrawn(
                    self._approved(),
                    lambda campaign, v=values: campaign.with_user(self.user).write(v),
                )

    def test_change_of_the_template(self):
        self._assert_withdrawn(
            self._approved(),
            lambda c: self.template.with_user(self.user).write(
                {"html_content": "<p>x"}
            ),
        )

    def test_change_of_a_segment(self):
        self._assert_withdrawn(
            self._approved(),
            lambda c: self.segment.with_user(self.user).write({"filter_domain": "[]"}),
        )

    def test_change_of_a_creative(self):
        creative = self.env["email.creative"].create(
            {"headline": "Soup", "company_id": self.company.id}
        )
        self.template.html_content = (
            f'<p><span data-mm-tag="{sorted(CREATIVE_TAGS - {"cta_url"})[-1]}"></span>'
            "</p>"
        )
        campaign = self._create_campaign(creative_ids=[Command.set(creative.ids)])
        before = campaign._get_fingerprint()
        creative.headline = "Stew"
        self.assertNotEqual(campaign._get_fingerprint(), before)
        approved = self._approved(creative_ids=[Command.set(creative.ids)])
        self._assert_withdrawn(
            approved, lambda c: creative.with_user(self.user).write({"headline": "Pie"})
        )

    def test_a_change_while_waiting_needs_a_new_request(self):
        campaign = self._requested()
        campaign.with_user(self.user).subject_line = "Exchanged under his nose"
        self.assertEqual(campaign.approval_state, "none")
        self.assertFalse(campaign.activity_ids)
        with self.assertRaisesRegex(UserError, "waits for no approval"):
            campaign.with_user(self.manager).action_approve()

    def test_what_is_no_content_leaves_it(self):
        campaign = self._approved(scheduled_date=self._at(days=1))
        campaign = campaign.with_user(self.user)
        campaign.write({"name": "Better", "budget": 7, "subject_line": False})
        campaign.planned_date = self._at(days=4)
        self.template.name = "Renamed"
        self.segment.name = "Renamed"
        self._create_customers("new@x.example")
        self.assertEqual(campaign.approval_state, "approved")
        campaign.action_schedule()

    def test_a_change_that_went_round_the_orm_is_found(self):
        campaign = self._approved()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE email_campaign SET subject_line = 'x' WHERE id = %s", [campaign.id]
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "changed since the approval"):
            campaign.with_user(self.user).action_send_now()

    def test_scheduled_start(self):
        campaign = self._approved(scheduled_date=self._at(hours=1))
        campaign.with_user(self.user).action_schedule()
        campaign.with_user(self.user).subject_line = "After the approval"
        with self._freeze_now(campaign.scheduled_date + timedelta(minutes=1)):
            self.env["email.campaign"]._start_scheduled(campaign.id)
        self.assertEqual(campaign.status, "paused")
        self.assertIn("approve", campaign.status_reason)
        with self.assertRaisesRegex(UserError, "approve"):
            campaign.with_user(self.user).action_resume()
        campaign.with_user(self.user).action_request_approval()
        campaign.with_user(self.manager).action_approve()
        campaign.with_user(self.user).action_resume()
        self.assertEqual(campaign.status, "running")

    def test_segment_that_grows_between_start_and_list(self):
        self.company.marketing_approval_from = 3
        campaign = self._by_user()
        campaign.with_user(self.user).action_send_now()
        self._create_customers("cleo@x.example", "dan@x.example")
        self._jobs("_prepare_recipients", campaign)._run()
        self.assertFalse(campaign.recipient_ids)
        self.assertEqual(campaign.status, "paused")
        self.assertIn("approve", campaign.status_reason)


@tagged("post_install", "-at_install")
class TestApprovalBypass(ApprovalCase):
    def test_fields_are_nobodys_to_write(self):
        campaign = self._by_user()
        for user in (self.user, self.manager, self.env.ref("base.user_admin")):
            user.company_ids |= self.company
            record = campaign.with_user(user)
            for values in (
                {"approval_state": "approved"},
                {"approval_hash": campaign._get_fingerprint()},
                {"approver_id": self.manager.id},
                {"requester_id": False},
                {"content_editor_id": False},
                {"test_hash": "x"},
            ):
                with self.subTest(user=user.login, values=values):
                    with self.assertRaises(AccessError):
                        record.write(values)
                    with self.assertRaises(AccessError):
                        record.create({"name": "x", "approval_state": "approved"})

    def test_copies_and_defaults_start_without(self):
        campaign = self._approved().with_user(self.user)
        self.assertEqual(campaign.copy().approval_state, "none")
        self.assertFalse(campaign.copy().approval_hash or campaign.copy().approver_id)
        with self.assertRaises(AccessError):
            campaign.copy({"approval_state": "approved"})
        sneaky = campaign.with_context(
            default_approval_state="approved",
            default_approval_hash=campaign.approval_hash,
        ).create({"name": "Sneaky"})
        self.assertEqual(sneaky.approval_state, "none")
        self.assertFalse(sneaky.approval_hash)

    def test_import_is_no_way_round(self):
        result = (
            self.env["email.campaign"]
            .with_user(self.user)
            .load(["name", "approval_state"], [["x", "approved"]])
        )
        self.assertFalse(result["ids"])

    def test_a_manager_of_another_company_cannot_decide(self):
        stranger = self._create_user("mmk_foreign", MANAGER, self.other_company)
        campaign = self._requested()
        self.assertNotIn(stranger, campaign.activity_ids.user_id)
        theirs = campaign.with_user(stranger).with_context(allowed_company_ids=None)
        for call in (
            lambda: theirs.action_approve(),
            lambda: theirs._reject("x"),
            lambda: theirs.get_checklist(),
            lambda: (
                self.env["email.campaign.rejection"]
                .with_user(stranger)
                .create({"campaign_id": campaign.id, "reason": "x"})
                .action_reject()
            ),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(campaign.approval_state, "requested")

    def test_a_campaign_of_a_company_without_it_is_free(self):
        self._create_customers("zoe@x.example", company=self.other_company)
        user = self._create_user(
            "mmk_free", "marketing_base.group_user", self.other_company
        )
        segment = self._create_segment("B", [], company=self.other_company)
        campaign = (
            self.env["email.campaign"]
            .with_user(user)
            .with_context(allowed_company_ids=self.other_company.ids)
            .create({"name": "B", "segment_ids": [Command.set(segment.ids)]})
        )
        self.assertIsNone(campaign._get_approval_problem())
        self.assertFalse(campaign.uses_approval)

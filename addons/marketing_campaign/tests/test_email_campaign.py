from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.email_campaign_content import slug
from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestEmailCampaign(CampaignCase):
    def test_sender_defaults_to_the_company(self):
        campaign = self._create_campaign()
        self.assertEqual(campaign.from_name, "Shop A")
        self.assertEqual(campaign.from_email, "news@shop.example.com")
        self.assertEqual(campaign.reply_to_email, "news@shop.example.com")
        self.assertEqual(campaign.created_by, self.env.user)
        self.assertEqual(campaign.currency_id, self.company.currency_id)
        self.assertEqual(
            (campaign.utm_source, campaign.utm_medium), ("email", "marketing")
        )

    def test_own_sender_is_kept(self):
        campaign = self._create_campaign(from_name="Anna", from_email="anna@x.example")
        self.assertEqual(campaign.from_name, "Anna")
        self.assertEqual(campaign.from_email, "anna@x.example")

    def test_one_own_line_of_the_sender_leaves_the_others(self):
        campaign = self._create_campaign(from_name="Anna")
        self.assertEqual(campaign.from_name, "Anna")
        self.assertEqual(campaign.from_email, "news@shop.example.com")
        self.assertEqual(campaign.reply_to_email, "news@shop.example.com")

    def test_bad_sender_addresses(self):
        for address in (
            "anna",
            "a@x.example, b@x.example",
            "a@x.example\r\nBcc: e",
        ):
            with self.subTest(address=address), self.assertRaises(ValidationError):
                self._create_campaign(from_email=address)

    def test_rather_twice_than_never_is_proposed_by_the_template(self):
        template = self.template.copy(
            {"template_type": "transactional", "at_least_once": True}
        )
        campaign = self._create_campaign(template_id=template.id)
        self.assertFalse(campaign.at_least_once, "it is marketing")
        campaign.is_transactional = True
        self.assertTrue(campaign.at_least_once)
        template.at_least_once = False
        self.assertTrue(campaign.at_least_once, "later changes change no campaign")
        campaign.is_transactional = False
        self.assertFalse(campaign.at_least_once)
        with Form(template) as form:
            form.at_least_once = True
            form.template_type = "notification"
        self.assertFalse(template.at_least_once)

    def test_marketing_templates_are_never_sent_twice(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self.template.at_least_once = True
            self.env.flush_all()

    def test_columns_follow_the_life_of_a_campaign(self):
        campaign = self._create_campaign()

        def columns():
            campaigns = self.env["email.campaign"].with_context(read_group_expand=True)
            groups = campaigns.web_read_group(
                [("id", "=", campaign.id)], ["status"], ["__count"]
            )["groups"]
            return [group["status"] for group in groups]

        usual = ["draft", "scheduled", "running", "paused", "completed"]
        self.assertEqual(columns(), usual)
        campaign.sudo().status = "cancelled"
        self.assertEqual(columns(), [*usual, "cancelled"])

    def test_negative_budget(self):
        with self.assertRaises(ValidationError):
            self._create_campaign(budget=-1)

    def test_a_segment_cannot_be_on_both_sides(self):
        with self.assertRaisesRegex(ValidationError, "Everybody"):
            self._create_campaign(exclude_segment_ids=[Command.set(self.segment.ids)])

    def test_segments_of_another_company(self):
        foreign = self._create_segment("Foreign", [], company=self.other_company)
        with self.assertRaises(UserError):
            self._create_campaign(segment_ids=[Command.set(foreign.ids)])

    def test_promotion_types_of_the_specification(self):
        keys = dict(self.env["email.campaign"]._fields["promotion_type"].selection)
        self.assertEqual(
            list(keys),
            [
                "DISCOUNT",
                "CASHBACK",
                "LOYALTY",
                "LOCATION_BASED",
                "CATEGORY_PROMOTION",
                "SPENDING_MILESTONE",
                "RE_ENGAGEMENT",
                "VIP",
            ],
        )

    def test_copy_is_a_fresh_draft(self):
        self._create_customers("anna@x.example")
        campaign = self._create_campaign(scheduled_date=self._at(days=1))
        self._send(campaign)
        copy = campaign.copy()
        self.assertEqual(copy.name, "Autumn 2026 (copy)")
        self.assertEqual(copy.status, "draft")
        self.assertEqual(copy.segment_ids, campaign.segment_ids)
        self.assertFalse(copy.recipient_ids)
        self.assertFalse(copy.total_recipients)
        self.assertFalse(copy.scheduled_date or copy.start_date or copy.prepared_at)
        self.assertFalse(copy.sent_template_id)

    def test_content_is_fixed_once_started(self):
        self._create_customers("anna@x.example")
        campaign = self._create_campaign().with_user(self.user)
        campaign.subject_line = "Before"
        campaign.action_send_now()
        for values in (
            {"subject_line": "After"},
            {"segment_ids": [Command.clear()]},
            {"template_id": self.template.copy().id},
            {"from_email": "other@x.example"},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                campaign.write(values)
        campaign.write({"name": "Better name", "budget": 5})

    def test_started_campaigns_cannot_be_deleted(self):
        self._create_customers("anna@x.example")
        draft, sent = self._create_campaign(), self._create_campaign()
        self._send(sent)
        with self.assertRaises(UserError):
            sent.unlink()
        draft.unlink()
        self.assertFalse(draft.exists())

    def test_estimated_recipients(self):
        self._create_customers("anna@x.example", "ben@x.example")
        self._create_customers("cleo@x.example", consent=False)
        self.segment.action_refresh()
        self.assertEqual(self._create_campaign().estimated_recipients, 2)

    def test_form(self):
        form = Form(self.env["email.campaign"].with_user(self.user))
        form.name = "Spring"
        form.segment_ids.add(self.segment.with_user(self.user))
        form.template_id = self.template.with_user(self.user)
        campaign = form.save()
        self.assertEqual(campaign.status, "draft")
        self.assertEqual(campaign.from_email, "news@shop.example.com")

    def test_slug(self):
        self.assertEqual(slug("Été 2026: -20 %"), "ete-2026-20")
        self.assertEqual(slug("春"), "")
        self.assertEqual(len(slug("x" * 200)), 64)


@tagged("post_install", "-at_install")
class TestCampaignAccess(CampaignCase):
    def test_user_makes_and_analyst_reads(self):
        campaign = (
            self.env["email.campaign"]
            .with_user(self.user)
            .create({"name": "Mine", "segment_ids": [Command.set(self.segment.ids)]})
        )
        self.assertEqual(campaign.with_user(self.analyst).name, "Mine")
        with self.assertRaises(AccessError):
            campaign.with_user(self.analyst).name = "Stolen"
        for action in ("action_send_now", "action_pause", "action_cancel"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(campaign.with_user(self.analyst), action)()

    def test_other_company_sees_nothing(self):
        self._create_customers("anna@x.example")
        campaign = self._create_campaign()
        self._send(campaign)
        stranger = self._create_user(
            "mmk_stranger", "marketing_base.group_user", self.other_company
        )
        theirs = campaign.with_user(stranger).with_context(allowed_company_ids=None)
        self.assertFalse(theirs.search([("id", "=", campaign.id)]))
        for call in (
            lambda: theirs.name,
            lambda: theirs.action_send_now(),
            lambda: theirs.get_progress(),
            lambda: theirs.get_audience_estimate(self.segment.ids),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_status_is_read_only_for_people(self):
        campaign = self._create_campaign().with_user(self.user)
        for values in (
            {"status": "running"},
            {"start_date": "2026-01-01"},
            {"prepared_at": "2026-01-01"},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                campaign.write(values)
        with self.assertRaises(AccessError):
            campaign.create({"name": "Sneaky", "status": "running"})

    def test_user_works_with_the_campaign_from_end_to_end(self):
        self._create_customers("anna@x.example")
        campaign = self._create_campaign().with_user(self.user)
        self.assertEqual(
            campaign.get_audience_estimate(self.segment.ids)["sendable"], 1
        )
        campaign.action_send_now()
        self._jobs("_prepare_recipients", campaign)._run()
        self.assertEqual(campaign.get_progress()["total"], 1)
        campaign.action_pause()
        campaign.action_resume()
        campaign.action_cancel()
        self.assertEqual(campaign.status, "cancelled")

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestCampaignCopy(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_customers("anna@x.example")

    def test_content_and_audience_stay_the_rest_is_new(self):
        left_out = self._create_segment("Left out", [("order_count", ">=", 5)])
        campaign = self._create_campaign(
            subject_line="Hello",
            from_name="Anna",
            budget=50,
            utm_campaign="own",
            scheduled_date=self._at(days=1),
            exclude_segment_ids=[Command.set(left_out.ids)],
        )
        self._send(campaign)
        self._mark(campaign.recipient_ids, state="sent")
        campaign._refresh_statistics()
        copy = campaign.with_user(self.user).copy()
        for name in (
            "subject_line",
            "from_name",
            "budget",
            "segment_ids",
            "exclude_segment_ids",
            "template_id",
        ):
            self.assertEqual(copy[name], campaign[name], name)
        self.assertEqual(copy.content_editor_id, self.user)
        fresh = copy._get_server_fields()
        del fresh["content_editor_id"]
        for name, value in fresh.items():
            self.assertEqual(copy[name] or False, value or False, name)
        self.assertFalse(copy.planned_date or copy.utm_campaign or copy.utm_campaign_id)
        copy.action_send_now()
        self.assertNotEqual(copy.utm_campaign_id, campaign.utm_campaign_id)

    def test_names_of_copies_differ(self):
        campaign = self._create_campaign()
        first, second = campaign.copy(), campaign.copy()
        second.active = False
        names = [first.name, second.name, campaign.copy().name]
        self.assertEqual(
            names,
            ["Autumn 2026 (copy)", "Autumn 2026 (copy 2)", "Autumn 2026 (copy 3)"],
        )
        self.assertEqual(campaign.copy({"name": "Winter"}).name, "Winter")

    def test_no_value_of_the_server_comes_with_a_copy(self):
        campaign = self._create_campaign().with_user(self.user)
        for values in ({"status": "completed"}, {"total_sent": 5}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                campaign.copy(values)

    def test_defaults_of_a_context_do_not_get_in(self):
        campaigns = self.env["email.campaign"].with_user(self.user)
        campaign = campaigns.with_context(
            default_status="running",
            default_sent_template_id=self.template.id,
            default_attributed_revenue=1000,
        ).create({"name": "Sneaky"})
        self.assertEqual(campaign.status, "draft")
        self.assertFalse(campaign.sent_template_id or campaign.attributed_revenue)

    def test_a_context_sends_to_nobody_else(self):
        """Whatever a client says: who objected gets nothing, nor do strangers."""
        emails = ("ann@ctx.example", "gone@ctx.example", "old@ctx.example")
        _ann, gone, old = self._create_customers(*emails)
        self._create_customers("theirs@ctx.example", company=self.other_company)
        consents = self.env["email.subscription.preference"]
        key = consents._address_key("email", "gone@ctx.example")
        consents._opt_out(self.company.id, "email", key, source="test")
        old.active = False
        campaign = self._create_campaign()
        hostile = campaign.with_user(self.user).with_context(
            active_test=False,
            allowed_company_ids=(self.company | self.other_company).ids,
            force_send=True,
            skip_suppression=True,
            mail_notrack=True,
            default_state="queued",
            uid=1,
        )
        with self.assertRaises(AccessError):
            hostile.action_send_now()
        both = (self.company | self.other_company).ids
        self.user.company_ids = [Command.set(both)]
        hostile.action_send_now()
        self._jobs("_prepare_recipients", campaign)._run()
        queued = campaign.recipient_ids.filtered(lambda row: row.state == "queued")
        sent_to = set(queued.mapped("email_address"))
        self.assertEqual(sent_to, {"anna@x.example", "ann@ctx.example"})
        self.assertEqual(self._states(campaign)[gone][0], "skipped")

    def test_the_content_sent_cannot_be_exchanged(self):
        campaign = self._create_campaign().with_user(self.user)
        for values in (
            {"sent_template_id": self.template.id},
            {"total_sent": 5},
            {"attributed_revenue": 5},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                campaign.write(values)


@tagged("post_install", "-at_install")
class TestCampaignArchive(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_customers("anna@x.example")

    def test_draft_and_completed_can_be_archived(self):
        campaign = self._create_campaign().with_user(self.user)
        campaign.action_archive()
        self.assertFalse(campaign.active)
        campaign.action_unarchive()
        campaign.sudo().status = "completed"
        campaign.action_archive()
        self.assertFalse(campaign.search([("id", "=", campaign.id)]))

    def test_busy_ones_cannot(self):
        for status in ("scheduled", "running", "paused"):
            campaign = self._create_campaign()
            campaign.sudo().status = status
            with self.subTest(status=status), self.assertRaises(ValidationError):
                campaign.with_user(self.user).action_archive()

    def test_an_archived_draft_is_not_sent(self):
        campaign = self._create_campaign(active=False)
        with self.assertRaisesRegex(ValidationError, "restore it"):
            campaign.with_user(self.user).action_send_now()

    def test_figures_of_an_archived_campaign_go_on(self):
        campaign = self._create_campaign()
        rows = self._send(campaign)
        self._mark(rows, state="sent")
        campaign._complete_if_done()
        campaign.action_archive()
        self._mark(rows, bounced_at=self._at())
        self.env["email.campaign"]._refresh_moving()
        self.assertEqual(campaign.total_bounced, 1)

    def test_what_was_started_cannot_be_deleted_even_when_cancelled(self):
        manager = self._create_user("mmk_manager", "marketing_base.group_manager")
        campaign = self._create_campaign()
        self._send(campaign)
        campaign.action_cancel()
        rows = campaign.recipient_ids
        self.assertTrue(rows)
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            campaign.with_user(manager).unlink()
        self.assertEqual(campaign.recipient_ids, rows)
        scheduled = self._create_campaign(scheduled_date=self._at(days=1))
        scheduled.action_schedule()
        with self.assertRaisesRegex(UserError, "back to draft"):
            scheduled.with_user(manager).unlink()
        scheduled.action_draft()
        scheduled.with_user(manager).unlink()
        self.assertFalse(scheduled.exists())


@tagged("post_install", "-at_install")
class TestCampaignCalendar(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_customers("anna@x.example")

    def test_date_is_the_planned_one_then_the_real_one(self):
        planned = self._at(days=2).replace(microsecond=0)
        campaign = self._create_campaign(scheduled_date=planned)
        self.assertEqual(campaign.planned_date, planned)
        campaign.action_schedule()
        campaign.action_send_now()
        self.assertEqual(campaign.planned_date, campaign.start_date)
        self.assertFalse(self._create_campaign().planned_date)

    def test_drag_moves_the_time(self):
        campaign = self._create_campaign(scheduled_date=self._at(days=2))
        campaign = campaign.with_user(self.user)
        campaign.action_schedule()
        target = self._at(days=5).replace(microsecond=0)
        campaign.write({"planned_date": target})
        self.assertEqual(campaign.scheduled_date, target)
        self.assertEqual(campaign.status, "scheduled")

    def test_drag_into_the_past(self):
        for status in ("draft", "scheduled"):
            date = self._at(days=2).replace(microsecond=0)
            campaign = self._create_campaign(scheduled_date=date)
            campaign.sudo().status = status
            with self.subTest(status=status):
                with self.assertRaisesRegex(UserError, "past"):
                    campaign.with_user(self.user).planned_date = self._at(days=-1)
                campaign.invalidate_recordset()
                self.assertEqual(campaign.scheduled_date, date)

    def test_a_started_campaign_stays(self):
        for status in ("running", "paused", "completed", "cancelled"):
            campaign = self._create_campaign(scheduled_date=self._at(days=2))
            campaign.sudo().status = status
            with self.subTest(status=status):
                with self.assertRaisesRegex(UserError, "stays where it is"):
                    campaign.with_user(self.user).planned_date = self._at(days=3)
        with self.assertRaisesRegex(UserError, "has started"):
            campaign.with_user(self.user).scheduled_date = self._at(days=3)

    def test_analyst_cannot_drag(self):
        campaign = self._create_campaign(scheduled_date=self._at(days=2))
        with self.assertRaises(AccessError):
            campaign.with_user(self.analyst).planned_date = self._at(days=3)

    def test_click_on_a_day_plans_for_that_day(self):
        date = self._at(days=3).replace(microsecond=0)
        campaigns = self.env["email.campaign"].with_user(self.user)
        form = Form(campaigns.with_context(default_planned_date=date))
        self.assertEqual(form.scheduled_date, date)
        form.name = "From the calendar"
        self.assertEqual(form.save().scheduled_date, date)

    def test_new_campaign_without_a_time(self):
        form = Form(self.env["email.campaign"].with_user(self.user))
        form.name = "Now"
        self.assertFalse(form.save().planned_date)

    def test_each_status_has_its_colour(self):
        field = self.env["email.campaign"]._fields["status"]
        campaign = self._create_campaign()
        colors = set()
        for status in dict(field.selection):
            campaign.sudo().status = status
            colors.add(campaign.status_color)
        self.assertEqual(len(colors), len(field.selection))

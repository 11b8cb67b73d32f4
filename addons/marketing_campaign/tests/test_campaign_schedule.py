from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestSchedule(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_customers("anna@x.example")

    def test_needs_a_time_in_the_future(self):
        campaign = self._create_campaign()
        with self.assertRaisesRegex(UserError, "when"):
            campaign.action_schedule()
        campaign.scheduled_date = self._at(minutes=-1)
        with self.assertRaisesRegex(UserError, "past"):
            campaign.action_schedule()
        self.assertEqual(campaign.status, "draft")

    def test_scheduled_campaign_cannot_be_moved_into_the_past(self):
        campaign = self._scheduled()
        with self.assertRaisesRegex(UserError, "past"):
            campaign.scheduled_date = self._at(minutes=-1)
        campaign.scheduled_date = self._at(days=3)

    def _scheduled(self):
        campaign = self._create_campaign(scheduled_date=self._at(hours=1))
        campaign.action_schedule()
        self.assertEqual(campaign.status, "scheduled")
        return campaign

    def _start(self, campaign, **delta):
        """What the cron does `delta` after the scheduled time."""
        with self._freeze_now(campaign.scheduled_date + timedelta(**delta)):
            self.env["email.campaign"]._cron_start_due()
            for job in self._jobs("_start_scheduled", campaign):
                job._run()

    def test_starts_when_due_not_before(self):
        campaign = self._scheduled()
        self._start(campaign, minutes=-1)
        self.assertEqual(campaign.status, "scheduled")
        self._start(campaign, minutes=1)
        self.assertEqual(campaign.status, "running")
        self.assertTrue(self._jobs("_prepare_recipients", campaign))

    def test_four_hours_late_still_starts(self):
        campaign = self._scheduled()
        self._start(campaign, hours=4)
        self.assertEqual(campaign.status, "running")

    def test_later_waits_for_a_person(self):
        campaign = self._scheduled()
        self._start(campaign, hours=4, seconds=1)
        self.assertEqual(campaign.status, "paused")
        self.assertIn("four hours", campaign.status_reason)
        self.assertFalse(self._jobs("_prepare_recipients", campaign))
        campaign.action_resume()
        self.assertEqual(campaign.status, "running")
        self.assertFalse(campaign.status_reason)
        self.assertTrue(self._jobs("_prepare_recipients", campaign))

    def test_what_broke_meanwhile_pauses_with_the_reason(self):
        campaign = self._scheduled()
        campaign.sudo().from_email = False
        self._start(campaign, minutes=1)
        self.assertEqual(campaign.status, "paused")
        self.assertIn("sender", campaign.status_reason)
        with self.assertRaises(UserError):
            campaign.action_resume()
        campaign.with_user(self.user).from_email = "anna@x.example"
        campaign.action_resume()
        self.assertEqual(campaign.status, "running")

    def test_one_broken_campaign_stops_no_other(self):
        broken, sound = self._scheduled(), self._scheduled()
        broken.sudo().from_email = False
        self._start(broken, minutes=1)
        with mute_logger("odoo.addons.marketing_queue"):
            self._start(sound, minutes=1)
        self.assertEqual((broken.status, sound.status), ("paused", "running"))

    def test_back_to_draft(self):
        campaign = self._scheduled()
        campaign.action_draft()
        self._start(campaign, minutes=1)
        self.assertEqual(campaign.status, "draft")

    def test_rescheduled_after_the_job_was_queued(self):
        campaign = self._scheduled()
        with self._freeze_now(campaign.scheduled_date + timedelta(minutes=1)):
            self.env["email.campaign"]._cron_start_due()
        campaign.scheduled_date = self._at(days=2)
        self._jobs("_start_scheduled", campaign)._run()
        self.assertEqual(campaign.status, "scheduled")

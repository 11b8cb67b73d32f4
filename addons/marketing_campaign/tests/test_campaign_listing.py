from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_queue import control

from ..models import email_campaign_listing
from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestListing(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        emails = [f"c{i}@x.example" for i in range(5)]
        cls.customers = cls._create_customers(*emails)
        # twins share an address, and strangers gave no consent
        cls.customers |= cls._create_customers("C1@x.example ", "c3@x.example", "")
        cls.customers |= cls._create_customers("s@x.example", "", consent=False)

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(email_campaign_listing, "PART_SIZE", 2))

    def _launch(self):
        campaign = self._create_campaign()
        campaign.action_send_now()
        return campaign

    def _list_part(self, campaign):
        [job] = self._jobs("_prepare_recipients", campaign)
        job._run()
        self.assertEqual(job.state, "done")

    def test_parts_add_up_to_what_is_listed_at_once(self):
        campaign = self._launch()
        for listed in range(1, 6):
            self.assertFalse(campaign.prepared_at)
            self._list_part(campaign)
            self.assertEqual(
                (campaign.listed_parts, campaign.audience_parts), (listed, 5)
            )
            self.assertEqual(campaign.audience_size, len(campaign.recipient_ids))
        self.assertTrue(campaign.prepared_at)
        self.assertFalse(self._jobs("_prepare_recipients", campaign))
        self.assertTrue(self._jobs("_pump_deliver", campaign))
        with patch.object(email_campaign_listing, "PART_SIZE", 1000):
            whole = self._launch()
            self._list_part(whole)
        self.assertTrue(whole.prepared_at)
        self.assertEqual(self._states(campaign), self._states(whole))
        self.assertEqual(campaign.recipient_ids.customer_id, self.customers)

    def _kill(self, job, times):
        """Processes that began the job and died: nothing but the attempt is left."""
        for _number in range(times):
            self.assertTrue(control.start(self.env.cr, job.id))
            self.env.cr.execute(
                "UPDATE marketing_job SET started_at = NULL WHERE id = %s", [job.id]
            )
        job.invalidate_recordset()

    def _execute(self, job):
        with self.enter_registry_test_mode():
            self.env["marketing.job"]._execute(job.id)
        job.invalidate_recordset()

    def test_a_listing_that_moves_on_is_not_given_up(self):
        campaign = self._launch()
        kills = 0
        while job := self._jobs("_prepare_recipients", campaign):
            self._kill(job, job.max_attempts - 1)
            kills += job.max_attempts - 1
            self._execute(job)
            self.assertEqual(job.state, "done")
        self.assertGreater(kills, 3 * job._default_max_attempts())
        self.assertTrue(campaign.prepared_at)
        self.assertEqual(campaign.recipient_ids.customer_id, self.customers)

    def test_a_part_that_kills_each_process_is_given_up(self):
        campaign = self._launch()
        self._list_part(campaign)
        [job] = self._jobs("_prepare_recipients", campaign)
        self._kill(job, job.max_attempts)
        with mute_logger("odoo.addons.marketing_queue.models.marketing_job_execution"):
            self._execute(job)
        self.assertEqual(job.state, "failed")
        self.assertIn("died", job.error)
        self._pause_unlisted(campaign)
        self.assertEqual(campaign.status, "paused")
        self.assertIn("could not be listed", campaign.status_reason)
        campaign.action_resume()
        self._pause_unlisted(campaign)
        self.assertEqual(campaign.status, "running", "it is tried again")
        while self._jobs("_prepare_recipients", campaign):
            self._list_part(campaign)
        self._pause_unlisted(campaign)
        self.assertEqual(campaign.status, "running")
        self.assertEqual(campaign.recipient_ids.customer_id, self.customers)

    def _pause_unlisted(self, campaign):
        self.env.flush_all()
        logger = "odoo.addons.marketing_delivery.models.email_campaign_delivery"
        with self.enter_registry_test_mode(), mute_logger(logger):
            self.env["marketing.job"]._pause_unlisted()
        campaign.invalidate_recordset()

    def test_nothing_is_sent_before_the_last_part(self):
        campaign = self._launch()
        self._list_part(campaign)
        queued = campaign.recipient_ids.filtered(lambda row: row.state == "queued")
        self.assertTrue(queued)
        with patch.object(type(campaign), "_pick_provider") as asked:
            self.assertIsNone(campaign._deliver())
        asked.assert_not_called()
        campaign._complete_if_done()
        self.assertEqual(campaign.status, "running")

    def test_a_listing_that_was_stopped_begins_anew(self):
        campaign = self._launch()
        self._list_part(campaign)
        self._list_part(campaign)
        self.assertTrue(campaign.recipient_ids)
        campaign.action_pause()
        self._list_part(campaign)
        self.assertEqual(campaign.listed_parts, 2, "a paused campaign lists nobody")
        anna = self._create_customers("anna@x.example", orders=9)
        campaign.segment_ids = self._create_segment("Few", [("order_count", "=", 9)])
        campaign.action_resume()
        self.assertFalse(campaign.recipient_ids)
        self.assertEqual((campaign.audience_size, campaign.listed_parts), (0, 0))
        self._list_part(campaign)
        self.assertEqual(campaign.recipient_ids.customer_id, anna)
        self.assertEqual(campaign.audience_size, 1)
        self.assertTrue(campaign.prepared_at)

    def test_a_job_that_still_waits_goes_on_from_where_the_campaign_is(self):
        """Paused and resumed before it began: it is shared, and skips nobody."""
        campaign = self._launch()
        self._list_part(campaign)
        campaign.action_pause()
        campaign.action_resume()
        while self._jobs("_prepare_recipients", campaign):
            self._list_part(campaign)
        self.assertEqual(campaign.recipient_ids.customer_id, self.customers)

    def test_people_do_not_move_the_listing(self):
        campaign = self._create_campaign()
        for values in ({"listed_parts": 3}, {"audience_parts": 1}):
            with self.assertRaises(AccessError):
                campaign.with_user(self.user).write(values)

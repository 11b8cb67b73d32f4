from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.email_campaign_lifecycle import TRANSITIONS
from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestTransitions(CampaignCase):
    def test_the_table_is_complete(self):
        statuses = set(dict(self.env["email.campaign"]._fields["status"].selection))
        self.assertEqual(set(TRANSITIONS), statuses)
        self.assertLessEqual(set().union(*TRANSITIONS.values()), statuses)

    def test_every_pair_follows_the_table(self):
        campaign = self._create_campaign()
        for source, ends in TRANSITIONS.items():
            for target in TRANSITIONS:
                with self.subTest(source=source, target=target):
                    campaign.sudo().status = source
                    if target in ends:
                        campaign._move(target)
                        self.assertEqual(campaign.status, target)
                    else:
                        with self.assertRaises(UserError):
                            campaign._move(target)
                        self.assertEqual(campaign.status, source)

    def test_change_is_logged_once(self):
        campaign = self._create_campaign().with_context(tracking_disable=False)
        self.flush_tracking()
        campaign._move("scheduled")
        self.flush_tracking()
        values = campaign.message_ids.tracking_value_ids
        self.assertEqual(
            [(v.old_value_char, v.new_value_char) for v in values],
            [("Draft", "Scheduled")],
        )

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()

    def test_message_of_the_second_sender(self):
        self._create_customers("anna@x.example")
        campaign = self._create_campaign()
        campaign.action_send_now()
        with self.assertRaisesRegex(UserError, "already being sent"):
            campaign.action_send_now()
        self.assertEqual(len(self._jobs("_prepare_recipients", campaign)), 1)

    def test_vanished_campaign(self):
        campaign = self._create_campaign()
        gone = campaign.browse(campaign.id)
        campaign.unlink()
        with self.assertRaises(UserError):
            gone._move("running")


@tagged("post_install", "-at_install")
class TestSend(CampaignCase):
    def test_what_is_missing_is_said(self):
        self._create_customers("anna@x.example")
        cases = (
            ({"segment_ids": False}, "segment"),
            ({"template_id": False}, "template"),
            ({"from_email": False}, "sender"),
        )
        for values, words in cases:
            with self.subTest(values=values):
                campaign = self._create_campaign(**values)
                with self.assertRaisesRegex(UserError, words):
                    campaign.action_send_now()
                self.assertEqual(campaign.status, "draft")

    def test_broken_subject_names_its_place(self):
        self._create_customers("anna@x.example")
        campaign = self._create_campaign(subject_line="Hi {{ unheard_of }}")
        with self.assertRaisesRegex(UserError, "unheard_of"):
            campaign.action_send_now()

    def test_empty_segment(self):
        campaign = self._create_campaign()
        with self.assertRaisesRegex(UserError, "Nobody is in the audience"):
            campaign.action_send_now()

    def test_nobody_sendable_lists_the_reasons(self):
        self._create_customers("anna@x.example", "ben@x.example", consent=False)
        self._create_customers("broken", consent=False)
        campaign = self._create_campaign()
        with self.assertRaisesRegex(UserError, "No consent: 2\n.*not valid: 1"):
            campaign.action_send_now()

    def test_send_lists_and_enqueues(self):
        anna = self._create_customers("anna@x.example")
        campaign = self._create_campaign()
        action = campaign.action_send_now()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(campaign.status, "running")
        self.assertTrue(campaign.start_date)
        self.assertFalse(campaign.recipient_ids, "rows come with the job")
        job = self._jobs("_prepare_recipients", campaign)
        self.assertEqual((job.kind, job.queue), ("transactional", "deliver"))
        job._run()
        self.assertEqual(self._states(campaign), {anna: ("queued", False)})
        self.assertTrue(campaign.prepared_at)
        self.assertEqual(campaign.audience_size, 1)
        self.assertEqual(campaign.total_recipients, 1)

    def test_later_edits_of_the_template_stay_out(self):
        self._create_customers("anna@x.example")
        campaign = self._create_campaign()
        campaign.action_send_now()
        self.template.write({"subject_template": "Changed", "html_content": "<p>x</p>"})
        links = campaign._get_renderer().compiled.links
        self.assertIn("https://elsewhere.example.org/", links)
        self.assertFalse(campaign.sent_template_id.active)

    def test_links_carry_utm_on_our_own_shop_only(self):
        self._create_customers("anna@x.example")
        campaign = self._create_campaign()
        campaign.action_send_now()
        links = self.env["marketing.link"].search([("campaign_id", "=", campaign.id)])
        urls = {link.position: link.url for link in links}
        self.assertEqual(
            urls,
            {
                0: "https://shop.example.com/autumn?utm_source=email"
                "&utm_medium=marketing&utm_campaign=autumn-2026",
                1: "https://elsewhere.example.org/",
            },
        )
        self.assertEqual(campaign.utm_campaign_id.name, "autumn-2026")

    def test_two_campaigns_of_one_name_have_two_utm_records(self):
        self._create_customers("anna@x.example")
        first, second = self._create_campaign(), self._create_campaign()
        first.action_send_now()
        second.action_send_now()
        self.assertEqual(first.utm_campaign_id.name, "autumn-2026")
        self.assertEqual(second.utm_campaign_id.name, f"autumn-2026-{second.id}")

    def test_a_utm_name_that_was_chosen_is_shared(self):
        self._create_customers("anna@x.example")
        first = self._create_campaign(utm_campaign="sale")
        second = self._create_campaign(utm_campaign="sale")
        first.action_send_now()
        second.action_send_now()
        self.assertEqual(first.utm_campaign_id, second.utm_campaign_id)


@tagged("post_install", "-at_install")
class TestPauseAndCancel(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(*(f"c{i}@x.example" for i in range(4)))

    def test_pause_before_the_recipients_are_listed(self):
        campaign = self._create_campaign()
        campaign.action_send_now()
        campaign.action_pause()
        self._jobs("_prepare_recipients", campaign)._run()
        self.assertFalse(campaign.recipient_ids)
        campaign.action_resume()
        self._jobs("_prepare_recipients", campaign)._run()
        self.assertEqual(len(campaign.recipient_ids), 4)
        self.assertEqual(campaign.status, "running")

    def test_resume_never_lists_again(self):
        campaign = self._create_campaign()
        rows = self._send(campaign)
        self._mark(rows[0], state="sent", sent_at=fields.Datetime.now())
        campaign.action_pause()
        self._create_customers("late@x.example")
        campaign.action_resume()
        self.assertFalse(self._jobs("_prepare_recipients", campaign))
        self.assertEqual(campaign.recipient_ids, rows)
        self.assertEqual(rows[0].state, "sent")

    def test_cancel_settles_what_is_queued_and_nothing_else(self):
        campaign = self._create_campaign()
        rows = self._send(campaign)
        self._mark(rows[0], state="sent", sent_at=fields.Datetime.now())
        self._mark(rows[1], state="submitting")
        campaign.action_cancel()
        self.assertTrue(campaign.end_date)
        self._jobs("_drop_queued", campaign)._run()
        self.assertEqual(
            rows.mapped("state"), ["sent", "submitting", "cancelled", "cancelled"]
        )
        self.assertEqual(rows[2].reason, "cancelled")
        self.assertEqual(campaign.total_cancelled, 2)

    def test_drop_leaves_a_running_campaign_alone(self):
        campaign = self._create_campaign()
        rows = self._send(campaign)
        self.env["email.campaign"]._drop_queued(campaign.id)
        self.assertEqual(set(rows.mapped("state")), {"queued"})

    def test_cancelled_before_listing(self):
        campaign = self._create_campaign()
        campaign.action_send_now()
        campaign.action_cancel()
        self._jobs("_prepare_recipients", campaign)._run()
        self.assertFalse(campaign.recipient_ids)
        with self.assertRaises(UserError):
            campaign.action_resume()

    def test_listing_twice_adds_nobody_twice(self):
        campaign = self._create_campaign()
        rows = self._send(campaign)
        campaign.sudo().prepared_at = False
        self._create_customers("late@x.example")
        self.env["email.campaign"]._prepare_recipients(campaign.id)
        self.assertEqual(len(campaign.recipient_ids), 5)
        self.assertLessEqual(rows, campaign.recipient_ids)

    def test_not_done_before_the_recipients_are_listed(self):
        campaign = self._create_campaign()
        campaign.action_send_now()
        campaign._complete_if_done()
        self.assertEqual(campaign.status, "running")

    def test_nobody_left_when_sending_starts_completes(self):
        campaign = self._create_campaign()
        campaign.action_send_now()
        self.env["email.subscription.preference"].search(
            [("company_id", "=", self.company.id)]
        ).sudo().write({"is_subscribed": False})
        self._jobs("_prepare_recipients", campaign)._run()
        self.assertEqual(campaign.status, "completed")
        self.assertEqual(campaign.total_skipped, 4)

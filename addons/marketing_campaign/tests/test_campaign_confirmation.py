from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.marketing_delivery.sender import allowance

from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestConfirmation(CampaignCase):
    """What the dialog behind “Send now” says is what is going to happen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(*(f"c{i}@x.example" for i in range(3)))
        cls._create_customers("stranger@x.example", consent=False)
        cls.provider._mark_up()

    def _ask(self, campaign):
        action = campaign.with_user(self.user).action_confirm_send()
        self.assertEqual(campaign.status, "draft", "asking sends nothing")
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        return wizard.with_user(self.user)

    def test_who_by_which_way_and_when(self):
        wizard = self._ask(self._create_campaign())
        self.assertIn("3 customers", wizard.headline)
        self.assertIn("Autumn 2026", wizard.headline)
        self.assertEqual(wizard.left_out, "No consent: 1")
        self.assertEqual(wizard.channel_name, "Email")
        self.assertEqual(wizard.provider_names, "Sink")
        self.assertEqual(wizard.timing, "Now.")
        self.assertFalse(wizard.cost)
        self.assertIn("No test has been sent.", wizard.warnings)

    def test_sending_from_the_dialog(self):
        campaign = self._create_campaign()
        self._ask(campaign).action_send()
        self.assertEqual(campaign.status, "running")
        self._jobs("_prepare_recipients", campaign)._run()
        queued = campaign.recipient_ids.filtered(lambda row: row.state == "queued")
        self.assertEqual(queued.customer_id, self.customers)

    def test_one_customer_and_a_price(self):
        self.customers[1:].email = False
        self.provider.write(
            {"cost_per_message": 0.5, "currency_id": self.company.currency_id.id}
        )
        wizard = self._ask(self._create_campaign())
        self.assertIn("One customer", wizard.headline)
        self.assertIn("0.50", wizard.cost)
        self.assertIn("No consent: 1", wizard.left_out)

    def test_several_providers(self):
        mailbox = self.env["delivery.mailbox"].search([], limit=1)
        self.provider.copy({"name": "Second"})
        self.provider.copy(
            {"name": "Special", "mailbox_ids": [Command.set(mailbox.ids)]}
        )
        names = self._ask(self._create_campaign()).provider_names
        self.assertEqual(
            names, f"Special for {mailbox.name}; Sink; when it cannot: Second"
        )
        chosen = self._create_campaign(provider_id=self.provider.id)
        self.assertEqual(self._ask(chosen).provider_names, "Sink")

    def test_quiet_hours_and_a_time_that_was_chosen(self):
        self.company.write(
            {
                "marketing_quiet_hours": True,
                "marketing_quiet_start": 22.0,
                "marketing_quiet_end": 6.0,
            }
        )
        campaign = self._create_campaign(scheduled_date=self._at(days=2))
        now, quiet = self._ask(campaign).timing.splitlines()
        self.assertRegex(now, "^Now, and not at the chosen time, .+")
        self.assertRegex(quiet, "between .*10:00.* and .*6:00.* waits until .*6:00")
        notice = self._create_campaign(is_transactional=True)
        self.assertEqual(self._ask(notice).timing, "Now.", "they have no quiet hours")
        spread = self._create_campaign(spread_hours=True)
        self.assertIn("24 hours", self._ask(spread).timing)

    def test_sending_hours(self):
        campaign = self._create_campaign(
            use_send_window=True, window_start=9, window_end=18, sat=True, sun=True
        )
        timing = self._ask(campaign).timing
        self.assertRegex(timing, "every day from 9:00.* to 6:00")

    def test_a_daily_limit_that_not_all_pass(self):
        campaign = self._create_campaign()
        self.provider.cap_per_day = 3
        self.assertEqual(self._ask(campaign).timing, "Now.")
        pools = campaign._get_pools(self.provider)
        allowance.prepare(self.env.cr, pools)
        allowance.take(self.env.cr, pools, 1)
        self.assertIn("limit of Sink lets 2 leave today", self._ask(campaign).timing)
        self.provider.copy({"name": "Second", "cap_per_day": 1})
        self.assertEqual(self._ask(campaign).timing, "Now.", "the other one goes on")
        self.company.marketing_daily_limit = 2
        self.assertIn("limit of Shop A lets 1 leave", self._ask(campaign).timing)

    def test_what_cannot_be_sent_is_said_at_once(self):
        campaign = self._create_campaign(template_id=False)
        with self.assertRaisesRegex(UserError, "Choose a template"):
            campaign.with_user(self.user).action_confirm_send()
        dialogs = self.env["email.campaign.confirmation"]
        self.assertFalse(dialogs.search([("campaign_id", "=", campaign.id)]))

    def test_who_may_not(self):
        campaign = self._create_campaign()
        with self.assertRaises(AccessError):
            campaign.with_user(self.analyst).action_confirm_send()
        wizard = self._ask(campaign)
        stranger = self._create_user(
            "mmk_stranger", "marketing_base.group_user", self.other_company
        )
        for user in (stranger, self.analyst):
            with self.assertRaises(AccessError):
                wizard.with_user(user).action_send()
        self.assertEqual(campaign.status, "draft")

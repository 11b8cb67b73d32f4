from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, warmup

from odoo.addons.marketing_delivery.sender.adapter import ACCEPTED

from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestChecklist(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers("anna@x.example", "ben@x.example")
        cls.provider._mark_up()

    def _levels(self, campaign):
        return {check["key"]: check["level"] for check in campaign.get_checklist()}

    def _find(self, campaign, key):
        (check,) = [c for c in campaign.get_checklist() if c["key"] == key]
        return check

    def test_a_campaign_with_nothing_to_remark(self):
        self.company.marketing_holdout_percent = 5
        self.provider.cost_per_message = 0.01
        self.template.html_content = """<p>Soup is back.
            <a href="https://www.odoo.com/soup">See the soups</a></p>
            <p><span data-mm-tag="company_address"></span></p>
            <p><a href="mm://unsubscribe">Unsubscribe</a></p>"""
        campaign = self._create_campaign(
            subject_line="News",
            preview_text="Warm soup",
            budget=1,
            scheduled_date=self._at(days=1),
        )
        self._report_test(campaign)
        campaign = campaign.with_user(self.user)
        remarks = [c for c in campaign.get_checklist() if c["level"] != "ok"]
        self.assertEqual(remarks, [])
        campaign.action_schedule()

    def _report_test(self, campaign):
        fingerprint = campaign._get_fingerprint(("content", "sender"))
        campaign._report_tests([("a@x.example", ACCEPTED, "")], fingerprint)

    def test_what_blocks_comes_first_and_is_what_the_buttons_say(self):
        campaign = self._create_campaign(template_id=False, from_email=False)
        checks = campaign.get_checklist()
        blocking = [check for check in checks if check["level"] == "blocking"]
        self.assertEqual(checks[: len(blocking)], blocking)
        self.assertEqual({c["key"] for c in blocking}, {"template", "sender"})
        with self.assertRaises(UserError) as caught:
            campaign.with_user(self.user).action_send_now()
        for check in blocking:
            self.assertIn(check["text"], str(caught.exception))

    def test_no_segment(self):
        campaign = self._create_campaign(segment_ids=False)
        check = self._find(campaign, "audience")
        self.assertEqual(check["level"], "blocking")
        self.assertEqual(check["place"], {"field": "segment_ids"})

    def test_number_of_recipients(self):
        self.assertIn("2", self._find(self._create_campaign(), "audience")["text"])

    def test_most_have_refused(self):
        self.assertNotIn("refusals", self._levels(self._create_campaign()))
        self._create_customers("c@x.example", "d@x.example", consent=False)
        check = self._find(self._create_campaign(), "refusals")
        self.assertEqual(check["level"], "warning")
        self.assertIn("50 %", check["text"])

    def test_exclusion(self):
        few = self._create_segment("Few", [("order_count", ">=", 5)])
        campaign = self._create_campaign(exclude_segment_ids=[Command.set(few.ids)])
        self.assertNotIn("exclusion", self._levels(campaign))
        self._create_customers("e@x.example", orders=6)
        check = self._find(campaign, "exclusion")
        self.assertEqual((check["level"], "1" in check["text"]), ("ok", True))
        estimate = campaign._estimate_audience()
        self.assertEqual((estimate["excluded"], estimate["audience"]), (1, 2))
        self._create_customers(*(f"f{i}@x.example" for i in range(9)), orders=6)
        self.assertEqual(self._levels(campaign)["exclusion"], "warning")

    def test_exclusion_of_everybody(self):
        everybody = self._create_segment("All", [("order_count", ">=", 0)])
        campaign = self._create_campaign(
            exclude_segment_ids=[Command.set(everybody.ids)]
        )
        check = self._find(campaign, "audience")
        self.assertEqual(check["level"], "blocking")
        self.assertIn("all 2 customers", check["text"])
        with self.assertRaisesRegex(UserError, "Leave Out"):
            campaign.action_send_now()

    def test_sender(self):
        campaign = self._create_campaign(from_email="shop@gmail.com")
        check = self._find(campaign, "sender")
        self.assertEqual(check["level"], "warning")
        self.assertIn("gmail.com", check["text"])
        self.company.marketing_postal_address = False
        self.assertEqual(self._levels(campaign)["postal"], "warning")

    def test_provider(self):
        campaign = self._create_campaign()
        self.assertEqual(self._levels(campaign)["provider"], "ok")
        self.provider.state = "untested"
        self.assertIn("Test connection", self._find(campaign, "provider")["fix"])
        self.provider._mark_down("refused")
        check = self._find(campaign, "provider")
        self.assertEqual((check["level"], check["key"]), ("warning", "provider"))
        self.assertIn("refused", check["text"])
        self.env["delivery.provider"].search([]).active = False
        self.assertEqual(self._levels(campaign)["provider"], "blocking")

    def test_remarks_on_the_content(self):
        campaign = self._create_campaign(subject_line="x" * 61, preview_text="y")
        self.assertEqual(self._levels(campaign)["long_subject"], "warning")
        self.assertNotIn("missing_preview", self._levels(campaign))
        campaign.write({"subject_line": "x", "preview_text": False})
        self.assertNotIn("long_subject", self._levels(campaign))
        self.assertEqual(self._levels(campaign)["missing_preview"], "warning")

    def test_marketing_mail_without_unsubscribe_is_refused(self):
        notice = self.template.copy({"template_type": "notification"})
        campaign = self._create_campaign(template_id=notice.id)
        self.assertEqual(self._levels(campaign)["unsubscribe"], "blocking")
        with self.assertRaisesRegex(UserError, "unsubscribe"):
            campaign.action_send_now()
        campaign.is_transactional = True
        self.assertNotIn("unsubscribe", self._levels(campaign))

    def test_one_tick_makes_no_marketing_transactional(self):
        campaign = self._create_campaign(
            is_transactional=True, template_id=self.template.id
        )
        self.assertEqual(self._levels(campaign)["transactional"], "blocking")
        with self.assertRaisesRegex(UserError, "template is for marketing"):
            campaign.action_send_now()
        for kind in ("transactional", "notification", "system"):
            campaign.template_id = self.template.copy({"template_type": kind})
            self.assertNotIn("transactional", self._levels(campaign))

    def test_broken_template(self):
        campaign = self._create_campaign(subject_line="Hi {{ unheard_of }}")
        check = self._find(campaign, "template")
        self.assertEqual(check["level"], "blocking")
        self.assertEqual(check["place"]["id"], self.template.id)

    def test_words_of_a_creative_are_not_missed_in_customers(self):
        creative = self.env["email.creative"].create(
            {"headline": "Soup", "company_id": self.company.id}
        )
        self.template.html_content = '<p><span data-mm-tag="headline"></span></p>'
        campaign = self._create_campaign()
        check = self._find(campaign, "template")
        self.assertEqual(check["level"], "blocking")
        self.assertIn("choose one or several", check["text"])
        campaign.creative_ids = creative
        self.assertNotIn("blocking", self._levels(campaign).values())
        self.assertNotIn("empty_tag", self._levels(campaign))

    def test_past_time_blocks_scheduling_only(self):
        campaign = self._create_campaign(scheduled_date=self._at(minutes=-1))
        self.assertEqual(self._levels(campaign)["schedule"], "blocking")
        with self.assertRaisesRegex(UserError, "past"):
            campaign.action_schedule()
        campaign.action_send_now()

    def test_holdout(self):
        campaign = self._create_campaign()
        self.assertEqual(self._levels(campaign)["holdout"], "warning")
        campaign.is_transactional = True
        self.assertNotIn("holdout", self._levels(campaign))

    def test_budget(self):
        campaign = self._create_campaign(budget=1)
        self.assertEqual(self._levels(campaign)["budget"], "warning")
        self.provider.cost_per_message = 0.5
        self.assertEqual(self._levels(campaign)["budget"], "ok")
        self.provider.cost_per_message = 0.51
        self.assertEqual(self._levels(campaign)["budget"], "blocking")
        with self.assertRaisesRegex(UserError, "more than the budget"):
            campaign.action_send_now()

    def test_test_mail(self):
        campaign = self._create_campaign()
        self.assertIn("No test", self._find(campaign, "test")["text"])
        campaign._report_tests([("a@x.example", "down", "")], "x")
        self.assertEqual(self._levels(campaign)["test"], "warning", "it never came")
        self._report_test(campaign)
        self.assertEqual(self._levels(campaign)["test"], "ok")
        campaign.exclude_segment_ids = self._create_segment("Few", [])
        self.assertEqual(self._levels(campaign)["test"], "ok", "same mail")
        self.template.preview_text = "Changed"
        self.assertIn("changed", self._find(campaign, "test")["text"])

    def test_a_test_that_is_on_its_way(self):
        campaign = self._create_campaign()
        other = self._create_campaign()
        job = campaign._enqueue_test(self.customers[0], ["me@x.example"])
        campaign.invalidate_recordset()
        self.assertTrue(campaign.with_user(self.user).is_testing)
        self.assertFalse(other.with_user(self.user).is_testing)
        self.assertIn("on its way", self._find(campaign, "test")["text"])
        self._report_test(campaign)
        job.sudo().state = "done"
        campaign.invalidate_recordset()
        self.assertFalse(campaign.with_user(self.user).is_testing)
        self.assertEqual(self._levels(campaign)["test"], "ok")

    def test_approval(self):
        campaign = self._create_campaign()
        self.assertNotIn("approval", self._levels(campaign))
        self.company.marketing_approval = True
        self.assertEqual(self._levels(campaign)["approval"], "blocking")
        manager = self._create_user("mmk_manager", "marketing_base.group_manager")
        campaign.with_user(self.user).action_request_approval()
        campaign.with_user(manager).action_approve()
        self.assertIn("mmk_manager", self._find(campaign, "approval")["text"])

    def test_everybody_who_reads_the_campaign_reads_the_list(self):
        campaign = self._create_campaign()
        for user in (self.user, self.analyst):
            self.assertTrue(campaign.with_user(user).get_checklist())
        stranger = self._create_user(
            "mmk_stranger", "marketing_base.group_user", self.other_company
        )
        theirs = campaign.with_user(stranger).with_context(allowed_company_ids=None)
        with self.assertRaises(AccessError):
            theirs.get_checklist()

    @warmup
    def test_the_list_costs_the_same_for_any_audience(self):
        few = self._create_segment("Few", [("order_count", ">=", 5)])
        campaign = self._create_campaign(
            exclude_segment_ids=[Command.set(few.ids)],
            scheduled_date=fields.Datetime.add(fields.Datetime.now(), days=1),
            budget=1,
        )
        self._create_customers(*(f"n{i}@x.example" for i in range(50)))
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            campaign.get_checklist()

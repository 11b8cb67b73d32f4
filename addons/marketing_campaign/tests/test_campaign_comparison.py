from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestCampaignComparison(CampaignCase):
    def _create_sent(self, name, delivered, clicked, **totals):
        campaign = self._create_campaign(name=name)
        values = {
            "total_sent": delivered + 10,
            "total_delivered": delivered,
            "total_clicked": clicked,
            "start_date": fields.Datetime.now(),
            **totals,
        }
        campaign.sudo().write(values)
        campaign.flush_recordset()
        return campaign

    def _compare(self, campaigns, user=None):
        action = campaigns.with_user(user or self.analyst).action_compare()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_number_of_campaigns(self):
        one = self._create_sent("One", 100, 5)
        with self.assertRaisesRegex(UserError, "1 are"):
            one.action_compare()
        five = one
        for number in range(4):
            five |= self._create_sent(f"More {number}", 100, 5)
        with self.assertRaisesRegex(UserError, "5 are"):
            five.action_compare()
        self.assertEqual(len(self._compare(five[:4]).campaign_ids), 4)

    def test_one_company(self):
        env = self.env(
            context={
                **self.env.context,
                "allowed_company_ids": (self.company | self.other_company).ids,
            }
        )
        foreign = self.env["email.campaign"].create(
            {"name": "Foreign", "company_id": self.other_company.id}
        )
        both = self._create_sent("One", 100, 5) | foreign
        with self.assertRaisesRegex(UserError, "Shop A, Shop B"):
            both.with_env(env).action_compare()

    def test_nothing_delivered(self):
        both = self._create_sent("One", 100, 5) | self._create_campaign(name="Empty")
        with self.assertRaisesRegex(UserError, "Empty"):
            both.action_compare()

    def test_difference_is_shown(self):
        both = self._create_sent("Low", 5000, 200) | self._create_sent(
            "High", 5000, 300
        )
        values = self._compare(both)._prepare_values()
        self.assertIn(
            "“High” was clicked more often than “Low”", values["sentences"][0]
        )
        self.assertFalse(values["is_experiment"])
        clicks = values["rows"][2]["cells"]
        self.assertEqual([cell["value"] for cell in clicks], ["4.0 %", "6.0 %"])
        self.assertEqual(clicks[0]["note"], "200 of 5,000; 3.5 to 4.6 %")
        self.assertFalse(clicks[0]["difference"])
        self.assertEqual(clicks[1]["difference"], "+2.0 (+1.1 to +2.9)")
        self.assertTrue(clicks[1]["is_shown"])

    def test_difference_is_not_shown(self):
        both = self._create_sent("One", 100, 5) | self._create_sent("Two", 100, 6)
        values = self._compare(both)._prepare_values()
        self.assertIn("No difference in clicks shown", values["sentences"][0])
        self.assertFalse(values["rows"][2]["cells"][1]["is_shown"])

    def test_page_warns_and_escapes(self):
        both = self._create_sent("<b>One</b>", 100, 5) | self._create_sent("Two", 9, 9)
        html = self._compare(both).table
        self.assertIn("Not an experiment", html)
        self.assertIn("&lt;b&gt;One&lt;/b&gt;", html)

    def test_more_clicks_than_delivered(self):
        """A message may be clicked and bounce afterwards."""
        both = self._create_sent("One", 5, 7) | self._create_sent("Two", 5, 1)
        values = self._compare(both)._prepare_values()
        self.assertEqual(values["rows"][2]["cells"][0]["value"], "100.0 %")

    def test_money_is_a_ratio_of_sums(self):
        both = self._create_sent("One", 100, 5) | self._create_sent("Two", 200, 5)
        both.flush_recordset()
        self.env.cr.execute(
            "UPDATE email_campaign SET attributed_revenue = 50 WHERE id = ANY(%s)",
            [both.ids],
        )
        self.env.invalidate_all()
        row = self._compare(both)._prepare_values()["rows"][-1]
        self.assertIn("500.00", row["cells"][0]["value"])
        self.assertIn("250.00", row["cells"][1]["value"])

    def test_access(self):
        stranger = self._create_user(
            "mmx_stranger", "marketing_base.group_manager", self.other_company
        )
        both = self._create_sent("One", 100, 5) | self._create_sent("Two", 100, 6)
        foreign = both.with_user(stranger).with_context(
            allowed_company_ids=self.other_company.ids
        )
        with self.assertRaises(AccessError):
            foreign.action_compare()
        mine = self._compare(both, self.user)
        with self.assertRaises(AccessError):
            mine.with_user(self.analyst).read(["table"])

from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.marketing_campaign.tests.campaign_common import CampaignCase
from odoo.addons.marketing_delivery.sender.gate import judge

from ..sample_marks import DOMAIN

MADE_UP = f"ann.abel@{DOMAIN}"


class TestSampleAddresses(CampaignCase):
    """Nothing is ever sent to a made-up address, whatever consent it was given."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(MADE_UP, "real@shop.example.com")

    def gate(self, rows):
        self.env.flush_all()
        questions = self.env["campaign.recipient"]._gate_sql()
        found = judge(self.env.cr, questions, rows.ids)
        return {row_id: reason for row_id, (reason, _not_before) in found.items()}

    def test_a_subscribed_made_up_address_is_left_out(self):
        campaign = self._create_campaign()
        self._send(campaign)
        states = self._states(campaign)
        made_up, real = self.customers
        self.assertEqual(states[made_up], ("skipped", "sample_address"))
        self.assertEqual(states[real], ("queued", False))
        row = campaign.recipient_ids.filtered(lambda row: row.customer_id == made_up)
        self.assertIn("Sample customer", row.reason_label)

    def test_the_gate_refuses_it_in_every_spelling(self):
        campaign = self._create_campaign()
        rows = self._send(campaign)
        real = rows.filtered(lambda row: row.state == "queued")
        for spelling in (MADE_UP, MADE_UP.upper(), f" {MADE_UP} "):
            self._mark(real, email_address=spelling)
            self.assertEqual(self.gate(real), {real.id: "sample_address"}, spelling)
        self._mark(real, email_address="ann@not-sample-customers.example.com")
        self.assertNotIn("sample_address", self.gate(real).values())

    def test_a_transactional_message_is_refused_too(self):
        campaign = self._create_campaign(is_transactional=True)
        rows = self._send(campaign)
        made_up, real = self.customers
        verdicts = {
            row.customer_id: self.gate(rows)[row.id]
            for row in rows.filtered(lambda row: row.state == "queued")
        }
        self.assertEqual(verdicts[made_up], "sample_address")
        self.assertIsNone(verdicts[real])

    def test_existing_customers_are_no_way_around(self):
        self.preferences = self.env["email.subscription.preference"]
        self.preferences.search([]).write({"is_subscribed": False})
        self.company.marketing_similar_products = True
        made_up = self.customers[0]
        order = self.env["sale.order"].create(
            {"company_id": self.company.id, "partner_id": made_up.id}
        )
        order.action_confirm()
        self.env.flush_all()
        address = SQL("%s::text", f"new.{MADE_UP}")
        refusal = self.preferences._refusal_sql(
            company=SQL("%s::int", self.company.id),
            channel=SQL("'email'"),
            address_key=self.preferences._address_key_sql("email", address),
            email=address,
            partner=SQL("%s::int", made_up.id),
        )
        ((reason,),) = self.env.execute_query(SQL("SELECT %s", refusal))
        self.assertEqual(reason, "sample_address")

    def test_a_test_is_not_sent_there_either(self):
        campaign = self._create_campaign()
        wizard = self.env["email.campaign.test"].create(
            {"campaign_id": campaign.id, "addresses": f"me@x.example, {MADE_UP}"}
        )
        with self.assertRaisesRegex(UserError, "sample data"):
            wizard.action_send()
        self.assertFalse(self._jobs("_pump_send_test", campaign))
        wizard.addresses = "me@x.example"
        wizard.action_send()
        self.assertTrue(self._jobs("_pump_send_test", campaign))

    def test_a_segment_counts_it_as_not_sendable(self):
        self.segment.action_refresh()
        self.assertEqual(self.segment.refusal_summary.get("sample_address"), 1)
        self.assertIn("Sample customer", self.segment.live_refusals)

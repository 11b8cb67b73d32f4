from odoo.tests import HttpCase, tagged

from odoo.addons.marketing_base.tests.canaries import CANARY, CanaryMixin

from .tracking_common import TrackingMixin


@tagged("post_install", "-at_install")
class TestDeliveryMasking(CanaryMixin, TrackingMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"name": "Kanari kanari", "email": "k@kanari.example"})
        cls.recipient.write(
            {
                "email_address": "kanari@kanari.example",
                "reason_detail": "kanari refused",
                "bounce_reason": "kanari unknown",
            }
        )
        link = cls.env["marketing.link"].search([], limit=1)
        click = cls.env["delivery.click"].create(
            {
                "recipient_id": cls.recipient.id,
                "campaign_id": cls.campaign.id,
                "customer_id": cls.customer.id,
                "company_id": cls.company.id,
                "link_id": link.id,
                "source_id": "t",
                "event_id": "t",
                "clicked_at": "2026-03-02 10:00:00",
                "verdict": "human",
            }
        )
        cls.env.flush_all()
        cls.records = (cls.recipient, click)
        cls.analyst = cls._make_user("mmd_masked", "marketing_base.group_analyst")
        cls.user = cls._make_user("mmd_plain", "marketing_base.group_user")

    def test_an_analyst_reads_no_planted_word_in_any_way(self):
        for records in self.records:
            with self.subTest(model=records._name):
                text = self.collect(records._name, self.analyst, records.ids)
                self.assertNotIn(CANARY, text.lower())

    def test_a_marketing_user_reads_them(self):
        for records in self.records:
            with self.subTest(model=records._name):
                text = self.collect(records._name, self.user, records.ids)
                self.assertIn(CANARY, text.lower())

    def test_an_analyst_cannot_ask_for_them(self):
        for records in self.records:
            domains = [
                [("customer_id", "ilike", CANARY)],
                [("customer_id.email", "ilike", CANARY)],
                [("display_name", "ilike", CANARY)],
            ]
            if "email_address" in records._fields:
                domains.append([("email_address", "ilike", CANARY)])
            self.assert_no_oracle(records._name, self.analyst, records.ids, domains)

from odoo.addons.marketing_base.events import insert_events
from odoo.addons.marketing_base.masking import mask_address

from .canaries import CANARY, CanaryMixin
from .common import MarketingCase

ADDRESS = "kanari.local@kanaridomain.example"
ORACLES = (
    [("email_address", "=", ADDRESS)],
    [("email_address", "ilike", CANARY)],
    [("partner_id.email", "ilike", CANARY)],
    [("partner_id.name", "ilike", CANARY)],
    [("partner_id", "ilike", CANARY)],
    [("display_name", "ilike", CANARY)],
    [("customer_id", "ilike", CANARY)],
    [("customer_id.name", "ilike", CANARY)],
)


class TestMasking(CanaryMixin, MarketingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create(
            {"name": "Kanari kanari", "email": ADDRESS, "phone": "+32470kanari"}
        )
        cls.preference = cls.preferences._opt_in(
            cls.company_a, ADDRESS, partner=cls.partner, source="form", ip="203.0.113.9"
        )
        cls.preferences._opt_out(
            cls.company_a.id,
            "email",
            cls.preference.address_key,
            reason="kanari reason",
            source="one_click",
        )
        insert_events(cls.env.cr, [cls.new_event(cls, "m", partner_id=cls.partner.id)])
        cls.env.flush_all()
        history = cls.env["email.subscription.history"].search(
            [("address_key", "=", cls.preference.address_key)]
        )
        event = cls.env["marketing.event"].search([("event_id", "=", "m")])
        cls.records = (cls.preference, history, event)

    def test_an_analyst_reads_no_planted_word_in_any_way(self):
        for records in self.records:
            with self.subTest(model=records._name):
                text = self.collect(records._name, self.users["analyst"], records.ids)
                self.assertTrue(text)
                self.assertNotIn(CANARY, text.lower())
                self.assertNotIn("203.0.113", text)

    def test_a_marketing_user_reads_them(self):
        for records in self.records:
            with self.subTest(model=records._name):
                text = self.collect(records._name, self.users["user"], records.ids)
                self.assertIn(CANARY, text.lower(), "the test looks where they are")

    def test_an_analyst_cannot_ask_for_them(self):
        for records in self.records:
            domains = [d for d in ORACLES if self.has_path(records, d[0][0])]
            self.assert_no_oracle(
                records._name, self.users["analyst"], records.ids, domains
            )

    def has_path(self, records, path):
        return path.split(".")[0] in records._fields

    def test_the_masked_address(self):
        analyst = self.users["analyst"]
        seen = self.preference.with_user(analyst)
        self.assertEqual(seen.display_name, "k•••@k•••.example")
        self.assertEqual(self.preference.display_name, ADDRESS)
        self.assertEqual(mask_address("sms", "+32470123456"), "•••56")
        self.assertEqual(mask_address("sms", "123"), "•••")
        self.assertEqual(mask_address("push", "token-of-a-browser"), "•••")
        self.assertEqual(mask_address("email", None), "•••")

    def test_contacts_give_an_analyst_nothing_of_ours(self):
        fields = self.partner.with_user(self.users["analyst"]).fields_get()
        self.assertFalse(
            {"marketing_preference_ids", "marketing_history_ids", "marketing_consent"}
            & set(fields)
        )

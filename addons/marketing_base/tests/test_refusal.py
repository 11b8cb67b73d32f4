from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from .common import MarketingCase


class TestRefusal(MarketingCase):
    def setUp(self):
        super().setUp()
        self.partner = self.env["res.partner"].create(
            {"name": "Ann", "email": "ann@example.com"}
        )

    def order(self, days_ago, **values):
        values.setdefault("company_id", self.company_a.id)
        order = self.env["sale.order"].create({"partner_id": self.partner.id, **values})
        self.env.flush_all()
        moment = fields.Datetime.now() - timedelta(days=days_ago)
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'sale', date_order = %s WHERE id = %s",
            [moment, order.id],
        )
        return order

    def why(self, **values):
        return self.refusal("ann@example.com", partner=self.partner, **values)

    def test_no_row_means_not_sendable(self):
        self.assertEqual(self.why(), "no_consent")

    def test_consent_of_this_company_only(self):
        self.preferences._opt_in(self.company_a, "ann@example.com", source="test")
        self.assertIsNone(self.why())
        self.assertIsNone(self.refusal(" ANN@example.com"), "one address, any spelling")
        self.assertEqual(self.why(company=self.company_b), "no_consent")

    def test_consent_of_this_channel_only(self):
        self.preferences._opt_in(
            self.company_a, "+32470123456", channel="sms", source="test"
        )
        self.assertIsNone(self.refusal("+32470123456", channel="sms"))
        self.assertEqual(self.why(), "no_consent")

    def test_objection_wins_over_blacklist_and_customer_relation(self):
        self.company_a.marketing_similar_products = True
        self.order(1)
        self.assertIsNone(self.why())
        key = self.preferences._address_key("email", "ann@example.com")
        self.preferences._opt_out(self.company_a.id, "email", key, source="test")
        self.assertEqual(self.why(), "unsubscribed")
        self.env["mail.blacklist"]._add("ann@example.com")
        self.assertEqual(self.why(), "unsubscribed")

    def test_blacklist_wins_over_consent(self):
        self.preferences._opt_in(self.company_a, "ann@example.com", source="test")
        entry = self.env["mail.blacklist"]._add("Ann@Example.com")
        self.assertEqual(self.why(), "blacklisted")
        entry.action_archive()
        self.assertIsNone(self.why())

    def test_phone_blacklist(self):
        number = "+32470123456"
        self.preferences._opt_in(self.company_a, number, channel="sms", source="test")
        self.env["phone.blacklist"].add(number)
        self.assertEqual(self.refusal(number, channel="sms"), "blacklisted")

    def test_invalid_address_is_never_sendable(self):
        self.company_a.marketing_similar_products = True
        self.order(1)
        for address in (
            "",
            "ann",
            "ann@example.com, bob@example.com",
            "änn@example.com",
        ):
            self.assertEqual(self.refusal(address, partner=self.partner), "no_consent")

    def test_similar_products_needs_the_setting_and_a_recent_order(self):
        self.order(1)
        self.assertEqual(self.why(), "no_consent", "off by default")
        self.company_a.marketing_similar_products = True
        self.assertIsNone(self.why())
        self.assertEqual(self.refusal("ann@example.com"), "no_consent", "no customer")
        self.assertEqual(self.why(channel="push"), "no_consent")

    def test_similar_products_ends_after_24_months(self):
        self.company_a.marketing_similar_products = True
        self.order(24 * 31)
        self.assertEqual(self.why(), "no_consent")
        self.order(23 * 30)
        self.assertIsNone(self.why())

    def test_similar_products_ignores_quotations_and_other_companies(self):
        self.company_a.marketing_similar_products = True
        self.company_b.marketing_similar_products = True
        self.env["sale.order"].create(
            {"partner_id": self.partner.id, "company_id": self.company_a.id}
        )
        self.assertEqual(self.why(), "no_consent")
        self.order(1, company_id=self.company_b.id)
        self.assertEqual(self.why(), "no_consent")
        self.assertIsNone(self.why(company=self.company_b))

    def test_order_of_a_delivery_address_counts_for_the_customer(self):
        self.company_a.marketing_similar_products = True
        child = self.env["res.partner"].create(
            {"name": "Home", "type": "delivery", "parent_id": self.partner.id}
        )
        self.order(1, partner_id=child.id)
        self.assertIsNone(self.why())

    def test_one_query_judges_many(self):
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@example.com"} for n in range(300)]
        )
        rows = [(p.id, p.email_normalized) for p in partners[:200]]
        self.preferences._opt_in_many(self.company_a, rows, source="test")
        self.env["mail.blacklist"].create([{"email": p.email} for p in partners[:50]])
        self.env.flush_all()
        query = SQL(
            """SELECT %s AS reason, count(*) FROM res_partner p
                WHERE p.id = ANY(%s) GROUP BY 1 ORDER BY 1""",
            self.preferences._refusal_sql(
                company=SQL("%s::int", self.company_a.id),
                channel=SQL("'email'"),
                address_key=self.preferences._address_key_sql(
                    "email", SQL("p.email_normalized")
                ),
                email=SQL("p.email_normalized"),
                partner=SQL("p.id"),
            ),
            partners.ids,
        )
        self.assertEqual(
            self.env.execute_query(query),
            [("blacklisted", 50), ("no_consent", 100), (None, 150)],
        )

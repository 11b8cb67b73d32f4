from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

NUMBER = "+12025550101"


@tagged("post_install", "-at_install")
class TestNumbers(TransactionCase):
    """Odoo's stop list of numbers takes many at once, that of mail one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Shop"})
        cls.consents = cls.env["email.subscription.preference"]
        cls.stops = cls.env["phone.blacklist"]

    def test_an_objection_stops_the_number_and_a_yes_frees_it(self):
        key = self.consents._address_key("sms", NUMBER)
        consent = self.consents._opt_out(
            self.company.id, "sms", key, source="test", address=NUMBER
        )
        self.assertEqual(self.stops.search([]).mapped("number").count(NUMBER), 1)
        self.assertTrue(consent.lifts_blacklist)
        self.consents._opt_in(self.company, NUMBER, channel="sms", source="test")
        self.assertNotIn(NUMBER, self.stops.search([]).mapped("number"))

    def test_a_transactional_message_asks_the_list_of_its_channel(self):
        self.stops.add(NUMBER)
        self.env["mail.blacklist"]._add("a@x.example")
        self.env.flush_all()
        for channel, address, stopped in (
            ("sms", NUMBER, "blacklisted"),
            ("sms", "+12025550102", None),
            ("email", "a@x.example", "blacklisted"),
            ("email", "b@x.example", None),
            ("push", NUMBER, None),
        ):
            asked = self.consents._stop_sql(
                channel=SQL("%s", channel), email=SQL("%s", address)
            )
            [[reason]] = self.env.execute_query(SQL("SELECT %s", asked))
            self.assertEqual(reason, stopped, (channel, address))

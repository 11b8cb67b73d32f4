from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import SQL

from .common import MarketingCase

ANN = "ann@topics.example"


class TestTopics(MarketingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        topics = cls.env["marketing.topic"]
        topics.search([]).active = False
        cls.news, cls.tips, cls.foreign = topics.create(
            [
                {"name": "News"},
                {"name": "Tips", "is_default": False},
                {"name": "Foreign", "company_id": cls.company_b.id},
            ]
        )
        cls.preference = cls.preferences._opt_in(cls.company_a, ANN, source="form")

    def refusal_of(self, topic, email=ANN, partner=None):
        preferences = self.preferences
        address = SQL("%s::text", email)
        self.env.flush_all()
        query = preferences._refusal_sql(
            company=SQL("%s::int", self.company_a.id),
            channel=SQL("'email'"),
            address_key=preferences._address_key_sql("email", address),
            email=address,
            partner=SQL("%s::int", partner.id if partner else None),
            topic=SQL("%s::int", topic.id or None),
        )
        return self.env.execute_query(SQL("SELECT %s", query))[0][0]

    def choose(self, wanted, shown=None, frequency=None):
        shown = self.news | self.tips if shown is None else shown
        self.preference._choose(shown=shown, wanted=wanted, frequency=frequency)

    def test_a_topic_follows_its_default_until_somebody_chooses(self):
        self.assertEqual(self.preference.topic_ids, self.news)
        self.assertIsNone(self.refusal_of(self.news))
        self.assertEqual(self.refusal_of(self.tips), "topic_opt_out")
        self.tips.is_default = True
        self.assertIsNone(self.refusal_of(self.tips))

    def test_leaving_and_choosing(self):
        self.choose(self.tips, frequency="high")
        self.assertEqual(self.preference.topic_ids, self.tips)
        self.assertEqual(self.preference.preferred_frequency, "high")
        self.assertEqual(self.refusal_of(self.news), "topic_opt_out")
        self.assertIsNone(self.refusal_of(self.tips))
        self.choose(self.news | self.tips)
        self.assertIsNone(self.refusal_of(self.news))
        self.assertEqual(self.preference.preferred_frequency, "high")

    def test_a_choice_outlives_a_new_default(self):
        self.choose(self.news.browse())
        self.news.is_default = False
        self.news.is_default = True
        self.assertEqual(self.refusal_of(self.news), "topic_opt_out")

    def test_no_topic_asks_for_none(self):
        self.choose(self.news.browse())
        self.assertIsNone(self.refusal_of(self.news.browse()))

    def test_objection_consent_and_blacklist_come_first(self):
        self.choose(self.news.browse())
        self.assertEqual(
            self.refusal_of(self.news, "nobody@topics.example"), "no_consent"
        )
        self.env["mail.blacklist"]._add(ANN)
        self.assertEqual(self.refusal_of(self.news), "blacklisted")
        self.preferences._opt_out(
            self.company_a.id, "email", self.preference.address_key, source="one_click"
        )
        self.assertEqual(self.refusal_of(self.news), "unsubscribed")

    def test_similar_products_respect_topics(self):
        self.company_a.marketing_similar_products = True
        buyer = self.env["res.partner"].create({"name": "B", "email": "b@t.example"})
        order = self.env["sale.order"].create(
            {"partner_id": buyer.id, "company_id": self.company_a.id}
        )
        order.state = "sale"
        self.assertIsNone(self.refusal_of(self.news, buyer.email, buyer))
        self.assertEqual(
            self.refusal_of(self.tips, buyer.email, buyer), "topic_opt_out"
        )

    def test_a_question_without_topic_reads_no_topic(self):
        query = self.preferences._refusal_sql(
            company=SQL("1"),
            channel=SQL("'email'"),
            address_key=SQL("'x'"),
            email=SQL("'x'"),
            partner=SQL("NULL"),
        )
        self.assertNotIn("topic", query.code.replace("NULL::int AS topic", ""))

    def test_choices_of_somebody_who_objected_are_not_saved(self):
        self.preferences._opt_out(
            self.company_a.id, "email", self.preference.address_key, source="one_click"
        )
        self.assertFalse(
            self.preference._choose(shown=self.news, wanted=self.news, frequency="low")
        )
        self.assertFalse(self.preference.is_subscribed)
        self.assertEqual(self.preference.preferred_frequency, "normal")

    def test_a_made_up_frequency_is_ignored(self):
        self.choose(self.news, frequency="hourly")
        self.assertEqual(self.preference.preferred_frequency, "normal")

    def test_staff_corrects_one_topic_and_chooses_no_other(self):
        preference = self.preference.with_user(self.users["compliance"])
        preference.topic_ids = [Command.link(self.tips.id)]
        self.assertEqual(preference.category_preferences, {str(self.tips.id): True})
        self.assertEqual(preference.topic_ids, self.news | self.tips)

    def test_topics_of_another_company_are_not_offered(self):
        self.assertNotIn(self.foreign, self.preferences._get_topics(self.company_a))
        with self.assertRaises(AccessError):
            self.foreign.with_user(self.users["manager"]).write({"name": "x"})
        preference = self.preferences._opt_in(self.company_b, ANN, source="form")
        self.assertEqual(preference.topic_ids, self.news | self.foreign)

    def test_topics_are_audited(self):
        self.news.is_default = False
        entry = self.env["marketing.audit.log"].search(
            [("res_model", "=", "marketing.topic"), ("res_id", "=", self.news.id)],
            limit=1,
        )
        self.assertEqual(entry.changes, {"is_default": [True, False]})

    def test_the_specification_columns(self):
        partner = self.env["res.partner"].create({"name": "Ann", "email": ANN})
        email = self.preferences._opt_in(
            self.company_a, ANN, partner=partner, source="form"
        )
        self.assertTrue(email.email_enabled)
        self.assertFalse(email.sms_enabled or email.push_enabled)
        sms = self.preferences._opt_in(
            self.company_a, "+32470123456", channel="sms", partner=partner, source="f"
        )
        email.invalidate_recordset()
        self.assertTrue(email.sms_enabled and sms.email_enabled)
        self.assertFalse(email.push_enabled)
        self.assertEqual(email.updated_at, email.write_date)

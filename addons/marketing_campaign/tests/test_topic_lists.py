from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_base.tests.common import MarketingCase

ANN = "ann@lists.example"
BOB = "bob@lists.example"


@tagged("post_install", "-at_install")
class TestTopicLists(MarketingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.list = cls.env["mailing.list"].create({"name": "News"})
        cls.news, cls.tips = cls.env["marketing.topic"].create(
            [
                {"name": "News", "mailing_list_id": cls.list.id},
                {"name": "Tips"},
            ]
        )
        partner = cls.env["res.partner"].create({"name": "Ann Lee", "email": ANN})
        cls.ann = cls.preferences._opt_in(
            cls.company_a, ANN, partner=partner, source="form"
        )

    def member(self, email=ANN):
        self.env.invalidate_all()
        return self.list.subscription_ids.filtered(
            lambda member: member.contact_id.email_normalized == email
        )

    def choose(self, topics, row=None, **values):
        (row or self.ann)._choose(
            shown=self.news | self.tips, wanted=topics, frequency=None, **values
        )

    def opt_out(self):
        self.preferences._opt_out(
            self.company_a.id, "email", self.ann.address_key, source="one_click"
        )

    def last_line(self):
        self.env.invalidate_all()
        return self.ann.history_ids[:1]

    def test_who_subscribes_is_on_the_list(self):
        self.assertEqual(len(self.member()), 1)
        self.assertFalse(self.member().opt_out)
        self.assertEqual(self.member().contact_id.name, "Ann Lee")

    def test_leaving_and_choosing_the_topic_is_copied_at_once(self):
        self.choose(self.tips)
        self.assertTrue(self.member().opt_out)
        self.assertTrue(self.member().opt_out_datetime)
        self.choose(self.news)
        self.assertFalse(self.member().opt_out or self.member().opt_out_datetime)
        self.assertEqual(len(self.member()), 1)

    def test_an_objection_and_a_fresh_consent_are_copied(self):
        self.opt_out()
        self.assertTrue(self.member().opt_out)
        self.preferences._opt_in(self.company_a, ANN, source="form")
        self.assertFalse(self.member().opt_out)

    def test_a_break_holds_on_the_list_and_ends_by_itself(self):
        self.choose(self.news, pause_days=30)
        self.assertTrue(self.member().opt_out)
        self.assertIn(self.news, self.ann.topic_ids, "it is no choice of topics")
        self.ann._write_server(
            {"paused_until": fields.Datetime.now() - timedelta(hours=1)}
        )
        self.env["marketing.topic"]._cron_mirror_lists()
        self.assertFalse(self.member().opt_out)

    def test_leaving_the_list_on_the_page_of_odoo_leaves_the_topic(self):
        self.list._update_subscription_from_email(ANN, opt_out=True)
        self.assertNotIn(self.news, self.ann.topic_ids)
        self.assertTrue(self.ann.is_subscribed)
        self.assertEqual(self.last_line().source, "mailing_list")
        self.list._update_subscription_from_email(ANN, opt_out=False)
        self.assertIn(self.news, self.ann.topic_ids)

    def test_being_put_on_the_list_is_no_consent(self):
        self.list._update_subscription_from_email(BOB, opt_out=False)
        contact = self.env["mailing.contact"].create({"name": "Bob", "email": BOB})
        self.env["mailing.subscription"].create(
            {"contact_id": contact.id, "list_id": self.list.id}
        )
        self.assertEqual(self.refusal(BOB), "no_consent")
        self.opt_out()
        self.member().opt_out = False
        self.assertEqual(self.refusal(ANN), "unsubscribed")
        self.env["marketing.topic"]._mirror_lists()
        self.assertTrue(self.member().opt_out, "the objection wins by the next night")

    def test_other_lists_and_other_topics_are_left_alone(self):
        other = self.env["mailing.list"].create({"name": "Other"})
        contact = self.member().contact_id
        member = self.env["mailing.subscription"].create(
            {"contact_id": contact.id, "list_id": other.id}
        )
        self.opt_out()
        self.assertFalse(member.opt_out)
        lines = len(self.ann.history_ids)
        member.opt_out = True
        self.assertEqual(len(self.ann.history_ids), lines)

    def test_a_list_that_is_given_to_a_topic_brings_who_has_left_it(self):
        tips = self.env["mailing.list"].create({"name": "Tips"})
        tips._update_subscription_from_email(ANN, opt_out=True)
        contact = self.member().contact_id
        self.env["mailing.subscription"].search([("list_id", "=", tips.id)]).unlink()
        self.env["mailing.subscription"].create(
            {"contact_id": contact.id, "list_id": tips.id, "opt_out": True}
        )
        self.assertIn(self.tips, self.ann.topic_ids)
        self.tips.mailing_list_id = tips
        self.env.invalidate_all()
        self.assertNotIn(self.tips, self.ann.topic_ids)
        self.assertTrue(
            tips.subscription_ids.filtered(lambda m: m.contact_id == contact).opt_out
        )

    def test_one_list_one_topic(self):
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.tips.mailing_list_id = self.list
            self.env.flush_all()

    def test_two_companies_must_both_agree_on_a_shared_topic(self):
        other = self.preferences._opt_in(self.company_b, ANN, source="form")
        self.assertFalse(self.member().opt_out)
        self.choose(self.tips, other)
        self.assertTrue(self.member().opt_out)
        self.news.company_id = self.company_a
        self.env["marketing.topic"]._mirror_lists()
        self.assertFalse(self.member().opt_out, "only one company has the topic now")

    def test_leaving_the_list_of_one_company_keeps_the_choice_of_another(self):
        other = self.preferences._opt_in(self.company_b, ANN, source="form")
        self.news.company_id = self.company_a
        self.member().opt_out = True
        other.invalidate_recordset()
        self.assertFalse(other.category_preferences)
        self.assertEqual(self.ann.category_preferences, {str(self.news.id): False})

    def test_many_at_once_come_with_the_nightly_job_in_few_statements(self):
        rows = [(None, f"many{n}@lists.example") for n in range(2000)]
        self.preferences._opt_in_many(self.company_a, rows, source="import")
        self.assertFalse(self.member("many7@lists.example"))
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.env["marketing.topic"]._cron_mirror_lists()
        self.assertLess(self.env.cr.sql_log_count - before, 10)
        self.assertTrue(self.member("many7@lists.example"))
        count = self.env["mailing.contact"].search_count([])
        self.env["marketing.topic"]._cron_mirror_lists()
        self.assertEqual(self.env["mailing.contact"].search_count([]), count)

    def test_without_a_list_nothing_is_asked(self):
        self.news.mailing_list_id = False
        self.choose(self.news | self.tips)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.ann._mirror_choices()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 1)

    def test_erasing_deletes_the_contact(self):
        self.ann.partner_id._marketing_erase()
        contacts = self.env["mailing.contact"].with_context(active_test=False)
        self.assertFalse(contacts.search([("email_normalized", "=", ANN)]))

    def test_a_request_deletes_the_contact_unless_another_company_needs_it(self):
        contacts = self.env["mailing.contact"]
        self.preferences._opt_in(self.company_b, ANN, source="form")
        requests = self.env["marketing.erasure.request"]
        for company, left in ((self.company_a, 1), (self.company_b, 0)):
            requests._receive(
                company, "email", self.ann.address_key, address=ANN, source="page"
            )
            found = contacts.search_count([("email_normalized", "=", ANN)])
            self.assertEqual(found, left)

    def test_a_manager_sets_it_up_and_a_user_does_not(self):
        manager = self.users["manager"]
        manager.group_ids += self.env.ref("mass_mailing.group_mass_mailing_user")
        self.news.with_user(manager).action_mirror_list()
        with self.assertRaises(AccessError):
            self.news.with_user(self.users["user"]).action_mirror_list()

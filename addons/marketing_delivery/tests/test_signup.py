from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from ..tracking.visit import Visit
from .sender_common import SenderCase

ANN = "ann@signup.example"
TEXT = "Shop A may send me news."


class SignupMixin:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        topics = cls.env["marketing.topic"]
        topics.search([]).active = False
        cls.news, cls.tips, cls.foreign = topics.create(
            [
                {"name": "News"},
                {"name": "Tips"},
                {"name": "Foreign", "company_id": cls.other_company.id},
            ]
        )
        cls.signups = cls.env["marketing.signup"]
        cls.preferences = cls.env["email.subscription.preference"]
        cls.key = cls.preferences._address_key("email", ANN)

    def sign_up(self, email=ANN, topics=None, company=None, network="203.0.113.0/24"):
        visit = Visit("POST", "Browser", network, False)
        result = self.signups._sign_up(
            company or self.company,
            email,
            topics=self.news if topics is None else topics,
            text_shown=TEXT,
            visit=visit,
            source="/newsletter",
        )
        self.env.flush_all()
        return result

    def signup(self, email=ANN, company=None):
        return self.signups.search(
            [
                ("email_address", "=", email),
                ("company_id", "=", (company or self.company).id),
            ],
            limit=1,
        )

    def confirm(self, network="198.51.100.0/24"):
        self.signup()._confirm(Visit("POST", "Phone", network, False))
        self.env.flush_all()

    def consent(self, company=None):
        return self.preferences._find_row(
            (company or self.company).id, "email", self.key
        )

    def mails(self, email=ANN):
        return self.env["mail.mail"].search([("email_to", "=", email)])

    def wait(self, **delta):
        """Let time go by for the sign-ups."""
        past = timedelta(**delta)
        for signup in self.signups.search([]):
            for name in ("mailed_at", "expires_at", "requested_at", "confirmed_at"):
                if signup[name]:
                    signup[name] -= past
        self.env.flush_all()


@tagged("post_install", "-at_install")
class TestSignup(SignupMixin, SenderCase, TransactionCase):
    def test_typing_an_address_is_no_consent(self):
        self.assertTrue(self.sign_up(f" {ANN.upper()} "))
        self.assertFalse(self.consent())
        signup = self.signup()
        self.assertEqual((signup.state, signup.topic_ids), ("pending", self.news))
        self.assertEqual(
            signup.expires_at.date(), fields.Date.today() + timedelta(days=7)
        )
        mail = self.mails()
        self.assertEqual((len(mail), mail.state), (1, "outgoing"))
        self.assertIn(TEXT, mail.body_html)
        self.assertIn("/mm/s/", mail.body_html)

    def test_confirming_records_text_time_and_network(self):
        self.sign_up()
        self.confirm()
        row = self.consent()
        self.assertTrue(row.is_subscribed)
        self.assertEqual(row.consent_source, "double_opt_in")
        self.assertEqual(row.consent_ip_address, "198.51.100.0/24")
        line = row.history_ids.filtered(lambda line: line.change == "subscribed")
        self.assertEqual(
            (line.text_shown, line.user_agent, line.ip_address, line.source),
            (TEXT, "Phone", "198.51.100.0/24", "double_opt_in"),
        )
        signup = self.signup()
        self.assertEqual(
            (signup.state, signup.request_network, signup.confirm_network),
            ("confirmed", "203.0.113.0/24", "198.51.100.0/24"),
        )
        self.assertEqual(row.topic_ids, self.news, "what was not ticked is not wanted")

    def test_confirming_twice_is_once(self):
        self.sign_up()
        self.confirm()
        lines = self.consent().history_ids
        self.confirm()
        self.assertEqual(self.consent().history_ids, lines)

    def test_a_confirmation_does_not_undo_what_came_after_it(self):
        self.sign_up()
        self.confirm()
        self.preferences._opt_out(
            self.company.id, "email", self.key, source="one_click"
        )
        self.confirm()
        self.assertFalse(self.consent().is_subscribed)

    def test_what_is_no_address_is_said_and_nothing_is_kept(self):
        for odd in (
            "",
            None,
            "ann",
            "a@b",
            "a@b.co, c@d.co",
            "a@b.co\r\nBcc: c@d.co",
            "Ann <a@b.co>",
            "\x00@b.co",
            "ä@b.co",
            "x" * 300 + "@b.co",
        ):
            before = self.signups.search_count([])
            self.assertFalse(self.sign_up(odd), odd)
            self.assertEqual(self.signups.search_count([]), before)

    def test_signing_up_again_updates_the_wish_and_mails_no_more_than_three_times(self):
        for _n in range(3):
            self.sign_up()
        self.assertEqual(len(self.mails()), 1, "not within ten minutes")
        for _n in range(5):
            self.wait(minutes=11)
            self.sign_up(topics=self.tips)
        self.assertEqual(len(self.mails()), 3)
        self.assertEqual(self.signups.search_count([("address_key", "=", self.key)]), 1)
        self.assertEqual(self.signup().topic_ids, self.tips)

    def test_after_a_week_it_begins_anew(self):
        self.sign_up()
        token = self.signup()._get_token()
        self.assertTrue(self.signups._find_by_token(token))
        self.wait(days=8)
        self.assertTrue(self.signup().is_expired)
        self.sign_up()
        self.assertFalse(self.signup().is_expired)
        self.assertEqual(self.signup().mail_count, 1)
        self.assertEqual(len(self.mails()), 2)

    def test_a_stopped_address_gets_one_message_at_most(self):
        for label, stop in (
            ("objected", self.object),
            ("blacklist", lambda: self.env["mail.blacklist"]._add(ANN)),
        ):
            with self.subTest(label):
                savepoint = self.env.cr.savepoint()
                stop()
                self.assertTrue(self.sign_up())
                self.assertEqual(len(self.mails()), 1)
                for days in (1, 9, 40):
                    self.wait(days=days)
                    self.env.cr.execute(
                        "UPDATE email_subscription_preference SET unsubscribed_at ="
                        " unsubscribed_at - make_interval(days => %s);"
                        "UPDATE mail_blacklist SET write_date ="
                        " write_date - make_interval(days => %s)",
                        (days, days),
                    )
                    self.env.invalidate_all()
                    self.assertTrue(self.sign_up(), "the answer is the same")
                    self.assertEqual(len(self.mails()), 1)
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def object(self):
        self.preferences._opt_out(
            self.company.id, "email", self.key, source="one_click", address=ANN
        )

    def test_who_objected_comes_back_by_confirming(self):
        self.object()
        self.sign_up()
        self.confirm()
        self.assertTrue(self.consent().is_subscribed)
        self.assertFalse(self.env["mail.blacklist"].search([("email", "=", ANN)]))

    def test_an_entry_of_staff_on_the_stop_list_stays(self):
        self.env["mail.blacklist"]._add(ANN)
        self.sign_up()
        self.confirm()
        self.assertEqual(self.consent().status, "blacklisted")

    def test_who_is_subscribed_only_gains_topics_and_ends_a_break(self):
        row = self.preferences._opt_in(self.company, ANN, source="checkout")
        row._choose(
            shown=self.news | self.tips,
            wanted=self.tips,
            frequency="low",
            pause_days=90,
        )
        self.sign_up(topics=self.news)
        self.assertTrue(row.paused_until, "a stranger who types the address ends none")
        self.confirm()
        row.invalidate_recordset()
        self.assertEqual(row.topic_ids, self.news | self.tips)
        self.assertEqual(row.preferred_frequency, "low")
        self.assertFalse(row.paused_until)

    def test_topics_of_another_company_are_not_taken(self):
        self.sign_up(topics=self.foreign | self.news)
        self.assertEqual(self.signup().topic_ids, self.news)

    def test_companies_are_apart(self):
        self.sign_up()
        self.sign_up(company=self.other_company)
        self.confirm()
        self.assertTrue(self.consent())
        self.assertFalse(self.consent(self.other_company))

    def test_the_customer_is_linked_if_it_is_one(self):
        partner = self.env["res.partner"].create({"name": "Ann", "email": ANN})
        self.sign_up()
        self.confirm()
        self.assertEqual(self.consent().partner_id, partner)

    def test_two_customers_with_the_address_are_not_guessed(self):
        self.env["res.partner"].create([{"name": n, "email": ANN} for n in "AB"])
        self.sign_up()
        self.confirm()
        self.assertFalse(self.consent().partner_id)

    def test_erasing_forgets_the_sign_up(self):
        partner = self.env["res.partner"].create({"name": "Ann", "email": ANN})
        self.sign_up()
        token = self.signup()._get_token()
        partner._marketing_erase()
        self.assertFalse(self.signup())
        self.assertFalse(self.signups._find_by_token(token))

    def test_what_nobody_confirmed_is_forgotten(self):
        self.sign_up()
        self.wait(days=36)
        self.signups._gc_signups()
        self.assertTrue(self.signup())
        self.wait(days=2)
        self.signups._gc_signups()
        self.assertFalse(self.signup())

    def test_the_message_is_in_the_language_of_the_page(self):
        self.env["res.lang"]._activate_lang("ar_001")
        visitor = self.signups.with_context(lang="ar_001")
        visitor._sign_up(
            self.company,
            ANN,
            topics=self.news,
            text_shown=TEXT,
            visit=Visit("POST", "Browser", None, False),
            source="/",
        )
        self.assertEqual(self.signup().lang, "ar_001")
        self.assertIn('dir="rtl"', self.mails().body_html)

    def test_who_may_read(self):
        self.sign_up()
        signup = self.signup()
        for role in ("user", "compliance"):
            mine = signup.with_user(self._create_user(f"mmd_signup_{role}", role))
            self.assertEqual(mine.email_address, ANN)
            with self.assertRaises(UserError):
                mine.write({"state": "confirmed"})
            with self.assertRaises(AccessError):
                mine.unlink()
            with self.assertRaises(AccessError):
                mine.create({"company_id": self.company.id, "address_key": self.key})
        analyst = signup.with_user(self._create_user("mmd_signup_analyst", "analyst"))
        self.assertEqual(analyst.display_name, "a•••@s•••.example")
        with self.assertRaises(AccessError):
            analyst.read(["email_address"])

    def test_another_company_sees_nothing(self):
        self.sign_up()
        user = self._create_user("mmd_signup_b", "user", company=self.other_company)
        self.assertFalse(self.signups.with_user(user).search([]) & self.signup())
        with self.assertRaises(AccessError):
            self.signup().with_user(user).read(["state"])

    def test_asking_costs_the_same_queries_for_known_and_stopped(self):
        """What differs in work differs in time, and time tells."""
        self.sign_up("warm@signup.example")
        known = "known@signup.example"
        self.preferences._opt_in(self.company, known, source="x")
        counts = []
        for address in ("new@signup.example", known):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.sign_up(address)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(abs(counts[0] - counts[1]), 2, counts)

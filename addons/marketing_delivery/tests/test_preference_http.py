from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .tracking_common import BROWSER, TrackingMixin

ADDRESS = "anna.secret@example.com"
NUMBER = "+32470123456"


class PreferenceMixin(TrackingMixin):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        topics = cls.env["marketing.topic"]
        topics.search([]).active = False
        cls.news, cls.tips, cls.foreign = topics.create(
            [
                {"name": "News", "description": "Once a month"},
                {"name": "Tips", "is_default": False},
                {"name": "Foreign", "company_id": cls.other_company.id},
            ]
        )
        cls.preferences = cls.env["email.subscription.preference"]
        cls.preference = cls.preferences._opt_in(
            cls.company, ADDRESS, partner=cls.customer, source="test"
        )
        cls.env["marketing.api.limit"].init()
        cls.env.flush_all()

    def _add_number(self, **values):
        return self.preferences._opt_in(
            self.company,
            NUMBER,
            channel="sms",
            **{"partner": self.customer, "source": "test", **values},
        )

    def ask(self, data=None, recipient=None, *, path=None, status=200, **kwargs):
        token = self._token(
            "unsubscribe", **({"recipient": recipient} if recipient else {})
        )
        self.env.flush_all()
        answer = self.url_open(
            path or f"/mm/p/{token}",
            data,
            headers={"User-Agent": BROWSER, **kwargs.pop("headers", {})},
            allow_redirects=False,
            **kwargs,
        )
        self.assertEqual(answer.status_code, status)
        self.env.invalidate_all()
        return answer.text

    def history(self):
        return self.preference.history_ids


@tagged("post_install", "-at_install")
class TestPreferencePage(PreferenceMixin, HttpCase):
    def test_looking_changes_nothing(self):
        before = self._state()
        for method in ("GET", "HEAD"):
            self.ask(method=method)
        self.ask(headers={"Sec-Purpose": "prefetch"})
        self.assertEqual(self._state(), before)
        self.assertFalse(self._events())
        self.assertEqual(len(self.history()), 1)

    def test_the_page_shows_topics_of_the_company_as_they_are(self):
        text = self.ask()
        self.assertIn("Once a month", text)
        self.assertNotIn("Foreign", text)
        self.assertRegex(text, rf'value="{self.news.id}" checked="checked"')
        self.assertNotRegex(text, rf'value="{self.tips.id}" checked')
        self.assertRegex(text, 'value="normal" checked="checked"')
        self.assertRegex(text, 'value="keep" checked="checked"')

    def test_the_page_names_nobody_and_needs_no_script(self):
        text = self.ask()
        self.assertNotIn("anna", text.lower())
        self.assertIn("a•••@e•••.com", text)
        self.assertNotIn("<script", text)

    def test_choosing_topics_and_frequency(self):
        text = self.ask({"action": "save", "topic": self.tips.id, "frequency": "low"})
        self.assertIn("Your choices are saved.", text)
        self.assertEqual(self.preference.topic_ids, self.tips)
        self.assertEqual(self.preference.preferred_frequency, "low")
        self.assertTrue(self.preference.is_subscribed)
        line = self.history()[0]
        self.assertEqual(
            (line.change, line.source, line.actor, line.ip_address),
            ("choices", "preference_page", "person", "127.0.0.0/24"),
        )
        self.assertEqual(line.campaign_id, self.campaign.id)
        self.assertEqual(line.user_agent, BROWSER)
        self.assertIn(line.text_shown, text)

    def test_several_and_no_topic(self):
        both = [str(self.news.id), str(self.tips.id)]
        self.ask({"action": "save", "topic": both})
        self.assertEqual(self.preference.topic_ids, self.news | self.tips)
        self.ask({"action": "save"})
        self.assertFalse(self.preference.topic_ids)
        self.assertTrue(self.preference.is_subscribed)

    def test_values_that_are_not_on_the_page_are_ignored(self):
        topics = [str(self.foreign.id), "x", "-1", "9" * 30, "<script>"]
        text = self.ask(
            {
                "action": "save",
                "topic": topics,
                "frequency": "<b>",
                "pause": "3650",
                "channel": ["fax", "sms"],
            }
        )
        self.assertFalse(self.preference.topic_ids)
        self.assertNotIn(str(self.foreign.id), self.preference.category_preferences)
        self.assertEqual(self.preference.preferred_frequency, "normal")
        self.assertFalse(self.preference.paused_until)
        self.assertTrue(self.preference.is_subscribed)
        self.assertNotIn("<script>", text)

    def test_an_unknown_action_does_nothing(self):
        before = self._state()
        for action in ("", "delete", "x" * 500, "Save"):
            self.ask({"action": action, "topic": self.tips.id, "pause": "30"})
        self.assertEqual(self._state(), before)

    def test_taking_and_ending_a_break(self):
        topics = {"topic": self.news.id}
        text = self.ask({"action": "save", "pause": "60", **topics})
        until = self.preference.paused_until
        self.assertEqual(until.date(), fields.Date.today() + timedelta(days=60))
        self.assertIn("You are taking a break until", text)
        self.assertEqual(self.history()[0].change, "paused")
        # saving something else leaves the break as it is
        self.ask({"action": "save", "pause": "keep", "frequency": "low", **topics})
        self.assertEqual(self.preference.paused_until, until)
        text = self.ask({"action": "save", "pause": "0", **topics})
        self.assertFalse(self.preference.paused_until)
        self.assertNotIn("You are taking a break", text)
        self.assertEqual(self.history()[0].change, "resumed")

    def test_a_break_that_is_over_is_not_shown(self):
        past = fields.Datetime.now() - timedelta(days=1)
        self.preference._write_server({"paused_until": past})
        self.assertNotIn("You are taking a break", self.ask())

    def test_one_channel_is_no_question(self):
        self.assertNotIn('name="channel"', self.ask())

    def test_channels_of_the_same_customer(self):
        number = self._add_number()
        text = self.ask()
        self.assertRegex(text, 'value="sms" checked="checked"')
        self.assertIn("•••56", text)
        self.assertNotIn(NUMBER, text)
        self.ask({"action": "save", "channel": "email", "pause": "30"})
        self.assertFalse(number.is_subscribed)
        self.assertEqual(number.consent_source, "preference_page")
        self.assertFalse(number.paused_until, "who has left needs no break")
        self.assertTrue(self.preference.is_subscribed)
        self.assertTrue(self.preference.paused_until)
        self.ask({"action": "save", "channel": ["email", "sms"]})
        self.assertTrue(number.is_subscribed)
        self.assertEqual(number.history_ids[0].source, "preference_page")

    def test_choices_hold_in_all_channels(self):
        number = self._add_number()
        self.ask(
            {
                "action": "save",
                "channel": ["email", "sms"],
                "topic": self.tips.id,
                "frequency": "high",
                "pause": "90",
            }
        )
        for row in self.preference | number:
            self.assertEqual(row.topic_ids, self.tips)
            self.assertEqual(row.preferred_frequency, "high")
            self.assertTrue(row.paused_until)

    def test_channels_of_others_are_not_offered(self):
        stranger = self.env["res.partner"].create({"name": "B"})
        self._add_number(partner=stranger)
        self.preferences._opt_in(
            self.other_company,
            "+32470999999",
            channel="sms",
            partner=self.customer,
            source="test",
        )
        self.assertNotIn('name="channel"', self.ask())

    def test_leaving_everything(self):
        number = self._add_number()
        other = self.preferences._opt_in(self.other_company, ADDRESS, source="test")
        before = self.ask()
        text = self.ask(
            {"action": "unsubscribe", "reason": "other", "words": " Too\x00 loud\n! "}
        )
        self.assertIn("You are unsubscribed from everything.", text)
        for row in self.preference | number:
            self.assertFalse(row.is_subscribed)
            self.assertEqual(row.unsubscribe_reason, "other: Too loud !")
            line = row.history_ids[0]
            self.assertEqual(
                (line.change, line.source), ("unsubscribed", "preference_page")
            )
            self.assertIn(line.text_shown, before)
        self.assertTrue(other.is_subscribed, "another company was not asked")
        [[event_type, properties]] = self._events()
        self.assertEqual(event_type, "email_unsubscribed")
        self.assertEqual(properties["reason"], "other")
        self.assertNotIn("loud", str(properties), "own words stay out of the log")

    def test_words_are_cut_and_escaped(self):
        words = "<script>alert(1)</script>" + "x" * 2000
        text = self.ask({"action": "unsubscribe", "reason": "<b>", "words": words})
        self.assertEqual(len(self.preference.unsubscribe_reason), 500)
        self.assertNotIn("<script>", text)

    def test_leaving_and_coming_back(self):
        self.ask({"action": "unsubscribe"})
        text = self.ask()
        self.assertIn("You are unsubscribed here", text)
        self.assertNotIn('value="save"', text)
        text = self.ask({"action": "resubscribe"})
        self.assertIn("You are subscribed again.", text)
        self.assertTrue(self.preference.is_subscribed)
        self.assertIn('value="save"', text)

    def test_somebody_who_left_cannot_be_brought_back_by_saving(self):
        self.ask({"action": "unsubscribe"})
        self.ask({"action": "save", "topic": self.tips.id, "channel": "email"})
        self.assertFalse(self.preference.is_subscribed)

    def test_saving_never_makes_a_first_consent(self):
        stranger = self._make_recipient("stranger@example.com", customer_id=False)
        self.assertNotIn('value="save"', self.ask(recipient=stranger))
        self.ask({"action": "save", "topic": self.tips.id}, recipient=stranger)
        found = self.preferences.search(
            [("email_address", "=", "stranger@example.com")]
        )
        self.assertFalse(found)

    def test_the_stop_list_of_odoo_is_not_lifted_here(self):
        self.env["mail.blacklist"]._add(ADDRESS)
        text = self.ask()
        self.assertIn("on our stop list", text)
        self.assertNotIn('value="save"', text)
        self.assertNotIn('value="resubscribe"', text)
        self.ask({"action": "resubscribe"})
        self.assertEqual(self.preference.status, "blacklisted")

    def test_a_link_without_a_message(self):
        """Staff may hand out a link, and a confirmed sign-up carries one."""
        token = self.signer.sign(
            "preferences", self.preference.id, expires=self._in_an_hour()
        )
        path = f"/mm/p/{token}"
        self.assertIn("a•••@e•••.com", self.ask(path=path))
        self.ask({"action": "save", "topic": self.tips.id}, path=path)
        self.assertEqual(self.preference.topic_ids, self.tips)
        self.ask({"action": "unsubscribe"}, path=path)
        self.assertFalse(self.preference.is_subscribed)
        self.assertFalse(self.history()[0].campaign_id)

    def test_wrong_tokens_are_not_found(self):
        good = self._token("unsubscribe")
        hour = self._in_an_hour()
        for token in (
            "",
            "x",
            good[:-1],
            good + "A",
            "A" * 43,
            "%FF%FE",
            "%00",
            "ключ",
            "x" * 5000,
            self._token("unsubscribe", seconds=-10),
            self._token("click"),
            self._token("view"),
            self.signer.sign("data", self.recipient.id, expires=hour),
            self.signer.sign("preferences", 2**31 - 1, expires=hour),
            self.signer.sign("unsubscribe", 2**31 - 1, expires=hour),
            self.signer.sign("unsubscribe", 2**63, expires=hour),
        ):
            for data in (None, {"action": "unsubscribe"}):
                answer = self.url_open(f"/mm/p/{token}", data)
                self.assertEqual(answer.status_code, 404, token[:60])
        self.assertTrue(self.preference.is_subscribed)

    def test_a_post_without_cookie_and_from_another_site_works_by_its_token_only(self):
        self.opener.cookies.clear()
        text = self.ask(
            {"action": "save", "frequency": "low"},
            headers={"Origin": "https://evil.example"},
        )
        self.assertIn("Your choices are saved.", text)
        self.assertFalse(self.opener.cookies)

    def test_in_the_language_of_the_customer(self):
        lang = self.env["res.lang"]._activate_lang("ar_001")
        self.assertEqual(lang.direction, "rtl")
        self.customer.lang = "ar_001"
        text = self.ask()
        self.assertIn('lang="ar-001" dir="rtl"', text)
        # a language that is not installed (any more) is the browser's business
        self.env.cr.execute(
            "UPDATE res_partner SET lang = 'xx_YY' WHERE id = %s", [self.customer.id]
        )
        self.assertIn('lang="en-US" dir="ltr"', self.ask())

    def test_the_colour_of_the_company(self):
        self.company.primary_color = "#0B5D1E"
        self.assertIn("--act: #0b5d1e;", self.ask())
        self.company.primary_color = "#ffee00"
        self.assertNotIn("#ffee00", self.ask())

    def test_the_page_reads_little(self):
        for _n in range(2):
            self._add_number()
        self.ask()
        page = self.env["marketing.preference.page"]
        person = self.env["marketing.addressee"]._find_message(self.recipient.id)
        page._render(person, "token")
        self.env.invalidate_all()
        with self.assertQueryCount(60):
            page._render(person, "token")

    def _in_an_hour(self):
        return int(fields.Datetime.now().timestamp()) + 7200

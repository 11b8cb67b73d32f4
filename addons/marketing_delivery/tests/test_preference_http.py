from odoo.tests import HttpCase, tagged

from .tracking_common import BROWSER, TrackingMixin


@tagged("post_install", "-at_install")
class TestPreferencePage(TrackingMixin, HttpCase):
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
        cls.preference = cls.env["email.subscription.preference"]._opt_in(
            cls.company, "anna.secret@example.com", source="test"
        )
        cls.env.flush_all()

    def ask(self, data=None, recipient=None):
        token = self._token(
            "unsubscribe", **({"recipient": recipient} if recipient else {})
        )
        answer = self.url_open(f"/mm/u/{token}", data, headers={"User-Agent": BROWSER})
        self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()
        return answer.text

    def history(self):
        return self.preference.history_ids

    def test_the_page_shows_topics_of_the_company_as_they_are(self):
        text = self.ask()
        self.assertIn("Once a month", text)
        self.assertNotIn("Foreign", text)
        self.assertRegex(text, rf'value="{self.news.id}" checked="checked"')
        self.assertNotRegex(text, rf'value="{self.tips.id}" checked')
        self.assertRegex(text, 'value="normal" checked="checked"')
        self.assertEqual(len(self.history()), 1, "looking changes nothing")

    def test_choosing_topics_and_frequency(self):
        text = self.ask({"action": "save", "topic": self.tips.id, "frequency": "low"})
        self.assertIn("Your choice is saved.", text)
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
        text = self.ask({"action": "save", "topic": topics, "frequency": "<b>"})
        self.assertFalse(self.preference.topic_ids)
        self.assertNotIn(str(self.foreign.id), self.preference.category_preferences)
        self.assertEqual(self.preference.preferred_frequency, "normal")
        self.assertNotIn("<script>", text)

    def test_leaving_all_keeps_the_sentence_that_was_read(self):
        before = self.ask()
        self.ask({"action": "unsubscribe"})
        line = self.history()[0]
        self.assertEqual(
            (line.change, line.source), ("unsubscribed", "unsubscribe_page")
        )
        self.assertIn(line.text_shown, before)

    def test_somebody_who_left_cannot_be_brought_back_by_saving(self):
        self.ask({"action": "unsubscribe"})
        text = self.ask({"action": "save", "topic": self.tips.id})
        self.assertFalse(self.preference.is_subscribed)
        self.assertIn("You are unsubscribed", text)
        self.assertNotIn('value="save"', text)

    def test_saving_never_makes_a_first_consent(self):
        stranger = self._make_recipient("stranger@example.com", customer_id=False)
        self.assertNotIn('value="save"', self.ask(recipient=stranger))
        self.ask({"action": "save", "topic": self.tips.id}, recipient=stranger)
        found = self.preference.search([("email_address", "=", "stranger@example.com")])
        self.assertFalse(found)

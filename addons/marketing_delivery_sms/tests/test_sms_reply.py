from odoo.tests import tagged

from ..models.marketing_sms_reply import START, STOP, read_word
from .sms_common import SmsCase

NUMBER = "+12025550101"


@tagged("post_install", "-at_install")
class TestSmsReply(SmsCase):
    def setUp(self):
        super().setUp()
        self.replies = self.env["marketing.sms.reply"]
        self.consents = self.env["email.subscription.preference"]
        self.row = self._add(NUMBER)
        self.row.state = "sent"
        self.env.flush_all()

    def _reply(self, text, key, companies=None):
        public = self.env.ref("base.public_user")
        replies = self.replies.with_user(public)
        kind = replies._receive(companies or self.company, NUMBER, text, key)
        self.env.invalidate_all()
        return kind

    def _find(self, company=None):
        company = company or self.company
        return self.consents._find_row(company.id, "sms", self.row.address_key)

    def test_words(self):
        for text in ("STOP", " stop. ", "Stop please!", "Arrêt", "opt-out", "OPT OUT"):
            self.assertEqual(read_word(text), STOP, text)
        for text in ("START", "yes", "Unstop", "OUI!"):
            self.assertEqual(read_word(text), START, text)
        for text in ("", None, "Hello", "Yes, on Monday", "don't stop", "1", "🛑"):
            self.assertIsNone(read_word(text), text)

    def test_stop_ends_it_at_once(self):
        self.assertEqual(self._reply("Stop", "SM1"), STOP)
        consent = self._find()
        self.assertFalse(consent.is_subscribed)
        self.assertEqual(consent.consent_source, "sms_reply")
        stops = self.env["phone.blacklist"]
        self.assertTrue(stops.search_count([("number", "=", NUMBER)]))
        row = self._add(NUMBER, consent=False, step_key="2", send_key="two")
        self._pump()
        self.assertEqual((row.state, row.reason), ("skipped", "unsubscribed"))

    def test_the_campaign_counts_it_once(self):
        for key in ("SM1", "SM1", "SM2"):
            self._reply("STOP", key)
        events = [event for event in self._events() if "unsubscribed" in event[0]]
        self.assertEqual(len(events), 1)
        self.assertEqual(self.replies.search_count([]), 2)
        self.assertEqual(
            self.replies.search([]).mapped("recipient_id"), [self.row.id] * 2
        )

    def test_it_names_the_campaign_that_it_answers(self):
        self._reply("STOP", "SM1")
        reply = self.replies.search([])
        self.assertEqual(reply.campaign_id, self.campaign)
        self.row.unlink()
        reply.invalidate_recordset()
        self.assertFalse(reply.campaign_id, "messages may be deleted")

    def test_start_takes_it_back(self):
        self._reply("STOP", "SM1")
        self.assertEqual(self._reply("START", "SM2"), START)
        self.assertTrue(self._find().is_subscribed)
        stops = self.env["phone.blacklist"]
        self.assertFalse(stops.search_count([("number", "=", NUMBER)]))

    def test_an_old_start_told_again_changes_nothing(self):
        """A signature has no clock: what was heard once may be played again."""
        self._reply("START", "SM1")
        self._reply("STOP", "SM2")
        self._reply("START", "SM1")
        self.assertFalse(self._find().is_subscribed)

    def test_start_makes_no_first_consent(self):
        self._find().unlink()
        self._reply("START", "SM1")
        self.assertFalse(self._find())

    def test_other_companies_are_not_touched(self):
        self.consents._opt_in(self.other_company, NUMBER, channel="sms", source="test")
        self._reply("STOP", "SM1")
        self.assertTrue(self._find(self.other_company).is_subscribed)
        self._reply("STOP", "SM2", self.company | self.other_company)
        self.assertFalse(self._find(self.other_company).is_subscribed)

    def test_anything_else_is_not_kept(self):
        self.assertIsNone(self._reply("When do you open?", "SM1"))
        self.assertFalse(self.replies.search([]))
        self.assertIsNone(
            self.replies._receive(self.company, "not a number", "STOP", "SM2")
        )

    def test_a_number_that_no_library_knows_can_leave_too(self):
        """Odoo's stop list refuses it; the consent does not need that list."""
        row = self._add("+99999999999")
        self.replies._receive(self.company, "+99999999999", "STOP", "SM1")
        self.env.invalidate_all()
        consent = self.consents._find_row(self.company.id, "sms", row.address_key)
        self.assertFalse(consent.is_subscribed)
        self.replies._receive(self.company, "+99999999999", "START", "SM2")
        self.env.invalidate_all()
        self.assertTrue(consent.is_subscribed)

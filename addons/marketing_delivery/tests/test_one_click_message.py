from email import message_from_bytes, policy
from urllib.parse import urlsplit

from odoo.tests import HttpCase, tagged

from .sender_common import FakeAdapter, SenderCase

ANNA = "anna@click.example"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@tagged("post_install", "-at_install")
class TestOneClickOfTheBuiltMessage(SenderCase, HttpCase):
    """RFC 8058 with the message that really leaves, not with a link made by hand."""

    def _send(self):
        adapter = FakeAdapter()
        self._add(ANNA)
        self._pump(adapter)
        [message] = adapter.messages
        return message_from_bytes(message.data, policy=policy.SMTP)

    def test_the_headers_of_the_message_stop_the_next_one(self):
        message = self._send()
        self.assertEqual(message["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        url = message["List-Unsubscribe"].strip()
        self.assertRegex(url, r"^<https?://[^<>, ]+>$", "one address, nothing else")
        path = urlsplit(url[1:-1]).path
        preferences = self.env["email.subscription.preference"]
        row = preferences._find_row(
            self.company.id, "email", preferences._address_key("email", ANNA)
        )
        self.env.flush_all()
        for method in ("GET", "HEAD"):
            self.url_open(path, method=method)
        self.env.invalidate_all()
        self.assertTrue(row.is_subscribed, "a scanner that follows it changes nothing")
        self.opener.cookies.clear()
        answer = self.url_open(
            path, b"List-Unsubscribe=One-Click", headers=FORM, allow_redirects=False
        )
        self.assertEqual((answer.status_code, answer.text), (200, "OK"))
        self.assertNotIn("Location", answer.headers)
        self.assertNotIn("Set-Cookie", answer.headers)
        self.env.invalidate_all()
        self.assertFalse(row.is_subscribed)
        self.assertEqual(row.consent_source, "one_click")

        again = self._create_campaign(self.company)
        later = self._add(ANNA, campaign=again, consent=False)
        adapter = FakeAdapter()
        self._pump(adapter, campaign=again)
        self.assertFalse(adapter.messages)
        self.assertEqual((later.state, later.reason), ("skipped", "unsubscribed"))

    def test_a_break_taken_after_the_audience_was_written_holds(self):
        row = self._add(ANNA)
        preferences = self.env["email.subscription.preference"]
        consent = preferences._find_row(self.company.id, "email", row.address_key)
        consent._choose(
            shown=self.env["marketing.topic"],
            wanted=self.env["marketing.topic"],
            frequency="normal",
            pause_days=30,
        )
        adapter = FakeAdapter()
        self._pump(adapter)
        self.assertFalse(adapter.messages)
        self.assertEqual((row.state, row.reason), ("skipped", "paused_by_person"))

    def test_a_transactional_message_knows_no_break(self):
        self.campaign.is_transactional = True
        row = self._add(ANNA)
        preferences = self.env["email.subscription.preference"]
        consent = preferences._find_row(self.company.id, "email", row.address_key)
        consent._write_server({"paused_until": "2999-01-01"})
        adapter = FakeAdapter()
        self._pump(adapter)
        self.assertEqual(len(adapter.messages), 1)

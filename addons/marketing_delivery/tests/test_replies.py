from odoo.tests import BaseCase, tagged

from ..sender import answers
from ..sender.adapter import ACCEPTED, PERMANENT, TRANSIENT, UNKNOWN, Outcome
from ..sender.replies import (
    BrokenReply,
    Reply,
    get_identifier,
    parse_line,
    refuse,
)


@tagged("post_install", "-at_install")
class TestReplies(BaseCase):
    def test_lines(self):
        self.assertEqual(parse_line(b"250 ok\r\n"), (250, True, "ok"))
        self.assertEqual(parse_line(b"250-more\r\n"), (250, False, "more"))
        self.assertEqual(parse_line(b"354\r\n"), (354, True, ""))
        for line in (b"hello\r\n", b"25\r\n", b"2500 ok\r\n", b"\xff50 x\r\n", b"\r\n"):
            with self.assertRaises(BrokenReply):
                parse_line(line)
        for line in (b"150 early\r\n", b"600 late\r\n", b"000 nothing\r\n"):
            with self.assertRaises(BrokenReply):
                parse_line(line)

    def test_classes(self):
        self.assertEqual(refuse(Reply(451, "x"), "MAIL").kind, TRANSIENT)
        self.assertEqual(refuse(Reply(550, "x"), "MAIL").kind, PERMANENT)
        self.assertLessEqual(len(refuse(Reply(550, "x" * 9999), "MAIL").reply), 300)

    def test_bounces_are_about_the_address(self):
        for code, text, verb, expected in (
            (550, "5.1.1 unknown", "RCPT", "hard"),
            (552, "full", "RCPT", "soft"),
            (550, "5.2.2 full", "RCPT", "soft"),
            (450, "later", "RCPT", "soft"),
            (450, "4.2.1 greylisted", "RCPT", "soft"),
            (550, "no such user here", "RCPT", "hard"),
            (550, "5.1.1 User unknown in relay recipient table", "RCPT", "hard"),
            (550, "5.5.0 mailbox unavailable", "RCPT", "hard"),
            (550, "5.0.0 unknown user", "RCPT", "hard"),
            (553, "5.1.2 no such domain", "RCPT", "hard"),
            (556, "5.1.10 takes no mail", "RCPT", "hard"),
            (550, "5.7.1 rejected by policy", "RCPT", "soft"),
            (550, "5.7.606 Access denied, banned sending IP", "RCPT", "soft"),
            (554, "5.7.1 Service unavailable; Client host blocked", "RCPT", "soft"),
            (550, "blocked using zen.spamhaus.org", "RCPT", "soft"),
            (550, "relaying denied", "RCPT", "soft"),
            (550, "5.1.8 bad sender's system address", "RCPT", "soft"),
            (553, "5.1.7 bad sender's mailbox", "RCPT", "soft"),
            (554, "transaction failed", "RCPT", "soft"),
            (550, "spam", "CONTENT", None),
            (550, "who", "MAIL", None),
        ):
            outcome = refuse(Reply(code, text), verb)
            self.assertEqual(outcome.bounce_type, expected, outcome)

    def test_identifiers(self):
        self.assertEqual(get_identifier("2.0.0 Ok: queued as 4F2A1B"), "4F2A1B")
        self.assertEqual(get_identifier("OK id=1rAbC-0001-XY"), "1rAbC-0001-XY")
        self.assertIsNone(get_identifier("thank you"))

    def test_journal_round_trip(self):
        for outcome in (
            Outcome(ACCEPTED, "250 Ok: queued as Q123", "CONTENT", "Q123"),
            Outcome(PERMANENT, "550 5.1.1 no", "RCPT", bounce_type="hard"),
            Outcome(TRANSIENT, "451 later", "DATA"),
            Outcome(ACCEPTED, message_id="<é 1/2@x.example>"),
            Outcome(ACCEPTED),
        ):
            letter, text = answers.describe(outcome)
            self.assertEqual(answers.from_journal(letter, text), outcome)
        self.assertIsNone(answers.describe(Outcome(UNKNOWN, "closed", "CONTENT")))

    def test_backoff_doubles(self):
        for attempt, seconds in enumerate((60, 120, 240, 480)):
            for _draw in range(20):
                self.assertTrue(
                    0.75 * seconds <= answers.backoff(attempt) <= 1.25 * seconds
                )

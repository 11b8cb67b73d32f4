import random
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..bounces import notice, reader

FOLDER = Path(__file__).parent / "notices"
RETURN_PATH = "bounce+m3e-0123456789abcdef0123@shop.example"
SEND_KEY = "0b5b8b2e-6a39-4d3a-9d0d-7f1d0b7f9f10"
ADDRESS = "c@x.example"
F, D, OK = notice.FAILED, notice.DELAYED, notice.DELIVERED
C, OUT, AUTO, OTHER = (
    notice.COMPLAINT,
    notice.OPT_OUT,
    notice.AUTO_REPLY,
    notice.OTHER,
)
KINDS = {F, D, OK, C, OUT, AUTO, OTHER}
# sample -> (kind, status, hard or soft of a failure, is the recipient told)
SAMPLES = {
    "postfix_unknown_user": (F, "5.1.1", "hard", True),
    "postfix_delayed": (D, "4.4.1", None, True),
    "postfix_delivered": (OK, "2.0.0", None, True),
    "postfix_relayed": (OTHER, "2.0.0", None, True),
    "postfix_expired": (F, "4.4.1", "soft", True),
    "postfix_text_only": (F, "5.0.0", "hard", True),
    "gmail_unknown_user": (F, "5.1.1", "hard", True),
    "gmail_over_quota": (F, "5.2.2", "soft", True),
    "gmail_policy": (F, "5.7.26", "soft", True),
    "exchange_online": (F, "5.1.10", "hard", True),
    "exchange_2007_empty_status": (F, "5.4.4", "hard", True),
    "exchange_text_only": (F, "5.1.1", "hard", True),
    "sendmail_host_unknown": (F, "5.1.2", "hard", True),
    "qmail": (F, "5.1.1", "hard", True),
    "qmail_no_mailbox": (F, "5.1.1", "hard", True),
    "exim": (F, "5.0.0", "hard", True),
    "exim_warning": (D, "4.7.1", None, True),
    "html_only": (F, "5.1.1", "hard", True),
    "mailbox_full_in_words": (F, "5.2.2", "soft", True),
    "no_status_at_all": (F, "5.1.1", "hard", True),
    "no_action": (F, "5.1.6", "hard", True),
    "several_recipients": (F, "5.1.1", "hard", True),
    "without_a_copy": (F, "5.2.1", "hard", True),
    "upper_case_return_path": (F, "5.1.1", "hard", True),
    "encoded_status_part": (F, "5.1.1", "hard", True),
    "named_by_the_copy_only": (F, "5.1.1", "hard", True),
    "greek_text_wrong_charset": (F, "5.1.1", "hard", True),
    "german_auto_reply": (AUTO, None, None, False),
    "out_of_office_without_headers": (AUTO, None, None, False),
    "a_person_answers": (OTHER, None, None, False),
    "read_receipt": (OTHER, None, None, False),
    "virus_warning": (OTHER, None, None, False),
    "arf_abuse": (C, None, None, True),
    "arf_minimal_return_path": (C, None, None, False),
    "arf_mail_from_only": (C, None, None, False),
    "arf_redacted": (C, None, None, False),
    "arf_opt_out": (OUT, None, None, True),
    "arf_not_spam": (OTHER, None, None, False),
    "arf_dmarc_failure": (OTHER, None, None, False),
    "empty_report": (OTHER, None, None, False),
    "no_boundary": (OTHER, None, None, False),
    "nothing_but_headers": (OTHER, None, None, False),
}
UNSIGNED = {"arf_redacted"}  # names our message, but not by its return path


def load(name, return_path=RETURN_PATH, send_key=SEND_KEY, address=ADDRESS):
    """Return a sample as if it were about this message."""
    data = (FOLDER / f"{name}.eml").read_bytes()
    for placeholder, value in (
        (b"{return_path}", return_path),
        (b"{RETURN_PATH}", return_path.upper()),
        (b"{send_key}", send_key),
        (b"{address}", address),
    ):
        data = data.replace(placeholder, value.encode())
    return data


@tagged("post_install", "-at_install")
class TestBounceReader(BaseCase):
    def test_every_sample(self):
        self.assertEqual({path.stem for path in FOLDER.iterdir()}, {*SAMPLES})
        for name, (kind, status, bounce_type, has_recipient) in SAMPLES.items():
            found = reader.read(load(name))
            self.assertEqual((found.kind, found.status), (kind, status), name)
            if bounce_type:
                self.assertEqual(notice.get_bounce_type(status), bounce_type, name)
                self.assertTrue(found.detail, name)
            self.assertEqual(found.recipient, ADDRESS if has_recipient else None, name)

    def test_line_ends_do_not_matter(self):
        for name in SAMPLES:
            data = load(name)
            found = reader.read(data)
            again = reader.read(data.replace(b"\n", b"\r\n"))
            self.assertEqual(found._replace(detail=""), again._replace(detail=""), name)

    def test_whose_message(self):
        for name in SAMPLES:
            found = reader.read(load(name))
            told = RETURN_PATH in (*found.addresses, *found.returned_to)
            self.assertEqual(told, name not in UNSIGNED, name)
        for name in ("postfix_unknown_user", "qmail", "exim", "arf_redacted"):
            self.assertEqual(reader.read(load(name)).send_key, SEND_KEY, name)

    def test_same_notice_same_name(self):
        names = {reader.read(load(name)).identifier for name in SAMPLES}
        self.assertEqual(len(names), len(SAMPLES))
        for name in SAMPLES:
            first, again = reader.read(load(name)), reader.read(load(name))
            self.assertEqual(first.identifier, again.identifier)

    def test_dates(self):
        found = reader.read(load("qmail"))
        self.assertEqual(str(found.occurred_at), "2026-11-21 10:05:00")
        self.assertIsNone(reader.read(load("nothing_but_headers")).occurred_at)

    def test_policy_and_full_mailboxes_are_no_dead_addresses(self):
        for status in ("5.7.1", "5.7.26", "5.2.2", "5.2.3", "5.3.4", "5.6.0", "5.4.14"):
            self.assertEqual(notice.get_bounce_type(status), "soft", status)
        for status in (
            "5.1.1",
            "5.1.10",
            "5.0.0",
            "5.2.1",
            "5.4.4",
            "5.1.2",
            "5.4.310",
        ):
            self.assertEqual(notice.get_bounce_type(status), "hard", status)
        self.assertEqual(notice.get_bounce_type(None), "soft")

    def test_status_codes(self):
        for text, wanted in (
            ("550 5.1.1 no", "5.1.1"),
            ("550 no such user", "5.0.0"),
            ("452-too many", "4.0.0"),
            ("call 0555 550123", None),
            ("192.0.2.550 5.10", None),
            ("version 15.1.1.9", None),
            ("", None),
        ):
            self.assertEqual(notice.find_status(text), wanted, text)

    def test_nothing_a_stranger_writes_raises(self):
        clock = random.Random(3464)
        samples = [load(name) for name in SAMPLES]
        for number in range(600):
            data = bytearray(clock.choice(samples))
            for _change in range(clock.randrange(1, 12)):
                place = clock.randrange(len(data))
                piece = clock.choice(
                    (b"\0", b"\r\n", b"\xff", b"<", b";", b'"', b"=?utf-8?B?zzz?=")
                )
                data[place : place + clock.randrange(20)] = piece
            found = reader.read(bytes(data))
            self.assertIn(found.kind, KINDS, number)

    def test_bombs(self):
        start = b"To: bounce@shop.example\r\nFrom: mailer-daemon@x.example\r\n"
        nested = b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n)
            for n in range(3000)
        )
        for body in (
            nested,
            b"Content-Type: message/rfc822\r\n\r\n" * 3000,
            b"Subject: " + b"=?utf-8?Q?" * 20000 + b"\r\n\r\n",
            b"To: " + b"(" * 5000 + b"\r\n\r\n",
            b"\r\n" + b"<" * 200_000,
            b"\r\n" + b"a@" * 200_000,
            b"\r\n<" + b"a" * 64 + b"@x.example>:\n" * 30_000,
            b"\r\n" + b"550 " * 200_000,
            b"\r\n" + b"x" * 3_000_000,
            b"",
        ):
            self.assertIn(reader.read(start + body).kind, KINDS)
            self.assertIn(reader.read(body).kind, KINDS)

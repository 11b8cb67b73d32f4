from email import message_from_bytes, policy

from odoo.tests import BaseCase, tagged

from ..sender.content import Content
from ..sender.mime import HeaderProblem, MessageBuilder, encode_mailbox

FIXED = [("From", encode_mailbox("Café Zoë", "shop@a.example")), ("Reply-To", None)]


@tagged("post_install", "-at_install")
class TestMime(BaseCase):
    def setUp(self):
        super().setUp()
        self.builder = MessageBuilder(FIXED, "a.example")

    def _build(self, subject="Hello", html="<p>Hi</p>", text="Hi", **values):
        values = {
            "send_key": "k-1",
            "to": encode_mailbox("Anna", "a@x.example"),
        } | values
        return self.builder.build(Content(subject, html, text), **values)

    def _parse(self, data):
        """Read the message with Python's parser."""
        for line in data.split(b"\r\n"):
            self.assertLessEqual(len(line), 998)
            self.assertNotIn(b"\n", line)
        self.assertTrue(data.endswith(b"\r\n"))
        return message_from_bytes(data, policy=policy.SMTP)

    def _parts(self, data):
        text, html = self._parse(data).iter_parts()
        return [part.get_content().replace("\r\n", "\n") for part in (text, html)]

    def test_headers(self):
        message = self._parse(self._build(one_click="https://a.example/mm/1/t"))
        self.assertEqual(message["From"], "Café Zoë <shop@a.example>")
        self.assertEqual(message["To"], "Anna <a@x.example>")
        self.assertEqual(message["Message-ID"], "<k-1@a.example>")
        self.assertEqual(message["X-SK"], "k-1")
        self.assertEqual(message["List-Unsubscribe"], "<https://a.example/mm/1/t>")
        self.assertEqual(message["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertTrue(message["Date"].datetime)
        self.assertNotIn("Reply-To", message)
        self.assertEqual(message.get_content_type(), "multipart/alternative")
        self.assertFalse(message.defects)

    def test_subjects_survive(self):
        for subject in (
            "Größe ändern: 20 % für Sie 🎁",
            "naïve " * 60,
            "x" * 490,
            "a =?utf-8?B?eA==?= b",
            "日本語" * 40,
        ):
            message = self._parse(self._build(subject=subject))
            self.assertEqual(message["Subject"], subject.strip(), subject)

    def test_bodies_survive(self):
        for body in (
            "plain\nlines\n",
            "Grüße 🎁 " * 300,
            "x" * 5000,
            ".\n..\n.start\nend.",
            "trailing space \nand tab\t\n",
            "<p>" + "ä" * 2000 + "</p>",
            "--=_mm_ looks like an end\n",
            "=41 = signs =\n",
        ):
            text, html = self._parts(self._build(html=body, text=body))
            self.assertEqual(text.rstrip("\n"), body.rstrip("\n"))
            self.assertEqual(html.rstrip("\n"), body.rstrip("\n"))

    def test_mixed_line_ends(self):
        text, _html = self._parts(self._build(text="a\r\nb\rc\nd"))
        self.assertEqual(text.splitlines(), ["a", "b", "c", "d"])

    def test_injection_is_refused(self):
        for subject in ("a\r\nBcc: b@x.example", "a\nb", "a\0b", "a\u2028b", "a\x85b"):
            with self.assertRaises(HeaderProblem):
                self._build(subject=subject)
        with self.assertRaises(HeaderProblem):
            encode_mailbox("Anna", "a@x.example\r\nBcc: b@x.example")

    def test_empty_and_endless_subjects_are_refused(self):
        for subject in ("", "   ", "x" * 501):
            with self.assertRaises(HeaderProblem):
                self._build(subject=subject)

    def test_content_that_cannot_be_encoded(self):
        for text in ("NUL \0", "half a pair \ud83d"):
            with self.assertRaises(ValueError):
                self._build(text=text)

    def test_names(self):
        for name, expected in (
            ("Anna", "Anna"),
            ('Anna "A" \\ B', 'Anna "A" \\ B'),
            ("Zoë Ångström", "Zoë Ångström"),
            ("Line\r\nBcc: x@x.example", "Line Bcc: x@x.example"),
            ("a@x.example, b", "a@x.example, b"),
        ):
            message = self._parse(self._build(to=encode_mailbox(name, "a@x.example")))
            address = message["To"].addresses[0]
            self.assertEqual(len(message["To"].addresses), 1)
            self.assertEqual(address.display_name, expected)
            self.assertEqual(address.addr_spec, "a@x.example")
            self.assertNotIn("Bcc", message)
        self.assertEqual(encode_mailbox(None, "a@x.example"), "a@x.example")
        self.assertEqual(encode_mailbox(" \n", "a@x.example"), "a@x.example")

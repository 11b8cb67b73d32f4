from email import message_from_bytes, policy

from odoo.tests import BaseCase, tagged

from ..sender import quoted
from ..sender.content import Content, Skeleton
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
        text, _html = self._parts(self._build(text="a\r\nb\rcc\nd"))
        self.assertEqual(text.splitlines(), ["a", "b", "cc", "d"])

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


@tagged("post_install", "-at_install")
class TestSkeletons(TestMime):
    """The same with content that comes with its skeleton."""

    PIECES = ("<p>Dear ", 0, ',</p>\n\n<a href="', 1, '">Go</a>   \n.\n', 0)
    VALUES = (
        ("Anna", "https://shop.example/mm/c/" + "x" * 60),
        ("Zoë  Å. ", "?a=1&b=2"),
        ("", ""),
        (" ", "."),
        (".\n..\n", "\ta = b\t\n"),
        ("é" * 200, "=41" * 60),
        ("--=_mm_", "x" * 5000),
        ("🎁 " * 30, "a" * 74 + "=" + "b" * 74),
    )

    def _build(self, subject="Hello", html="<p>Hi</p>", text="Hi", **values):
        """Content of which a skeleton holds every second third."""
        filled, pieces = [], []
        for body in (html, text):
            third = len(body) // 3
            parts = body[:third], body[third : 2 * third], body[2 * third :]
            pieces.append((parts[0], len(filled), parts[2]))
            filled.append(parts[1])
        content = Content(subject, html, text, Skeleton(*pieces), tuple(filled))
        values = {
            "send_key": "k-1",
            "to": encode_mailbox("Anna", "a@x.example"),
        } | values
        return self.builder.build(content, **values)

    def test_values_survive(self):
        skeleton = Skeleton(self.PIECES, self.PIECES[::-1])
        for values in self.VALUES:
            html, text = skeleton.fill(values)
            content = Content("Hello", html, text, skeleton, values)
            data = self.builder.build(content, send_key="k", to="a@x.example")
            self.assertEqual(self._parts(data), [text, html])
            body = data.partition(b"\r\n\r\n")[2]
            self.assertIn(b"quoted-printable", body)
            self.assertLessEqual(max(map(len, body.split(b"\r\n"))), 76)
            for blanks in (b"  ", b"\t", b" \r\n"):
                self.assertNotIn(blanks, body, "a signature takes it as it is")

    def test_what_is_fixed_is_encoded_once(self):
        skeleton = Skeleton(self.PIECES, self.PIECES)
        encoded = []

        def encode(text):
            encoded.append(text)
            return original(text)

        original = quoted.encode
        self.patch(quoted, "encode", encode)
        for values in (("a", "b"), ("c", "d")):
            content = Content("Hello", *skeleton.fill(values), skeleton, values)
            self.builder.build(content, send_key="k", to="a@x.example")
        self.assertEqual(encoded[-4:], ["a", "b", "c", "d"])
        self.assertEqual(len(encoded), 4 + 2 * 3)

    def test_other_alphabets_take_the_shorter_form(self):
        skeleton = Skeleton(("日本語の手紙。" * 30, 0), ("Здравствуйте, ", 0))
        content = Content("Hello", *skeleton.fill(["Анна"]), skeleton, ("Анна",))
        data = self.builder.build(content, send_key="k", to="a@x.example")
        self.assertNotIn(b"quoted-printable", data)
        self.assertEqual(self._parts(data), [content.text, content.html])

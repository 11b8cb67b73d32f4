import random
from email.utils import formatdate

import dkim as dkimpy
from dkim.canonicalization import Relaxed

from odoo.tests import BaseCase, tagged

from ..sender import dkim
from ..sender.content import Content, Skeleton
from ..sender.mime import MessageBuilder, encode_mailbox

HEAD = (
    b"Message-ID: <k1@a.example>\r\nFrom: Shop <shop@a.example>\r\n"
    b"To: c@x.example\r\nSubject: Hello\r\nDate: Sat, 21 Nov 2026 12:00:00 -0000\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
)


def verify(data, records):
    """Say whether every signature of a message holds; dkimpy is not our code."""

    def look_up(name, timeout=5):
        record = records.get(name.decode().rstrip("."))
        return record and record.encode()

    number = data.count(b"DKIM-Signature:")
    try:
        checker = dkimpy.DKIM(data)
        return bool(number) and all(
            checker.verify(idx=index, dnsfunc=look_up) for index in range(number)
        )
    except (dkimpy.DKIMException, ValueError):
        return False


@tagged("post_install", "-at_install")
class TestDkim(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = {name: dkim.generate(name) for name in (dkim.RSA, dkim.ED25519)}
        cls.signers = {
            name: dkim.Signer("a.example", name, key) for name, key in cls.keys.items()
        }
        cls.records = {
            f"{name}._domainkey.a.example": dkim.get_public_record(key)
            for name, key in cls.keys.items()
        }

    def _sign(self, data, *names):
        return dkim.sign(data, [self.signers[name] for name in names or [dkim.RSA]])

    def _verify(self, data):
        return verify(data, self.records)

    def _build(self, content, **values):
        builder = MessageBuilder(
            [
                ("From", encode_mailbox("Café Zoë " * 9, "shop@a.example")),
                ("Reply-To", "answers@a.example"),
                ("List-ID", "c1.marketing.a.example"),
                ("Feedback-ID", "7:c1:marketing:a.example"),
            ],
            "a.example",
        )
        values = {
            "send_key": "k-1",
            "to": encode_mailbox("Zoë Ångström " * 8, "c@x.example"),
            "one_click": "https://a.example/mm/u/" + "x" * 43,
            **values,
        }
        return builder.build(content, **values)

    def _get_tags(self, data):
        value = data.partition(b"DKIM-Signature: ")[2].partition(b"\r\nMessage-ID")[0]
        value = value.decode().replace("\r\n ", "")
        return dict(
            (part.strip().partition("=")[::2]) for part in value.split(";") if part
        )

    def test_real_messages(self):
        for subject, html, text in (
            ("Hello", "<p>Hi</p>", "Hi"),
            ("Größe ändern 🎁 " * 12, "<p>Grüße</p>" * 500, "Grüße 🎁\n" * 50),
            ("Dots", "<p>.</p>\n.\n..\n.x\n", ".\n..\n.\n\n.x"),
            ("Blanks", "a  b\t\tc \t\n\n \n\t\n", "  lead\ntrail  \n\n\n\n"),
            ("Long", "<p>" + "x" * 5000 + "</p>", "x " * 600),
            ("Ends", "no end", "end\n\n\n\n \t\n"),
            ("Empty", "", ""),
        ):
            data = self._build(Content(subject, html, text))
            for names in ([dkim.RSA], [dkim.ED25519], [dkim.RSA, dkim.ED25519]):
                signed = self._sign(data, *names)
                self.assertTrue(signed.endswith(data), "the message is as it was")
                self.assertTrue(self._verify(signed), (subject, names))
                self.assertLessEqual(max(map(len, signed.split(b"\r\n"))), 998)

    def test_content_with_a_skeleton(self):
        skeleton = Skeleton(("<p>Dear ", 0, ",</p>\n  <p>Bye ", 0), ("Dear ", 0, " "))
        for value in ("Anna", "Zoë  Å \t\n", " ", ".\r\n.", "=" * 200):
            filled = skeleton.fill([value])
            data = self._build(Content("Hello", *filled, skeleton, (value,)))
            self.assertIn(b"quoted-printable", data)
            self.assertTrue(self._verify(self._sign(data)), value)

    def test_any_changed_byte_breaks_it(self):
        data = self._build(Content("Hello", "<p>Hi there</p>", "Hi there"))
        signed = self._sign(data)
        self.assertTrue(self._verify(signed))
        for old, new in (
            (b"Hi there", b"Hi  tHere"),
            (b"Subject: Hello", b"Subject: Hellp"),
            (b"shop@a.example", b"shop@b.example"),
            (b"/mm/u/x", b"/mm/u/y"),
            (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
            (b"7:c1:marketing", b"8:c1:marketing"),
            (b"answers@a", b"answerz@a"),
            (b"text/html", b"text/plain"),
            (b"s=rsa", b"s=ed25519"),
            (b"\r\n h=from", b"\r\n h=FROM:cc"),
        ):
            self.assertIn(old, signed)
            self.assertFalse(self._verify(signed.replace(old, new, 1)), old)

    def test_random_bytes_break_it(self):
        signed = self._sign(self._build(Content("Hello", "<p>Hi</p>" * 20, "Hi")))
        start = signed.index(b"multipart/alternative")
        clock = random.Random(6376)
        for place in clock.sample(range(start, len(signed) - 6), 60):
            if signed[place] in b" \t\r\n":
                continue  # relaxed: blanks may be changed
            other = bytes([signed[place] ^ 1])
            changed = signed[:place] + other + signed[place + 1 :]
            self.assertFalse(self._verify(changed), signed[place - 9 : place + 9])

    def test_a_second_from_breaks_it(self):
        signed = self._sign(HEAD + b"\r\nHi\r\n")
        self.assertTrue(self._verify(signed))
        for added in (b"From: boss@a.example\r\n", b"from: x <x@x.example>\r\n"):
            self.assertFalse(self._verify(added + signed))
            self.assertFalse(self._verify(signed.replace(b"To:", added + b"To:", 1)))

    def test_what_relays_may_do_does_not_break_it(self):
        signed = self._sign(HEAD + b"\r\nHi you\r\n\r\nBye\r\n")
        for old, new in (
            (b"Subject: Hello", b"SUBJECT:   Hello  "),
            (b"Shop <shop", b"Shop\r\n\t<shop"),
            (b"Hi you\r\n", b"Hi \t you \t\r\n"),
            (b"Bye\r\n", b"Bye\r\n\r\n\r\n"),
            (b"Message-ID:", b"Received: from x\r\n\tby y; now\r\nMessage-ID:"),
        ):
            self.assertTrue(self._verify(signed.replace(old, new, 1)), old)

    def test_signed_headers(self):
        data = self._build(Content("Hello", "<p>Hi</p>", "Hi"))
        tags = self._get_tags(self._sign(data))
        self.assertEqual(
            tags["h"].split(":"),
            "from from reply-to to subject date message-id mime-version content-type"
            " list-id list-unsubscribe list-unsubscribe-post feedback-id".split(),
        )
        self.assertEqual((tags["d"], tags["s"]), ("a.example", "rsa"))
        self.assertEqual((tags["a"], tags["c"]), ("rsa-sha256", "relaxed/relaxed"))
        data = self._build(Content("Hello", "<p>Hi</p>", "Hi"), one_click=None)
        self.assertNotIn("list-unsubscribe", self._get_tags(self._sign(data))["h"])

    def test_forms_are_those_of_another_implementation(self):
        clock = random.Random(4871)
        pieces = [b" ", b"\t", b"\r\n", b"a", b"bc", b".", b"\r\n\r\n", b"  ", b"=20"]
        for _round in range(500):
            body = b"".join(clock.choices(pieces, k=clock.randrange(40)))
            wanted = Relaxed.canonicalize_body(body)
            if body and not body.endswith(b"\r\n"):
                body += b"\r\n"  # as every message of ours ends
                wanted = Relaxed.canonicalize_body(body)
            self.assertEqual(dkim.canonicalise_body(body), wanted, body)
        for value in (b" a  b\t c ", b"a\r\n b\r\n\tc", b"", b" \t ", b"a:b"):
            [(name, text)] = Relaxed.canonicalize_headers([(b"X-Name ", value)])
            self.assertEqual(
                dkim.canonicalise_header(b"X-Name ", value),
                name + b":" + text.removesuffix(b"\r\n"),
            )

    def test_records(self):
        for name, key in self.keys.items():
            record = dkim.get_public_record(key)
            self.assertTrue(record.startswith(f"v=DKIM1; k={name}; p="))
            self.assertNotIn("PRIVATE", record)
        signed = self._sign(HEAD + b"\r\nHi\r\n")
        wrong = {
            "rsa._domainkey.a.example": dkim.get_public_record(dkim.generate("rsa"))
        }
        self.assertFalse(verify(signed, wrong))
        self.assertFalse(verify(signed, {}))

    def test_bad_keys_are_refused(self):
        short = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
        for key in (None, "", "no key", short, self.keys[dkim.RSA][:300]):
            with self.assertRaises(dkim.BadKey):
                dkim.Signer("a.example", "s", key)

    def test_time_of_the_signature(self):
        data = HEAD.replace(b"Sat, 21 Nov 2026", formatdate(0).encode()) + b"\r\nHi\r\n"
        signed = dkim.sign(data, [self.signers[dkim.RSA]], now=1234567890.9)
        self.assertIn(b" t=1234567890;", signed)

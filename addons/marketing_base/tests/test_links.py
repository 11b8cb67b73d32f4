import base64
import random
import string
import time

from odoo.tests import TransactionCase

from odoo.addons.marketing_base.links import SCOPES, LinkSigner

NOW = 1_800_000_000
LATER = NOW + 3600


class TestLinks(TransactionCase):
    def setUp(self):
        super().setUp()
        self.signer = LinkSigner(b"0123456789abcdef0123456789abcdef")

    def test_round_trip(self):
        for scope in SCOPES:
            for record_id, number in ((1, 0), (2**31, 7), (2**63, 2**32 - 1)):
                token = self.signer.sign(scope, record_id, number, expires=LATER)
                self.assertRegex(token, r"^[A-Za-z0-9_-]{43}$")
                self.assertEqual(
                    self.signer.verify(scope, token, NOW), (record_id, number)
                )

    def test_a_token_fits_its_scope_only(self):
        token = self.signer.sign("open", 5, expires=LATER)
        for scope in SCOPES[1:]:
            self.assertIsNone(self.signer.verify(scope, token, NOW))
        self.assertIsNone(self.signer.verify("unknown", token, NOW))
        self.assertIsNone(self.signer.verify(None, token, NOW))

    def test_expiry(self):
        token = self.signer.sign("click", 5, 2, expires=LATER)
        self.assertEqual(self.signer.verify("click", token, LATER), (5, 2))
        self.assertIsNone(self.signer.verify("click", token, LATER + 1))
        fresh = self.signer.sign("click", 5, expires=time.time() + 60)
        self.assertEqual(self.signer.verify("click", fresh), (5, 0))
        self.assertIsNone(
            self.signer.verify("click", self.signer.sign("click", 5, expires=1))
        )

    def test_another_database_refuses(self):
        token = self.signer.sign("view", 5, expires=LATER)
        self.assertIsNone(
            LinkSigner(b"another secret of 32 bytes......").verify("view", token, NOW)
        )

    def test_every_single_character_is_protected(self):
        token = self.signer.sign("unsubscribe", 77, 3, expires=LATER)
        alphabet = string.ascii_letters + string.digits + "-_"
        for position in range(len(token)):
            for letter in alphabet:
                if letter != token[position]:
                    forged = token[:position] + letter + token[position + 1 :]
                    self.assertIsNone(self.signer.verify("unsubscribe", forged, NOW))

    def test_junk_never_raises(self):
        token = self.signer.sign("open", 1, expires=LATER)
        junk = ["", "a", "é" * 43, "\x00" * 43, "ａ" * 43, "A" * 5000, token[:-1]]
        junk += [token + "=", token + "\n", token + token, "\ud800" * 43, token + " "]
        junk += [None, False, 0, 1.5, b"A" * 43, token.encode(), [], {}, object()]
        junk += [token.replace(token[0], "+"), token[:42] + "/"]
        for value in junk:
            self.assertIsNone(self.signer.verify("open", value, NOW), repr(value))

    def test_random_junk_never_raises(self):
        rng = random.Random(7)
        for _round in range(20000):
            raw = rng.randbytes(rng.randint(0, 40))
            value = rng.choice(
                [
                    base64.urlsafe_b64encode(raw).decode().rstrip("="),
                    raw.decode("latin-1"),
                    raw.decode("utf-8", "surrogateescape"),
                    "".join(rng.choices(string.printable, k=43)),
                ]
            )
            self.assertIsNone(self.signer.verify("click", value, NOW))

    def test_short_secret_is_refused(self):
        with self.assertRaises(ValueError):
            LinkSigner(b"")

    def test_signatures_are_fast_enough_for_ten_links_a_mail(self):
        # the goal on an idle machine is 200,000/s; a busy one must still do half
        started = time.perf_counter()
        for number in range(20000):
            self.signer.sign("click", 123456, number, expires=LATER)
        self.assertGreater(20000 / (time.perf_counter() - started), 50000)

    def test_from_env_is_stable_and_needs_no_rights(self):
        token = LinkSigner.from_env(self.env).sign("view", 9, expires=LATER)
        public = self.env(user=self.env.ref("base.public_user"))
        self.assertEqual(LinkSigner.from_env(public).verify("view", token, NOW), (9, 0))

import hashlib
import hmac
import random

from odoo.tests import TransactionCase
from odoo.tools import SQL

from odoo.addons.marketing_base.addresses import (
    address_key,
    address_key_sql,
    normalise_address,
    normalise_email,
)

SECRET = bytes.fromhex("ab" * 32)
ACCEPTED = {
    "ann@example.com": "ann@example.com",
    "  Ann.Lee+Tag@Example.COM ": "ann.lee+tag@example.com",
    "o'brien@a-b.co.uk": "o'brien@a-b.co.uk",
    "a@xn--exmple-cua.de": "a@xn--exmple-cua.de",
    "x" * 64 + "@example.com": "x" * 64 + "@example.com",
    "{|}~!#$%&*/=?^_`@a.io": "{|}~!#$%&*/=?^_`@a.io",
}
REFUSED = [
    "",
    " ",
    "@x",
    "@example.com",
    "ann@",
    "ann@localhost",
    "ann@example..com",
    "ann@-example.com",
    "ann@example-.com",
    ".ann@example.com",
    "ann.@example.com",
    "a..b@example.com",
    "ann@example.com\r\nBcc: eve@example.com",
    "ann@example.com\n",
    "\nann@example.com",
    "ann@example.com\x00",
    "ann@example.com\t",
    "ann@exam\u2028ple.com",
    "ann@example.com, bob@example.com",
    "ann@example.com bob@example.com",
    "ann@example.com;bob@example.com",
    "Ann <ann@example.com>",
    '"a b"@example.com',
    "ann(comment)@example.com",
    "ann@[127.0.0.1]",
    "änn@example.com",
    "ann@exämple.com",
    "\u212aann@example.com",  # KELVIN SIGN lower-cases to k
    "\u0130@example.com",  # Turkish capital I with dot
    "ann@example.com\u200b",
    "ann\udcff@example.com",
    "x" * 65 + "@example.com",
    "a@" + "b" * 64 + ".com",
    "a@" + ("b" * 62 + ".") * 4 + "com",
    "=?utf-8?q?ann?=@example.com\x0d\x0a",
]
STORABLE = [text for text in REFUSED if "\x00" not in text and "\udcff" not in text]


class TestAddresses(TransactionCase):
    def sql_keys(self, channel, texts):
        query = SQL(
            "SELECT %s FROM unnest(%s::text[]) WITH ORDINALITY AS t(raw, n) ORDER BY n",
            address_key_sql(SECRET, channel, SQL("t.raw")),
            list(texts),
        )
        return [row[0] for row in self.env.execute_query(query)]

    def test_accepted_addresses_get_one_spelling(self):
        for text, expected in ACCEPTED.items():
            self.assertEqual(normalise_email(text), expected, text)

    def test_anything_else_is_none(self):
        for text in [*REFUSED, None, False, 7, b"ann@example.com", ["a@b.co"]]:
            self.assertIsNone(normalise_email(text), repr(text))

    def test_254_characters_is_the_limit(self):
        domain = ".".join(["b" * 61, "c" * 61, "d" * 61, "com"])
        for length, valid in ((254, True), (255, False)):
            text = "a" * (length - len(domain) - 1) + "@" + domain
            self.assertEqual(len(text), length)
            self.assertEqual(bool(normalise_email(text)), valid)

    def test_key_is_the_documented_hmac(self):
        expected = hmac.new(SECRET, b"email:ann@example.com", hashlib.sha256)
        self.assertEqual(
            address_key(SECRET, "email", " ANN@example.com"), expected.hexdigest()[:32]
        )

    def test_python_and_postgresql_agree(self):
        texts = [*ACCEPTED, *STORABLE]
        expected = [address_key(SECRET, "email", text) for text in texts]
        self.assertEqual(self.sql_keys("email", texts), expected)
        self.assertEqual(len(set(filter(None, expected))), len(ACCEPTED))

    def test_python_and_postgresql_agree_on_random_text(self):
        rng = random.Random(20261120)
        alphabet = "aAzZ09.-_+'%@@@... \r\n\täİKßéé,;<>\"()\\\x7f\u200b"
        texts = [
            "".join(rng.choices(alphabet, k=rng.randint(1, 12))) for _ in range(4000)
        ]
        texts += [f"{text}@ex.io" for text in texts] + [
            f"a@{text}.io" for text in texts
        ]
        expected = [address_key(SECRET, "email", text) for text in texts]
        self.assertEqual(self.sql_keys("email", texts), expected)
        self.assertGreater(len(list(filter(None, expected))), 100, "fuzz reaches both")

    def test_other_channels(self):
        cases = {
            "sms": [
                "+32470123456",
                " +32470123456 ",
                "0470123456",
                "+3247x",
                "+0123456",
            ],
            "push": ["https://push.example/AbC", "https://push.example/abc", "a b", ""],
        }
        for channel, texts in cases.items():
            expected = [address_key(SECRET, channel, text) for text in texts]
            self.assertEqual(self.sql_keys(channel, texts), expected, channel)
        self.assertEqual(normalise_address("sms", " +32470123456 "), "+32470123456")
        self.assertIsNone(normalise_address("sms", "0470123456"))
        self.assertNotEqual(
            address_key(SECRET, "push", "https://push.example/AbC"),
            address_key(SECRET, "push", "https://push.example/abc"),
        )

    def test_keys_differ_by_secret_and_channel(self):
        keys = {
            address_key(SECRET, "email", "ann@example.com"),
            address_key(b"other", "email", "ann@example.com"),
            address_key(SECRET, "push", "ann@example.com"),
        }
        self.assertEqual(len(keys), 3)

    def test_long_secret_is_hashed_first(self):
        secret = b"k" * 65
        query = SQL(
            "SELECT %s", address_key_sql(secret, "email", SQL("'a@b.io'::text"))
        )
        expected = hmac.new(secret, b"email:a@b.io", hashlib.sha256).hexdigest()[:32]
        self.assertEqual(self.env.execute_query(query)[0][0], expected)

    def test_null_has_no_key_and_unknown_channel_is_an_error(self):
        query = SQL("SELECT %s", address_key_sql(SECRET, "email", SQL("NULL::text")))
        self.assertIsNone(self.env.execute_query(query)[0][0])
        with self.assertRaises(ValueError):
            address_key_sql(SECRET, "fax", SQL("NULL"))

    def test_model_methods_use_the_secret_of_the_database(self):
        preferences = self.env["email.subscription.preference"]
        key = preferences._address_key("email", "Ann@Example.com")
        self.assertRegex(key, "^[0-9a-f]{32}$")
        query = SQL(
            "SELECT %s", preferences._address_key_sql("email", SQL("'ann@example.com'"))
        )
        self.assertEqual(self.env.execute_query(query)[0][0], key)
        self.assertIsNone(preferences._address_key("email", "two@a.io, b@c.io"))

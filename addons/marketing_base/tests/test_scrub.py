import json
import time

from odoo.tests import BaseCase

from odoo.addons.marketing_base.scrub import clean_properties, clean_text, scrub_text


class TestScrub(BaseCase):
    def test_addresses_and_numbers_are_masked(self):
        for text in (
            "ann@example.com",
            "mail me at Ann.Lee+x@Mail.Example.co.uk please",
            "https://shop.example/?email=ann%40example.com&x=1",
            "änn@exämple.de",
            "call +32 470 12 34 56",
            "0470/12 34 56 or 0470 12 34 56",
            "0032470123456",
            "(555) 234-5678 555-234-5678".replace("555", "455"),
            "%2B32470123456",
        ):
            scrubbed = scrub_text(text)
            self.assertRegex(scrubbed, r"\[(email|phone)\]", text)
            self.assertNotIn("ann@", scrubbed.lower())
            self.assertNotIn("12 34 56", scrubbed.replace("0470/12 34 56", ""))

    def test_our_own_values_stay(self):
        for text in (
            "01234567-8901-2345-6789-012345678901",
            "2026-11-20",
            "2026-11-20 10:00:00",
            "2026-11-20T10:00:00.123456+00:00",
            "203.0.113.0",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0.0.0",
            "SO0012345",
            "12.50",
            "https://shop.example/p/1234567890-blue-shoe",
            "@handle",
            "Größe 42, 3 Stück",
        ):
            self.assertEqual(scrub_text(text), text)

    def test_numbers_stay_numbers(self):
        value = {"order_id": 470123456, "rate": 0.5, "ok": True, "none": None}
        self.assertEqual(clean_properties(value), value)

    def test_keys_and_branches_are_cleaned(self):
        value = {"ann@example.com": [{"deep": ("x", "bob@example.com")}]}
        self.assertEqual(
            clean_properties(value), {"[email]": [{"deep": ["x", "[email]"]}]}
        )

    def test_what_postgresql_refuses_is_removed(self):
        self.assertEqual(clean_text("a\x00b\ud800c"), "abc")
        value = {"a\x00": "x\x00", "nan": float("nan"), "inf": float("-inf")}
        cleaned = clean_properties(value)
        self.assertEqual(cleaned, {"a": "x", "nan": None, "inf": None})
        json.dumps(cleaned, allow_nan=False).encode()

    def test_deep_data_ends(self):
        value = leaf = {}
        for _level in range(100):
            leaf["x"] = {}
            leaf = leaf["x"]
        self.assertLess(json.dumps(clean_properties(value)).count("x"), 20)

    def test_hostile_text_takes_no_time(self):
        started = time.perf_counter()
        for text in (
            "a" * 50000 + "@",
            "+1" + " 1" * 50000,
            "a.@" * 20000,
            "0" * 50000,
        ):
            scrub_text(text)
        self.assertLess(time.perf_counter() - started, 5)

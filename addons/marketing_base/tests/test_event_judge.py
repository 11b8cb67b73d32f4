from datetime import datetime
from types import SimpleNamespace

from fastjsonschema import JsonSchemaValueException

from odoo.tests import BaseCase

from odoo.addons.marketing_base.intake.batch import NOT_A_NUMBER, TWICE
from odoo.addons.marketing_base.intake.judge import CODES, WHY, Judge, Row, collect_ids
from odoo.addons.marketing_base.intake.keeping import keep

NOW = datetime(2026, 11, 21, 12, 0, 0)


def check(properties):
    if "bad" in properties:
        message = "data.bad must not be there"
        raise JsonSchemaValueException(message, name="data.bad", rule="items")


def rules(code):
    doors = {"page_view": "browser", "store_visit": "api", "email_sent": "internal"}
    return SimpleNamespace(door=doors[code], check=check) if code in doors else None


def event(**changes):
    base = {
        "event_id": "e1",
        "event_type": "page_view",
        "occurred_at": "2026-11-21T11:59:00Z",
    }
    return {**base, **changes}


class JudgeCase(BaseCase):
    def setUp(self):
        super().setUp()
        self.judge = self.make()

    def make(self, doors=("api", "browser"), **options):
        return Judge(rules, frozenset(doors), {5: 6}, {9}, NOW, **options)

    def assertRefused(self, raw, code, pointer=None, judge=None):
        verdict = (judge or self.judge).judge(raw)
        self.assertNotIsInstance(verdict, Row, raw)
        self.assertEqual(verdict.code, code, str(raw)[:80])
        self.assertTrue(verdict.detail)
        if pointer:
            self.assertEqual(verdict.pointer, pointer)
        return verdict

    def assertAccepted(self, raw, judge=None):
        verdict = (judge or self.judge).judge(raw)
        self.assertIsInstance(verdict, Row, f"{raw}: {verdict}")
        return verdict


class TestJudge(JudgeCase):
    def test_what_is_accepted(self):
        row = self.assertAccepted(
            event(
                occurred_at="2026-11-21T13:00:00.25+02:00",
                partner_id=5,
                campaign_id=9,
                session_id="s",
                context={"app": "1.2"},
                properties={"q": "shoes", "n": [1, 2.5, None, True]},
            )
        )
        self.assertEqual(row.occurred_at, "2026-11-21 11:00:00.250000")
        self.assertEqual((row.partner_id, row.campaign_id), (6, 9))
        self.assertEqual(
            row.properties,
            '{"q": "shoes", "n": [1, 2.5, null, true], "session_id": "s",'
            ' "context": {"app": "1.2"}}',
        )
        self.assertAccepted(event(properties=None, partner_id=None))

    def test_fields(self):
        for raw in (None, 1, "x", [], [event()], NOT_A_NUMBER, True):
            self.assertRefused(raw, "not_an_object")
        self.assertRefused(event(more=1), "unknown_field")
        self.assertRefused(event(source_id="odoo"), "unknown_field")
        self.assertRefused(event(company_id=1), "unknown_field")
        self.assertRefused({**event(), TWICE: None}, "duplicate_name")
        for name in ("event_id", "event_type", "occurred_at"):
            raw = event()
            del raw[name]
            self.assertRefused(raw, "missing_field", f"/{name}")
        for properties in ([], "x", 1, NOT_A_NUMBER):
            raw = event(properties=properties)
            self.assertRefused(raw, "invalid_field", "/properties")

    def test_identifiers(self):
        for good in (
            "a",
            "x" * 128,
            "0123456789012345",
            "order-0470123456",
            "é",
            "a b",
            "a:b/c",
        ):
            self.assertAccepted(event(event_id=good))
        for bad in ("", "x" * 129, 1, None, [], "a\nb", "a\0", "\ud800"):
            self.assertRefused(event(event_id=bad), "invalid_event_id")
        for bad in ("ann@example.com", "+32 470 12 34 56", "0470-12-34-56"):
            self.assertRefused(event(event_id=bad), "invalid_event_id")

    def test_times(self):
        for good in (
            "2026-11-21T12:05:00Z",
            "2026-10-22T12:00:00Z",
            "2026-11-21T12:00:00+00:00",
            "2026-11-22T02:00:00+14:00",
        ):
            self.assertAccepted(event(occurred_at=good))
        for bad in (
            "2026-11-21T12:00:00",
            "2026-11-21",
            "yesterday",
            "",
            1763726400,
            1763726400000,
            None,
            "infinity",
            "NaN",
            "2026-13-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-11-21T23:59:60Z",
            "0000-01-01T00:00:00Z",
            "10000-01-01T00:00:00Z",
            "2026-11-21T12:00:00+99:00",
            "9999-12-31T23:59:59-14:00",
            "2" * 5000,
        ):
            self.assertRefused(event(occurred_at=bad), "invalid_time", "/occurred_at")
        self.assertRefused(event(occurred_at="2026-10-22T11:59:59Z"), "too_old")
        self.assertRefused(event(occurred_at="1970-01-01T00:00:00Z"), "too_old")
        self.assertRefused(event(occurred_at="2026-11-21T12:05:01Z"), "in_future")
        self.assertRefused(event(occurred_at="2099-01-01T00:00:00Z"), "in_future")

    def test_a_replay_may_be_of_any_age_but_not_of_the_future(self):
        judge = self.make(any_age=True)
        row = self.assertAccepted(event(occurred_at="2019-01-01T00:00:00Z"), judge)
        self.assertEqual(row.occurred_at, "2019-01-01 00:00:00")
        raw = event(occurred_at="2026-11-21T12:06:00Z")
        self.assertRefused(raw, "in_future", judge=judge)

    def test_types_and_doors(self):
        for code in ("nonsense", "", None, 1, [], {}):
            self.assertRefused(event(event_type=code), "unknown_type")
        self.assertRefused(event(event_type="email_sent"), "type_not_accepted")
        self.assertAccepted(event(event_type="store_visit"))
        browser = self.make(["browser"])
        self.assertAccepted(event(), browser)
        raw = event(event_type="store_visit")
        self.assertRefused(raw, "type_not_accepted", judge=browser)

    def test_customers_and_campaigns(self):
        for bad in (6, 0, -1, "5", 5.0, True, 2**70, [5], NOT_A_NUMBER):
            self.assertRefused(event(partner_id=bad), "unknown_customer")
            self.assertRefused(event(campaign_id=bad), "unknown_campaign")
        raws = [event(partner_id=value) for value in (5, 7, "8", True, 2**40, -1)]
        self.assertEqual(collect_ids([*raws, 1, None], "partner_id"), {5, 7})

    def test_the_schema_has_the_last_word(self):
        raw = event(properties={"bad": 1})
        verdict = self.assertRefused(raw, "invalid_properties", "/properties/bad")
        self.assertEqual(verdict.detail, "must not be there")


class TestValues(JudgeCase):
    def properties(self, **properties):
        return event(properties=properties)

    def nested(self, levels, leaf=1):
        value = leaf
        for _level in range(levels):
            value = [value]
        return value

    def test_numbers(self):
        for good in (0, -1, 2**63 - 1, -(2**63), 1.5, -0.0, 1e300):
            self.assertAccepted(self.properties(n=good))
        for bad in (2**63, -(2**63) - 1, float("inf"), float("nan"), NOT_A_NUMBER):
            self.assertRefused(self.properties(n=bad), "unreadable_value")
            self.assertRefused(self.properties(n=[{"m": bad}]), "unreadable_value")

    def test_texts(self):
        for bad in ("\0", "a\0b", "\ud800", "x\udfff"):
            self.assertRefused(self.properties(t=bad), "unstorable_text")
            self.assertRefused(event(properties={bad: 1}), "unstorable_text")
        for good in ("", "\u202e", "👩\u200d👩", "<script>", "x" * 8000, "'; --", "ß"):
            self.assertAccepted(self.properties(t=good))

    def test_limits(self):
        self.assertAccepted(self.properties(a=self.nested(15)))
        self.assertRefused(self.properties(a=self.nested(16)), "too_deep")
        self.assertRefused(self.properties(a=self.nested(900)), "too_deep")
        names = {f"p{number}": 0 for number in range(255)}
        self.assertAccepted(self.properties(**names))
        self.assertRefused(self.properties(more=0, **names), "too_many_properties")
        inner = {"a": {f"p{number}": 0 for number in range(255)}}
        self.assertRefused(event(properties=inner), "too_many_properties")
        self.assertRefused(self.properties(t="x" * 40_000), "too_large")
        self.assertRefused(self.properties(t="ß" * 16_500), "too_large")
        self.assertAccepted(self.properties(t="ß" * 16_000))
        self.assertRefused(event(properties={"a": {TWICE: 0}}), "duplicate_name")

    def test_addresses_of_people_are_masked(self):
        row = self.assertAccepted(
            self.properties(
                q="ann@example.com",
                tel=["+32 470 12 34 56", "0470 12 34 56"],
                uuid="01234567-89ab-cdef-0123-456789abcdef",
                when="2026-11-21T12:00:00Z",
                word="shoes",
                **{"bob@example.com": 1},
            )
        )
        self.assertEqual(
            row.properties,
            '{"q": "[email]", "tel": ["[phone]", "[phone]"],'
            ' "uuid": "01234567-89ab-cdef-0123-456789abcdef",'
            ' "when": "2026-11-21T12:00:00Z", "word": "shoes", "[email]": 1}',
        )


class TestKeeping(JudgeCase):
    def keep(self, raw):
        return keep(raw, self.judge.judge(raw))

    def test_what_a_setting_refused_can_be_replayed(self):
        old = event(
            occurred_at="2026-01-01T00:00:00Z",
            event_id="0123456789012",
            properties={"q": "ann@example.com"},
        )
        kept = self.keep(old)
        self.assertTrue(kept.is_replayable)
        self.assertEqual(kept.event_id, "0123456789012")
        self.assertIn('"event_id": "0123456789012"', kept.payload)
        self.assertNotIn("ann@", kept.payload)
        self.assertTrue(self.keep(event(event_type="nonsense")).is_replayable)

    def test_what_cannot_be_stored_is_only_shown(self):
        for raw in (
            event(properties={"n": NOT_A_NUMBER}),
            event(properties={"t": "a\0\ud800"}),
            event(occurred_at="1999-01-01T00:00:00Z", properties={"n": NOT_A_NUMBER}),
            event(properties={"t": "x" * 100_000}),
            event(occurred_at="1999-01-01T00:00:00Z", context="x" * 100_000),
            event(more=1),
            [NOT_A_NUMBER],
            "\ud800",
            None,
        ):
            kept = self.keep(raw)
            self.assertFalse(kept.is_replayable, str(raw)[:80])
            self.assertLessEqual(len(kept.payload), 70_000)
            kept.payload.encode()
            self.assertNotIn("\0", kept.payload)

    def test_names_with_addresses_are_not_kept(self):
        kept = self.keep(
            event(event_id="ann@example.com", event_type="bob@example.com")
        )
        self.assertIsNone(kept.event_id)
        self.assertIsNone(kept.event_type)
        self.assertNotIn("example.com", kept.payload)

    def test_every_code_has_its_words(self):
        raised = set(CODES) - set(WHY)
        self.assertEqual(
            raised,
            {
                "missing_field",
                "invalid_field",
                "invalid_event_id",
                "invalid_time",
                "unknown_type",
                "type_not_accepted",
                "invalid_properties",
                "unknown_customer",
                "unknown_campaign",
            },
        )

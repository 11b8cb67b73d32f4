import gzip
import json
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.marketing_base.events import Event, insert_events
from odoo.addons.marketing_base.intake.batch import MAX_BYTES

from .api_common import ApiCase

PATH = "/api/v1/events"
VERDICTS = ("accepted", "duplicate", "conflict", "rejected")


class SendEventsCase(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key, cls.token = cls.make_key("user", ["write:events", "read:events"])
        cls.source = f"api:{cls.key.id}"

    def event(self, event_id, **values):
        moment = fields.Datetime.now() - timedelta(minutes=5)
        base = {
            "event_id": event_id,
            "event_type": "page_view",
            "occurred_at": f"{moment.isoformat()}Z",
            "properties": {"path": "/"},
        }
        return {**base, **values}

    def send(self, events, token=None, **options):
        body = {"events": events}
        return self.call("POST", PATH, token=token or self.token, body=body, **options)

    def verdicts(self, events, **options):
        answer = self.send(events, **options)
        self.assertEqual(answer.status_code, 202, answer.text)
        return answer.json()

    def logged(self, source=None):
        self.env.cr.execute(
            """SELECT event_id, event_type, company_id, partner_id, campaign_id,
                      properties
                 FROM marketing_event WHERE source_id = %s ORDER BY event_id""",
            [source or self.source],
        )
        return self.env.cr.fetchall()

    def failures(self):
        return self.env["marketing.event.failure"].search(
            [("source_id", "=", self.source)], order="id"
        )


@tagged("post_install", "-at_install")
class TestApiSendEvents(SendEventsCase):
    def test_accepted_events_are_in_the_log(self):
        partner = self.env["res.partner"].create({"name": "Ann"})
        answer = self.send(
            [
                self.event("s1", partner_id=partner.id, session_id="abc"),
                self.event("s2", properties={"path": "/?mail=ann@example.com"}),
            ]
        )
        self.assertEqual(answer.status_code, 202)
        self.assertEqual(
            answer.json(),
            {
                "counts": {**dict.fromkeys(VERDICTS, 0), "accepted": 2},
                "verdicts": ["accepted", "accepted"],
                "errors": [],
            },
        )
        path = {"path": "/"}
        company = self.company_a.id
        self.assertEqual(
            self.logged(),
            [
                (
                    *("s1", "page_view", company, partner.id, None),
                    {**path, "session_id": "abc"},
                ),
                ("s2", "page_view", company, None, None, {"path": "/?mail=[email]"}),
            ],
        )

    def test_the_person_of_a_contact_is_its_company(self):
        shop, gone = self.env["res.partner"].create([{"name": "S"}, {"name": "G"}])
        contact = self.env["res.partner"].create({"name": "C", "parent_id": shop.id})
        self.env["marketing.identity"]._merge(gone, shop)
        gone_id = gone.id
        gone.unlink()
        self.verdicts(
            [
                self.event("p1", partner_id=contact.id),
                self.event("p2", partner_id=gone_id),
            ]
        )
        self.assertEqual([row[3] for row in self.logged()], [shop.id, shop.id])

    def test_a_verdict_for_each_event(self):
        self.verdicts([self.event("known"), self.event("changed")])
        answer = self.verdicts(
            [
                self.event("new"),
                self.event("known"),
                self.event("changed", properties={"path": "/other"}),
                self.event("twice"),
                self.event("twice"),
                self.event("twice", properties={"path": "/other"}),
                self.event("bad", event_type="nonsense"),
                7,
                self.event("last"),
            ]
        )
        self.assertEqual(
            answer["verdicts"],
            ["accepted", "duplicate", "conflict", "accepted", "duplicate"]
            + ["conflict", "rejected", "rejected", "accepted"],
        )
        self.assertEqual(
            answer["counts"],
            {"accepted": 3, "duplicate": 2, "conflict": 2, "rejected": 2},
        )
        self.assertEqual(
            [(e["index"], e["code"]) for e in answer["errors"]],
            [(6, "unknown_type"), (7, "not_an_object")],
        )
        self.assertIn("page_view", answer["known_types"])
        self.assertNotIn("email_sent", answer["known_types"])
        stored = {row[0]: row[5] for row in self.logged()}
        self.assertEqual(set(stored), {"known", "changed", "new", "twice", "last"})
        self.assertEqual(stored["changed"], {"path": "/"})
        self.env.cr.execute(
            """SELECT event_id, conflicts FROM marketing_event_key
                WHERE source_id = %s AND conflicts > 0 ORDER BY event_id""",
            [self.source],
        )
        self.assertEqual(self.env.cr.fetchall(), [("changed", 1), ("twice", 1)])

    def test_only_odoo_speaks_as_odoo(self):
        """No other source can make an event that a projection counts."""
        answer = self.verdicts(
            [
                self.event("f1", event_type="email_clicked"),
                self.event("f2", event_type="user_purchased"),
                self.event("f3", source_id="odoo"),
            ]
        )
        self.assertEqual(
            [e["code"] for e in answer["errors"]],
            ["type_not_accepted", "type_not_accepted", "unknown_field"],
        )
        self.assertFalse(self.logged())

    def test_the_same_identifier_of_another_key_is_another_event(self):
        other, token = self.make_key("user", ["write:events"])
        for chosen in (self.token, token):
            answer = self.verdicts([self.event("same")], token=chosen)
            self.assertEqual(answer["verdicts"], ["accepted"])
        self.assertEqual(len(self.logged(f"api:{other.id}")), 1)

    def test_customers_of_another_company_are_unknown(self):
        foreign = self.env["res.partner"].create(
            {"name": "B", "company_id": self.company_b.id}
        )
        answer = self.verdicts(
            [
                self.event("f1", partner_id=foreign.id),
                self.event("f2", partner_id=2**30),
            ]
        )
        self.assertEqual(
            [e["code"] for e in answer["errors"]], ["unknown_customer"] * 2
        )
        first, second = answer["errors"]
        self.assertEqual(first | {"index": 1}, second)

    def test_an_erased_customer_stays_unknown_in_the_log(self):
        partner = self.env["res.partner"].create({"name": "E"})
        self.env["marketing.identity"]._ensure(partner)._erase()
        raw = self.event("er", partner_id=partner.id, properties={"city": "Gent"})
        self.verdicts([raw])
        self.assertEqual(self.logged()[0][5], {})

    def test_scope_company_and_rights(self):
        _key, token = self.make_key("user", ["read:events"])
        self.assertProblem(self.send([self.event("x")], token=token), 403)
        self.assertProblem(self.call("POST", PATH, body={"events": [1]}), 401)
        key_b, token_b = self.make_key("user", company=self.company_b)
        self.verdicts([self.event("b1")], token=token_b)
        [row] = self.logged(f"api:{key_b.id}")
        self.assertEqual(row[2], self.company_b.id)
        page = self.call("GET", PATH, token=self.token).json()
        self.assertNotIn("b1", [event["event_id"] for event in page["data"]])

    def test_what_was_written_can_be_read_back(self):
        self.see_own_events()
        sent = self.event("r1", properties={"path": "/a", "n": [1, {"b": None}]})
        self.verdicts([sent])
        page = self.call("GET", f"{PATH}?limit=200", token=self.token).json()
        [read] = [e for e in page["data"] if e["event_id"] == "r1"]
        for name in ("event_id", "event_type", "properties"):
            self.assertEqual(read[name], sent[name])
        self.assertEqual(read["occurred_at"][:19], sent["occurred_at"][:19])

    def test_a_batch_takes_the_same_number_of_queries_whatever_its_size(self):
        counts = []
        for size in (1, 1, 300):
            events = [self.event(f"q{size}-{len(counts)}-{n}") for n in range(size)]
            before = self.cr.sql_log_count
            self.verdicts(events)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_the_batch_is_counted(self):
        self.env.cr.execute("DELETE FROM marketing_event_batch")
        late = fields.Datetime.now() - timedelta(hours=25)
        self.verdicts(
            [
                self.event("n1"),
                self.event("n1"),
                self.event("n1", properties={}),
                self.event("n2", occurred_at=f"{late.isoformat()}Z"),
                None,
            ]
        )
        self.env.cr.execute(
            """SELECT source_id, company_id, received, accepted, duplicates, conflicts,
                      rejected, late FROM marketing_event_batch"""
        )
        expected = (self.source, self.company_a.id, 5, 2, 1, 1, 1, 1)
        self.assertEqual(self.env.cr.fetchall(), [expected])


@tagged("post_install", "-at_install")
class TestApiSendBodies(SendEventsCase):
    def raw(self, data, encoding=None, mimetype="application/json"):
        headers = {"Content-Type": mimetype}
        if encoding:
            headers["Content-Encoding"] = encoding
        return self.call("POST", PATH, token=self.token, data=data, headers=headers)

    def test_what_is_no_batch(self):
        for data in (
            b"",
            b"{",
            b"[]",
            b"null",
            b"7",
            b'"events"',
            b"{}",
            b'{"events": []}',
            b'{"events": {}}',
            b'{"events": null}',
            b'{"events": [1], "more": 1}',
            b'{"events": [1], "events": [2]}',
            b'{"events": [1]} trailing',
            b'\xef\xbb\xbf{"events": [1]}',
            b'{"events": ["\xff"]}',
            '{"events": [1]}'.encode("utf-16"),
            b"[" * 100_000,
            b'{"events": [' + b"[" * 100_000,
            b'{"events": [1' + b"0" * 5000 + b"}",
        ):
            with self.subTest(data=data[:40]):
                self.assertProblem(self.raw(data), 400)
        self.assertFalse(self.failures())

    def test_what_json_cannot_say_is_judged_with_its_event(self):
        good = json.dumps(self.event("good"))
        bad = json.dumps(self.event("bad", properties={"x": "@"}))
        for value, code in (
            ("NaN", "unreadable_value"),
            ("-Infinity", "unreadable_value"),
            ("1e400", "unreadable_value"),
            ("1" + "0" * 5000, "unreadable_value"),
            ('{"a": 1, "a": 2}', "duplicate_name"),
            ('"\\u0000"', "unstorable_text"),
            ('"\\ud800"', "unstorable_text"),
            ("[" * 500 + "]" * 500, "too_deep"),
        ):
            with self.subTest(value=value[:40]):
                text = bad.replace('"@"', value)
                answer = self.raw(f'{{"events": [{text}, {good}]}}'.encode())
                self.assertEqual(answer.status_code, 202, answer.text)
                self.assertEqual(answer.json()["errors"][0]["code"], code)
                self.assertEqual(answer.json()["verdicts"][0], "rejected")
        self.assertEqual([row[0] for row in self.logged()], ["good"])
        [kept] = self.failures()
        self.assertEqual((kept.attempts, kept.code), (8, "too_deep"))

    def test_sizes(self):
        events = [self.event(f"m{number}") for number in range(1001)]
        self.assertProblem(self.send(events), 413, "1000")
        self.assertEqual(self.send(events[:1000]).status_code, 202)
        padding = " " * (MAX_BYTES - 2)
        self.assertProblem(self.raw(f"{padding}[]"), 400)
        self.assertProblem(self.raw(f"{padding} []"), 413)
        self.assertProblem(self.raw(b" " * 1_000_001), 413)

    def test_gzip(self):
        body = json.dumps({"events": [self.event("gz")]}).encode()
        packed = gzip.compress(body)
        answer = self.raw(packed, "gzip")
        self.assertEqual(answer.status_code, 202, answer.text)
        self.assertEqual(self.raw(packed, "GZIP").json()["verdicts"], ["duplicate"])
        bomb = gzip.compress(b" " * 50_000_000)
        self.assertProblem(self.raw(bomb, "gzip"), 413)
        for data in (body, packed[:-5], packed + b"x", packed + packed, b""):
            with self.subTest(data=data[:20]):
                self.assertProblem(self.raw(data, "gzip"), 400)
        self.assertProblem(self.raw(packed), 400)
        for encoding in ("deflate", "br", "gzip, gzip", "zstd", "\xe9"):
            self.assertProblem(self.raw(packed, encoding), 415)
        self.assertProblem(self.raw(body, mimetype="text/plain"), 415)

    def test_the_stored_event_survives_a_request_that_fails_afterwards(self):
        """It is committed by a cursor of its own; the client sends it again."""
        event = Event("search", "mine", source_id=self.source)
        self.assertEqual(insert_events(self.env.cr, [event]), 1)
        answer = self.verdicts([self.event("mine", event_type="search", properties={})])
        self.assertEqual(answer["verdicts"], ["duplicate"])

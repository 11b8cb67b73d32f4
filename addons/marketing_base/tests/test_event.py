from datetime import datetime

import psycopg2
from psycopg2.errors import InsufficientPrivilege

from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from odoo.addons.marketing_base.events import Event, insert_events

from .common import MarketingCase


class TestEvent(MarketingCase):
    def rows(self, *event_ids):
        self.env.cr.execute(
            """SELECT event_id, event_type, occurred_at, company_id, partner_id,
                      campaign_id, recipient_id, properties, source_id
                 FROM marketing_event WHERE event_id = ANY(%s) ORDER BY event_id""",
            [list(event_ids)],
        )
        return self.env.cr.fetchall()

    def conflicts(self, event_id):
        self.env.cr.execute(
            "SELECT conflicts FROM marketing_event_key WHERE event_id = %s", [event_id]
        )
        return self.env.cr.fetchone()[0]

    def test_every_column_arrives(self):
        moment = datetime(2026, 11, 5, 6, 7, 8)
        event = Event(
            "email_clicked", "e1", moment, 1, 2, 3, 4, {"link": 5, "human": True}, "app"
        )
        self.assertEqual(insert_events(self.env.cr, [event]), 1)
        self.assertEqual(
            self.rows("e1"),
            [
                ("e1", "email_clicked", moment, 1, 2, 3, 4)
                + ({"link": 5, "human": True}, "app")
            ],
        )

    def test_nothing_to_insert(self):
        self.assertEqual(insert_events(self.env.cr, []), 0)
        self.assertEqual(self.env["marketing.event"]._record([]), 0)

    def test_time_defaults_to_now_in_utc(self):
        insert_events(self.env.cr, [Event("search", "now")])
        stored = self.rows("now")[0][2]
        self.env.cr.execute("SELECT now() AT TIME ZONE 'UTC'")
        self.assertEqual(stored, self.env.cr.fetchone()[0])

    def test_the_transaction_is_stored(self):
        insert_events(self.env.cr, [Event("search", "x1")])
        self.env.cr.execute(
            """SELECT xact_id = pg_current_xact_id()::text::bigint
                 FROM marketing_event WHERE event_id = 'x1'"""
        )
        self.assertTrue(self.env.cr.fetchone()[0])

    def test_first_write_wins(self):
        first = self.new_event("dup", properties={"n": 1})
        other = self.new_event("dup", properties={"n": 2})
        self.assertEqual(insert_events(self.env.cr, [first, other, first]), 1)
        self.assertEqual(insert_events(self.env.cr, [other]), 0)
        self.assertEqual(self.rows("dup")[0][7], {"n": 1})

    def test_another_source_is_another_event(self):
        events = [self.new_event("same", source_id=source) for source in "ab"]
        self.assertEqual(insert_events(self.env.cr, events), 2)

    def test_a_repeat_in_another_month_is_still_a_repeat(self):
        insert_events(
            self.env.cr, [self.new_event("m", occurred_at=datetime(2026, 11, 1))]
        )
        again = self.new_event("m", occurred_at=datetime(2026, 12, 1))
        self.assertEqual(insert_events(self.env.cr, [again]), 0)

    def test_late_and_shuffled_events_count_the_same(self):
        events = [self.new_event(f"s{n}", partner_id=n % 3 + 1) for n in range(30)]
        inserted = sum(
            insert_events(self.env.cr, batch)
            for batch in (events[20:], events[:25], reversed(events), events[5:9])
        )
        self.assertEqual(inserted, 30)
        self.assertEqual(len(self.rows(*[f"s{n}" for n in range(30)])), 30)

    def test_conflicts_are_counted_and_repeats_are_not(self):
        record = self.env["marketing.event"]._record
        self.assertEqual(record([self.new_event("c", properties={"n": 1})]), 1)
        self.assertEqual(record([self.new_event("c", properties={"n": 1})]), 0)
        self.assertEqual(self.conflicts("c"), 0)
        self.assertEqual(record([self.new_event("c", properties={"n": 2})]), 0)
        self.assertEqual(self.conflicts("c"), 1)
        self.assertEqual(self.rows("c")[0][7], {"n": 1})

    def test_unknown_type_and_identifier_are_refused(self):
        record = self.env["marketing.event"]._record
        for event in (
            self.new_event("t", event_type="no_such_type"),
            self.new_event(""),
            self.new_event("x" * 129),
        ):
            with self.assertRaises(ValidationError):
                record([event])
        with self.assertRaises(ValueError):
            insert_events(self.env.cr, [self.new_event("x" * 129)])

    def test_addresses_and_numbers_never_reach_the_log(self):
        properties = {
            "q": "ann@example.com",
            "tel": "+32 470 12 34 56",
            "ids": [1, "b@c.io"],
        }
        for event_id, record in (
            ("p1", self.env["marketing.event"]._record),
            ("p2", lambda events: insert_events(self.env.cr, events)),
        ):
            record([self.new_event(event_id, properties=properties)])
            self.assertEqual(
                self.rows(event_id)[0][7],
                {"q": "[email]", "tel": "[phone]", "ids": [1, "[email]"]},
            )

    def test_hostile_text_is_stored_without_an_error(self):
        properties = {
            "ua": "\x00x\ud800",
            "nan": float("nan"),
            "crlf": "a\r\nb",
            "%s": "%",
        }
        event = self.new_event("nul\x00", properties=properties, source_id="s\x00")
        self.assertEqual(insert_events(self.env.cr, [event]), 1)
        stored = self.rows("nul")[0]
        self.assertEqual(
            stored[7], {"ua": "x", "nan": None, "crlf": "a\r\nb", "%s": "%"}
        )
        self.assertEqual(stored[8], "s")

    def test_an_infinite_time_is_refused(self):
        with self.assertRaises(psycopg2.Error), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                """INSERT INTO marketing_event 
                       (source_id, event_id, event_type, occurred_at)
                   VALUES ('s', 'inf', 'search', 'infinity')"""
            )

    def test_the_log_is_append_only(self):
        insert_events(
            self.env.cr, [self.new_event("keep", properties={"ip": "1.2.3.0"})]
        )
        for statement in (
            "UPDATE marketing_event SET event_type = 'x' WHERE event_id = 'keep'",
            "UPDATE marketing_event SET properties = '{}' WHERE event_id = 'keep'",
            "DELETE FROM marketing_event WHERE event_id = 'keep'",
            "DELETE FROM marketing_event_2026_11 WHERE event_id = 'keep'",
            "TRUNCATE marketing_event",
        ):
            with (
                self.subTest(statement),
                self.assertRaises(InsufficientPrivilege),
                mute_logger("odoo.sql_db"),
            ):
                self.env.cr.execute(statement)
        self.assertEqual(len(self.rows("keep")), 1)

    def test_even_the_erasure_only_removes_properties(self):
        insert_events(
            self.env.cr, [self.new_event("keep", properties={"ip": "1.2.3.0"})]
        )
        self.env.cr.execute("SELECT set_config('marketing_base.erasure', 'on', true)")
        for change in (
            "partner_id = 7",
            "event_type = 'search'",
            'properties = \'{"ip": "9.9.9.0"}\'',
            "properties = properties || '{\"more\": 1}'",
        ):
            with (
                self.subTest(change),
                self.assertRaises(InsufficientPrivilege),
                mute_logger("odoo.sql_db"),
            ):
                self.env.cr.execute(
                    f"UPDATE marketing_event SET {change} WHERE event_id = 'keep'"
                )
        self.env.cr.execute(
            "UPDATE marketing_event SET properties = '{}' WHERE event_id = 'keep'"
        )
        with self.assertRaises(InsufficientPrivilege), mute_logger("odoo.sql_db"):
            self.env.cr.execute("DELETE FROM marketing_event WHERE event_id = 'keep'")

    def test_the_orm_only_reads(self):
        insert_events(self.env.cr, [self.new_event("orm", partner_id=5)])
        event = self.env["marketing.event"].search([("event_id", "=", "orm")])
        self.assertEqual(event.partner_id, 5)
        for change in (
            lambda: event.write({"partner_id": 6}),
            event.unlink,
            lambda: event.create({"event_type": "search"}),
        ):
            with self.assertRaises(UserError):
                change()

    def test_the_customer_of_an_event_follows_the_id(self):
        partner, gone = self.env["res.partner"].create(
            [{"name": "Ann"}, {"name": "Gone"}]
        )
        gone_id = gone.id
        gone.unlink()
        insert_events(
            self.env.cr,
            [
                self.new_event("c1", partner_id=partner.id),
                self.new_event("c2", partner_id=gone_id),
                self.new_event("c3"),
            ],
        )
        events = self.env["marketing.event"].search(
            [("event_id", "in", ["c1", "c2", "c3"])], order="event_id"
        )
        self.assertEqual(events.mapped("customer_id.id"), partner.ids)
        self.assertEqual(
            [bool(event.customer_id) for event in events], [True, False, False]
        )
        for domain in (
            [("customer_id", "=", partner.id)],
            [("customer_id", "ilike", "Ann")],
            [("customer_id.name", "=", "Ann")],
        ):
            found = events.search([*domain, ("event_id", "like", "c_")])
            self.assertEqual(found, events[0], domain)

    def test_the_name_of_the_type_is_shown(self):
        insert_events(
            self.env.cr,
            [self.new_event("n1"), self.new_event("n2", event_type="unregistered")],
        )
        events = self.env["marketing.event"].search(
            [("event_id", "in", ["n1", "n2"])], order="event_id"
        )
        names = events.with_user(self.users["analyst"]).mapped("type_name")
        self.assertEqual(names, ["Page Viewed", "unregistered"])

    def test_properties_are_readable(self):
        insert_events(self.env.cr, [self.new_event("r", properties={"ü": 1})])
        event = self.env["marketing.event"].search([("event_id", "=", "r")])
        self.assertEqual(event.properties, {"ü": 1})
        self.assertEqual(event.properties_text, '{\n  "ü": 1\n}')

    def test_events_of_an_erased_customer_arrive_without_traces(self):
        partner = self.env["res.partner"].create({"name": "Ann"})
        partner._marketing_erase()
        properties = {"ip": "203.0.113.0", "user_agent": "X", "link": 3}
        event = self.new_event("late", partner_id=partner.id, properties=properties)
        insert_events(self.env.cr, [event])
        self.assertEqual(self.rows("late")[0][7], {"link": 3})

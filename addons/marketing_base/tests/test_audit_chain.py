import hashlib
import json
from datetime import date, datetime
from unittest.mock import patch

from psycopg2.errors import InsufficientPrivilege

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from odoo.addons.marketing_base.audit_chain import canonical, link, plain
from odoo.addons.marketing_base.models import marketing_audit_verification

from .common import MarketingCase


class TestAuditChain(MarketingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.log = cls.env["marketing.audit.log"]

    def fill(self, count=5):
        return [
            self.log._record(
                "record_changed", self.company_a, {"name": [str(number), "new"]}
            ).id
            for number in range(count)
        ]

    def tamper(self, query, *values):
        """Do what only the owner of the database can: switch the guard off."""
        self.env.cr.execute("ALTER TABLE marketing_audit_log DISABLE TRIGGER ALL")
        self.env.cr.execute(query, values)
        self.env.cr.execute("ALTER TABLE marketing_audit_log ENABLE TRIGGER ALL")
        self.log.invalidate_model(flush=False)

    def verdict(self):
        verdict = self.log._verify()
        return verdict.problem, verdict.broken_id

    def test_an_untouched_chain_is_intact_and_has_no_gaps(self):
        ids = self.fill()
        self.assertEqual(ids, list(range(ids[0], ids[0] + 5)))
        verdict = self.log._verify()
        self.assertIsNone(verdict.problem)
        self.assertEqual(verdict.checked, ids[-1])
        self.assertEqual(verdict.last_hash, self.log.browse(ids[-1]).hash)

    def test_a_rolled_back_change_leaves_no_gap(self):
        first = self.fill(1)[0]
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.fill(3)
            raise ZeroDivisionError
        self.assertEqual(self.fill(1), [first + 1])
        self.assertEqual(self.verdict(), (None, None))

    def test_the_hash_can_be_checked_without_our_code(self):
        one, two = self.log.browse(self.fill(2))
        self.env.cr.execute(
            """SELECT id, created_at, event, company_id, user_id, user_login,
                      res_model, res_id, res_name, changes, note
                 FROM marketing_audit_log WHERE id = %s""",
            [two.id],
        )
        row = self.env.cr.dictfetchone()
        row["created_at"] = row["created_at"].isoformat(timespec="microseconds")
        text = json.dumps(
            row, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        expected = hashlib.sha256(f"{one.hash}\n{text}".encode()).hexdigest()
        self.assertEqual(two.hash, expected)
        self.assertEqual(two.previous_hash, one.hash)

    def test_a_changed_entry_is_named(self):
        ids = self.fill()
        for column, value in (
            ("event", "record_deleted"),
            ("user_id", 4711),
            ("user_login", "somebody"),
            ("company_id", self.company_b.id),
            ("res_id", 1),
            ("res_name", "x"),
            ("note", "x"),
            ("changes", '{"name": ["2", "other"]}'),
            ("created_at", "2020-01-01 00:00:00.000001"),
        ):
            with self.subTest(column=column), self.env.cr.savepoint() as savepoint:
                self.tamper(
                    f"UPDATE marketing_audit_log SET {column} = %s WHERE id = %s",
                    *(value, ids[2]),
                )
                self.assertEqual(self.verdict(), ("changed", ids[2]))
                savepoint.rollback()

    def test_a_deleted_entry_is_named(self):
        ids = self.fill()
        for deleted in (ids[0], ids[2], ids[-1]):
            with self.subTest(deleted=deleted), self.env.cr.savepoint() as savepoint:
                self.tamper("DELETE FROM marketing_audit_log WHERE id = %s", deleted)
                self.assertEqual(self.verdict(), ("missing", deleted))
                savepoint.rollback()

    def test_a_deleted_entry_whose_gap_was_closed_is_named(self):
        ids = self.fill()
        self.tamper("DELETE FROM marketing_audit_log WHERE id = %s", ids[1])
        self.tamper("UPDATE marketing_audit_log SET id = id - 1 WHERE id > %s", ids[1])
        self.assertEqual(self.verdict(), ("changed", ids[1]))

    def test_swapped_entries_are_named(self):
        ids = self.fill()
        for old, new in ((ids[1], 10**9), (ids[3], ids[1]), (10**9, ids[3])):
            self.tamper(
                "UPDATE marketing_audit_log SET id = %s WHERE id = %s", new, old
            )
        self.assertEqual(self.verdict(), ("changed", ids[1]))

    def test_a_forged_entry_with_a_fresh_hash_breaks_the_next_one(self):
        ids = self.fill()
        self.rehash(ids[2], "forged")
        self.assertEqual(self.verdict(), ("unlinked", ids[3]))

    def test_a_forged_last_entry_differs_from_the_head(self):
        ids = self.fill()
        self.rehash(ids[-1], "forged")
        self.assertEqual(self.verdict(), ("unlinked", ids[-1]))

    def rehash(self, number, note):
        self.env.cr.execute("SELECT * FROM marketing_audit_log WHERE id = %s", [number])
        row = {**self.env.cr.dictfetchone(), "note": note}
        self.tamper(
            "UPDATE marketing_audit_log SET note = %s, hash = %s WHERE id = %s",
            *(note, link(row["previous_hash"], row), number),
        )

    def test_the_walk_goes_on_over_batches(self):
        ids = self.fill(7)
        with patch.object(marketing_audit_verification, "BATCH", 2):
            self.assertEqual(self.verdict(), (None, None))
            self.tamper("DELETE FROM marketing_audit_log WHERE id = %s", ids[5])
            self.assertEqual(self.verdict(), ("missing", ids[5]))

    def test_the_database_refuses_changes(self):
        self.fill(1)
        for query in (
            "UPDATE marketing_audit_log SET note = 'x'",
            "DELETE FROM marketing_audit_log",
            "TRUNCATE marketing_audit_log",
        ):
            with (
                self.assertRaises(InsufficientPrivilege),
                mute_logger("odoo.sql_db"),
            ):
                self.env.cr.execute(query)
        self.assertEqual(self.verdict(), (None, None))

    def test_the_orm_refuses_changes_even_by_the_superuser(self):
        entry = self.log.browse(self.fill(1))
        for change in (
            lambda: self.log.create({"event": "record_changed"}),
            lambda: entry.write({"note": "x"}),
            entry.unlink,
        ):
            with self.assertRaises(UserError):
                change()

    def test_odd_values_read_back_as_they_were_written(self):
        odd = {
            "float": [0.1, 1e22],
            "text": ["a\x00b\ud800", "ü" * 1000],
            "many": [{"b", "a"}, (1, True, None)],
            "when": [date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5, 6)],
            "deep": {"x": [2**40, -1]},
            "html": ['<b>"\\', "%s %% {}"],
        }
        entry = self.log._record("record_changed", self.company_a, odd, note="\x00 %s")
        self.assertEqual(self.verdict(), (None, None))
        self.assertEqual(entry.changes["float"], ["0.1", "1e+22"])
        self.assertIn("1000 characters, SHA-256", entry.changes["text"][1])
        self.assertEqual(entry.changes["many"], [["a", "b"], [1, True, None]])

    def test_plain_is_stable(self):
        for value in (None, True, 3, "x", ["a"], {"a": [1]}):
            self.assertEqual(plain(value), value)

    def test_canonical_does_not_depend_on_the_order_of_keys(self):
        entry = self.log._prepare_entry("record_changed", self.company_a, {"b": 1})
        row = {**entry, "id": 1, "created_at": datetime(2026, 1, 1)}
        self.assertEqual(canonical(row), canonical(dict(reversed(row.items()))))

    def test_many_entries_take_the_head_once(self):
        entry = self.log._prepare_entry("record_changed", self.company_a)
        before = self.env.cr.sql_log_count
        self.assertEqual(len(self.log._append([dict(entry) for _n in range(50)])), 50)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 2)
        self.assertFalse(self.log._append([]))
        self.assertEqual(self.verdict(), (None, None))

    def test_an_unknown_event_is_a_mistake_of_the_caller(self):
        with self.assertRaises(ValueError):
            self.log._record("no_such_event")

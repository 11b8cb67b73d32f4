# The commits below are the subject: real transactions on a scratch schema.
# pylint: disable=invalid-commit
import os
import time
from contextlib import closing, contextmanager
from datetime import datetime

from odoo import SUPERUSER_ID, api
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL

from odoo.addons.marketing_base.events import Event, insert_events

from .common import MarketingCase

SCHEMA = f"marketing_scratch_{os.getpid()}"


@tagged("post_install", "-at_install")
class TestProjectionRace(BaseCase):
    """Real transactions on committed tables of a scratch schema: nothing is simulated.

    No test transaction is open meanwhile: it would itself hold the horizon back.
    """

    def setUp(self):
        super().setUp()
        self.addCleanup(self._execute, SQL("DROP SCHEMA %s CASCADE", self.schema))
        self._execute(SQL("CREATE SCHEMA %s", self.schema))
        with self.cursor() as env:
            env["marketing.event"].init()
            for table in ("marketing_projection", "marketing_identity"):
                env.cr.execute(
                    SQL(
                        "CREATE TABLE %s.%s (LIKE public.%s INCLUDING ALL)",
                        *(self.schema, SQL.identifier(table), SQL.identifier(table)),
                    )
                )
            env.cr.commit()

    @property
    def schema(self):
        return SQL.identifier(SCHEMA)

    def _execute(self, statement):
        with closing(db_connect(get_db_name()).cursor()) as cr:
            cr.execute(statement)
            cr.commit()

    @contextmanager
    def cursor(self):
        with closing(db_connect(get_db_name()).cursor()) as cr:
            cr.execute(SQL("SET search_path = %s, public", self.schema))
            cr.commit()
            try:
                yield api.Environment(cr, SUPERUSER_ID, {})
            finally:
                cr.rollback()
                cr.execute("RESET search_path")
                cr.commit()

    def insert(self, env, event_id):
        insert_events(env.cr, [Event("search", event_id, datetime(2026, 11, 3))])
        env.cr.execute(
            "SELECT id, xact_id FROM marketing_event WHERE event_id = %s", [event_id]
        )
        return env.cr.fetchone()

    def project(self, env):
        """Read one window as every projection does; return its event ids."""
        projection = env["marketing.projection"]
        low, high = projection._window("test")
        env.cr.execute(
            """SELECT event_id FROM marketing_event
                WHERE xact_id >= %s AND xact_id < %s ORDER BY event_id""",
            [low, high],
        )
        found = [row[0] for row in env.cr.fetchall()]
        projection._advance("test", high)
        env.cr.commit()
        return found

    def assert_projected(self, env, expected):
        """Project until all of ``expected`` came; nothing is ever lost or read twice.

        A transaction of another database on this server may hold the horizon back:
        then the rest must still lie ahead of the cursor.
        """
        found, deadline = [], time.monotonic() + 20
        while True:
            found += self.project(env)
            ahead = self.get_ahead(env)
            self.assertEqual(sorted(found + ahead), expected)
            if not ahead:
                return
            if time.monotonic() > deadline:
                self.assertTrue(self.is_held_back(env), "the horizon does not move")
                return
            time.sleep(0.2)

    def get_ahead(self, env):
        low = env["marketing.projection"]._window("test")[0]
        env.cr.execute(
            "SELECT event_id FROM marketing_event WHERE xact_id >= %s", [low]
        )
        ahead = [row[0] for row in env.cr.fetchall()]
        env.cr.rollback()
        return ahead

    def is_held_back(self, env):
        env.cr.execute(
            """SELECT count(*) FROM pg_stat_activity
                WHERE backend_xid IS NOT NULL AND datname <> current_database()"""
        )
        return bool(env.cr.fetchone()[0])

    def test_a_row_committed_late_with_a_lower_id_is_not_lost(self):
        with self.cursor() as late, self.cursor() as early, self.cursor() as reader:
            late_id, late_xact = self.insert(late, "late")
            early_id, early_xact = self.insert(early, "early")
            self.assertLess(late_id, early_id)
            self.assertLess(late_xact, early_xact)
            early.cr.commit()

            # a cursor on ids would see "early" now, step over "late" and lose it
            reader.cr.execute("SELECT max(id) FROM marketing_event")
            self.assertEqual(reader.cr.fetchone()[0], early_id)
            reader.cr.rollback()
            self.assertEqual(self.project(reader), [])
            low, high = reader["marketing.projection"]._window("test")
            reader.cr.rollback()
            self.assertLessEqual(max(low, high), late_xact)

            late.cr.commit()
            self.assert_projected(reader, ["early", "late"])

    def test_a_transaction_of_another_database_holds_nothing_back(self):
        with closing(db_connect("postgres").cursor()) as stranger:
            stranger.execute("SELECT pg_current_xact_id()")
            with self.cursor() as writer, self.cursor() as reader:
                self.insert(writer, "done")
                writer.cr.commit()
                self.assertEqual(self.project(reader), ["done"])

    def test_a_rolled_back_row_blocks_nothing(self):
        with self.cursor() as gone, self.cursor() as kept, self.cursor() as reader:
            self.insert(gone, "gone")
            self.insert(kept, "kept")
            kept.cr.commit()
            gone.cr.rollback()
            self.assert_projected(reader, ["kept"])

    def test_a_projection_that_fails_reads_its_window_again(self):
        with self.cursor() as writer, self.cursor() as reader:
            self.insert(writer, "once")
            writer.cr.commit()
            low, high = reader["marketing.projection"]._window("test")
            self.assertGreater(high, low)
            reader["marketing.projection"]._advance("test", high)
            reader.cr.rollback()
            self.assertEqual(reader["marketing.projection"]._window("test")[0], low)
            reader.cr.rollback()
            self.assert_projected(reader, ["once"])


class TestProjection(MarketingCase):
    def test_a_window_starts_at_nothing_and_moves(self):
        projection = self.env["marketing.projection"]
        low, high = projection._window("own")
        self.assertEqual(low, 0)
        projection._advance("own", high)
        self.assertEqual(projection._window("own")[0], high)
        self.assertEqual(projection._window("other")[0], 0)

    def test_a_window_never_runs_backwards(self):
        projection = self.env["marketing.projection"]
        projection._window("own")
        projection._advance("own", 2**62)
        self.assertEqual(projection._window("own"), (2**62, 2**62))

    def test_own_uncommitted_rows_are_not_read(self):
        self.env["marketing.event"]._record([self.new_event("mine")])
        _low, high = self.env["marketing.projection"]._window("own")
        self.env.cr.execute("SELECT pg_current_xact_id()::text::bigint")
        self.assertLessEqual(high, self.env.cr.fetchone()[0])

    def test_tests_may_look_at_their_own_rows(self):
        self.see_own_events()
        self.env["marketing.event"]._record([self.new_event("mine")])
        low, high = self.env["marketing.projection"]._window("own")
        self.env.cr.execute(
            "SELECT xact_id >= %s AND xact_id < %s FROM marketing_event"
            " WHERE event_id = 'mine'",
            [low, high],
        )
        self.assertTrue(self.env.cr.fetchone()[0])

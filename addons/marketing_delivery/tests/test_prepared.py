from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..sender import prepared

TEXT = "SELECT n, %(factor)s FROM unnest(%(numbers)s::int[]) n WHERE n < %(limit)s::int"
TWO, THREE = SQL("n * %s", 2.5), SQL("n * %s", 3)


@tagged("post_install", "-at_install")
class TestPrepared(TransactionCase):
    def setUp(self):
        super().setUp()
        self.env.cr.execute("DEALLOCATE ALL")
        self._forget()
        self.addCleanup(self._forget)

    def _forget(self):
        prepared._KNOWN.pop(self.env.cr, None)

    def _run(self, limit, factor=TWO, **options):
        values = {"numbers": [1, 2, 3], "limit": limit}
        prepared.execute(self.env.cr, TEXT, values, factor=factor, **options)
        return self.env.cr.fetchall()

    def _count(self):
        self.env.cr.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'mm_%'"
        )
        return self.env.cr.fetchone()[0]

    def test_values_change_and_the_plan_stays(self):
        self.assertEqual(self._run(3), [(1, 2.5), (2, 5)])
        with self.assertQueryCount(1):
            self.assertEqual(self._run(2), [(1, 2.5)])
        self.assertEqual(self._count(), 1)

    def test_constants_are_part_of_the_statement(self):
        self.assertEqual(self._run(2), [(1, 2.5)])
        self.assertEqual(self._run(2, THREE), [(1, 3)])
        self.assertEqual(self._run(2), [(1, 2.5)])
        self.assertEqual(self._count(), 2)

    def test_a_session_keeps_it_for_the_next_cursor(self):
        self._run(2)
        self._forget()
        with self.assertQueryCount(2):  # asks whether it is there, and executes it
            self._run(2)

    def test_a_rollback_does_not_take_it_away(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self._run(2)
            raise ZeroDivisionError
        with self.assertQueryCount(1):
            self.assertEqual(self._run(2), [(1, 2.5)])

    def test_commands_before_it_cost_no_round_trip(self):
        self._run(2)
        with self.assertQueryCount(1):
            self._run(2, first=["SET LOCAL work_mem TO '5MB'"])
        self.env.cr.execute("SHOW work_mem")
        self.assertEqual(self.env.cr.fetchone(), ("5MB",))

    def test_lists_without_a_value(self):
        text = "SELECT array_length(%s::timestamp[], 1), %s::int[], %s::text"
        for _time in range(2):
            prepared.execute(self.env.cr, text, [[None, None], [], None])
            self.assertEqual(self.env.cr.fetchall(), [(2, [], None)])

    def test_nothing_can_be_smuggled_in(self):
        text = "SELECT %s::text, %s::text[]"
        evil = "'); DROP TABLE res_users; --"
        prepared.execute(self.env.cr, text, [evil, [evil]])
        self.assertEqual(self.env.cr.fetchall(), [(evil, [evil])])

    def test_a_cursor_that_repeats(self):
        """Statements whose values all say what they are; any other runs as it is."""
        cr = prepared.Repeating(self.env.cr)
        cr.execute("SELECT %s::int + %s::int", [1, 2])
        with self.assertQueryCount(1):
            cr.execute("SELECT %s::int + %s::int", [3, 4])
        self.assertEqual((cr.fetchall(), cr.rowcount), ([(7,)], 1))
        self.assertEqual(self._count(), 1)
        cr.execute("SELECT %s::int + %s", [1, 2])
        cr.execute("SELECT 1")
        cr.execute(SQL("SELECT %s", 1))
        self.assertEqual(self._count(), 1)

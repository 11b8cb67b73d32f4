from functools import partial

from psycopg2.errors import LockNotAvailable, SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestAuditRace(BaseCase):
    """Two real connections; the committed entries stay, as entries do."""

    def setUp(self):
        super().setUp()
        registry = Registry(get_db_name())
        self.one, self.two = (self.open_env(registry) for _number in range(2))

    def open_env(self, registry):
        cr = registry.cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {})

    def record(self, env):
        return env["marketing.audit.log"]._record("data_exported", note="race").id

    def test_the_second_waits_for_the_first(self):
        self.record(self.one)
        self.two.cr.execute("SET LOCAL lock_timeout = '50ms'")
        with self.assertRaises(LockNotAvailable), mute_logger("odoo.sql_db"):
            self.record(self.two)

    def test_both_are_entered_one_after_the_other(self):
        self.two.cr.execute("SELECT 1")  # takes the snapshot
        first = self.record(self.one)
        self.one.cr.commit()
        tries = []

        def attempt():
            tries.append(1)
            return self.record(self.two)

        with mute_logger("odoo.sql_db", "odoo.service.model"):
            second = retrying(partial(attempt), self.two)
        self.assertEqual((second, len(tries)), (first + 1, 2))
        self.two.cr.commit()
        self.one.cr.rollback()
        self.assertIsNone(self.one["marketing.audit.log"]._verify().problem)

    def test_a_stale_snapshot_never_forks_the_chain(self):
        self.two.cr.execute("SELECT 1")
        self.record(self.one)
        self.one.cr.commit()
        with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
            self.record(self.two)

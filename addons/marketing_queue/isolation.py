"""The one place where the isolation level of a transaction is chosen."""

from contextlib import contextmanager

from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED, TRANSACTION_STATUS_IDLE

from odoo import SUPERUSER_ID, api
from odoo.sql_db import Cursor


@contextmanager
def own_transaction(registry):
    """Open a short transaction that sees what others committed, and commit it.

    It yields an environment of the superuser: the work of jobs is the system's.
    """
    with registry.cursor() as cr:
        read_committed(cr)
        yield api.Environment(cr, SUPERUSER_ID, {})


def read_committed(cr):
    """Let each statement of ``cr`` see what others committed before it.

    Call it first on a fresh own cursor; the level ends with the cursor. It does nothing
    on a test cursor, whose transaction is shared and has already begun.

    Raises :class:`RuntimeError` when a transaction is open: changing the level would
    silently roll it back.
    """
    if not isinstance(cr, Cursor):
        return
    if cr.connection.info.transaction_status != TRANSACTION_STATUS_IDLE:
        raise RuntimeError("The isolation level is chosen before the first statement.")
    cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)

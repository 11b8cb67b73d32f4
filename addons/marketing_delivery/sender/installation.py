"""Which copy of a database may send: the one whose identity lies on this disk too.

A dump restored beside the live database, on another machine or over it, and a standby
that lost commits, all hold messages that have left already. So the database has an id
and a counter, raised before and after each round of sending, and ``data_dir`` has a
file with both. Another id, a missing file, or a counter that went back: hold everything
until a person confirms.

The id is drawn with the first provider or the first sending, so that a template which
never sent gives none to its copies. Odoo and all its workers share one ``data_dir``.
"""

# The sender commits on its own cursors: each commit is a step of its protocol.
# pylint: disable=invalid-commit

import contextlib
import fcntl
import os
import uuid
from pathlib import Path
from typing import NamedTuple

from odoo.sql_db import Cursor
from odoo.tools import config

ID = "marketing_delivery.install_id"
COUNT = "marketing_delivery.install_count"
# Another id; no file, or one that was copied from elsewhere; a counter that went back.
OTHER, ABSENT, OLDER = "other", "absent", "older"
_LINE = "{id:36} {count:012d} {inode:020d}\n"  # one length: rewritten in place
_LENGTH = 36 + 1 + 12 + 1 + 20 + 1


class Mark(NamedTuple):
    id: str
    count: int


def file_path(dbname):
    path = Path(config["data_dir"], "marketing_install", dbname)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def find_problem(cr):
    """Return why this database must not send (one of the words above), or None."""
    mark = _leaves_traces(cr) and _read_database(cr)
    if not mark:
        return None  # it never sent
    with _opened(cr.dbname, fcntl.LOCK_SH) as file:
        return _compare(mark, _read_file(file))


def create(cr):
    """Give a database its id, in the caller's transaction."""
    if _read_database(cr):
        return
    with _opened(cr.dbname, fcntl.LOCK_EX) as file:
        _draw(cr)
        _write_file(file, _read_database(cr))


def advance(cr):
    """Raise the counter and commit, or return the problem and change nothing.

    ``cr`` is an own cursor under READ COMMITTED. The file follows the commit, so a
    crash between both leaves a file that is behind, which is no problem.
    """
    if not _leaves_traces(cr):
        return cr.commit()
    with _opened(cr.dbname, fcntl.LOCK_EX) as file:
        mark = _read_database(cr)
        if mark and (problem := _compare(mark, _read_file(file))):
            return problem
        _draw(cr)
        cr.execute(
            """
            UPDATE ir_config_parameter SET value = (value::bigint + 1)::text
             WHERE key = %s
            """,
            [COUNT],
        )
        cr.commit()
        _write_file(file, _read_database(cr))
    return None


def confirm(cr):
    """Make this database the one that may send, in the caller's transaction.

    It gets a new id: the database it was copied from is another one from now on.
    """
    with _opened(cr.dbname, fcntl.LOCK_EX) as file:
        cr.execute("DELETE FROM ir_config_parameter WHERE key = ANY(%s)", [[ID, COUNT]])
        _draw(cr)
        _write_file(file, _read_database(cr))


def _leaves_traces(cr):
    """A test cursor is rolled back in the end: the disk must not remember it."""
    return isinstance(cr, Cursor)


def _draw(cr):
    """Add what is missing; a second process at the same moment adds nothing."""
    cr.execute(
        """
        INSERT INTO ir_config_parameter (key, value, create_uid, write_uid,
                                         create_date, write_date)
        SELECT key, value, 1, 1, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
          FROM (VALUES (%s, %s), (%s, '0')) new(key, value)
            ON CONFLICT (key) DO NOTHING
        """,
        [ID, str(uuid.uuid4()), COUNT],
    )


def _read_database(cr):
    cr.execute(
        "SELECT key, value FROM ir_config_parameter WHERE key = ANY(%s)", [[ID, COUNT]]
    )
    values = dict(cr.fetchall())
    if ID not in values:
        return None
    count = values.get(COUNT, "")
    # a counter that somebody broke by hand is behind any file
    return Mark(values[ID], int(count) if count.isdecimal() else -1)


@contextlib.contextmanager
def _opened(dbname, lock):
    """Open the file, empty when new, with a lock of the kernel."""
    file = os.open(file_path(dbname), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, lock)
        yield file
    finally:
        os.close(file)


def _read_file(file):
    """Return the :class:`Mark`, or None for no file or one that is not in its place."""
    data = os.pread(file, _LENGTH + 1, 0)
    try:
        install_id, count, inode = data.decode("ascii").split()
        is_ours = int(inode) == os.fstat(file).st_ino
        return Mark(install_id, int(count)) if is_ours else None
    except ValueError:
        return None


def _write_file(file, mark):
    line = _LINE.format(
        id=mark.id, count=max(mark.count, 0), inode=os.fstat(file).st_ino
    )
    os.ftruncate(file, len(line))
    os.pwrite(file, line.encode("ascii"), 0)


def _compare(mark, written):
    if not written:
        return ABSENT
    if written.id != mark.id:
        return OTHER
    return OLDER if mark.count < written.count else None

import os
import tempfile
import time
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..sender import journal


@tagged("post_install", "-at_install")
class TestJournal(BaseCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def _inspect(self, token="t"):
        with journal.inspect(self.folder, token) as record:
            return record

    def _write(self):
        file = journal.Journal(self.folder, "t")
        file.begin("one")
        file.end("S", "one", "250 ok\r\nqueued")
        file.begin("two")
        file.end("P", "two", "550 no")
        file.begin("three")
        return file

    def test_held_while_the_sender_lives(self):
        file = self._write()
        self.assertEqual(self._inspect().status, journal.HELD)
        self.assertEqual(self._inspect().judge("one"), ("B", ""))
        file.close(settled=False)
        self.assertEqual(self._inspect().status, journal.READ)

    def test_what_it_proves(self):
        self._write().close(settled=False)
        record = self._inspect()
        self.assertEqual(record.judge("one"), ("S", "250 ok queued"))
        self.assertEqual(record.judge("two"), ("P", "550 no"))
        self.assertEqual(record.judge("three"), ("B", ""))
        self.assertEqual(record.judge("four"), (None, ""))

    def test_a_second_attempt_forgets_the_answer_of_the_first(self):
        file = self._write()
        file.end("T", "three", "451 later")
        file.begin("three")
        file.close(settled=False)
        self.assertEqual(self._inspect().judge("three"), ("B", ""))

    def test_missing_torn_or_of_another_boot_proves_nothing(self):
        self.assertEqual(self._inspect("other").judge("one"), ("B", ""))
        self._write().close(settled=False)
        path = self.folder / "t.journal"
        text = path.read_bytes()
        for broken in (
            text + b"B fo",
            text.replace(journal.boot_id().encode(), b"another-boot"),
            b"",
            text.splitlines()[0],
            b"something else\n",
        ):
            path.write_bytes(broken)
            self.assertEqual(self._inspect().status, journal.LOST, broken[:40])
            self.assertEqual(self._inspect().judge("four"), ("B", ""))

    def test_settled_journals_are_deleted(self):
        self._write().close(settled=True)
        self.assertFalse(list(self.folder.iterdir()))

    def test_old_journals_are_deleted_unless_needed_or_held(self):
        for token in ("old", "needed", "fresh"):
            journal.Journal(self.folder, token).close(settled=False)
        held = journal.Journal(self.folder, "held")
        for token in ("old", "needed", "held"):
            os.utime(self.folder / f"{token}.journal", (time.time() - 999,) * 2)
        journal.discard_old(self.folder, {"needed"}, 100)
        left = sorted(path.stem for path in self.folder.iterdir())
        self.assertEqual(left, ["fresh", "held", "needed"])
        held.close(settled=True)

    def test_a_journal_that_its_sender_just_deleted(self):
        """Listed, and gone before anybody could look at it."""
        (self.folder / "gone.journal").symlink_to(self.folder / "deleted")
        journal.discard_old(self.folder, set(), 100)
        self.assertTrue((self.folder / "gone.journal").is_symlink())

    def test_a_full_disk_is_noticed(self):
        file = journal.Journal(self.folder, "t")
        self.patch(os, "write", lambda _file, data: len(data) - 1)
        with self.assertRaises(OSError):
            file.begin("one")
        file.close(settled=False)

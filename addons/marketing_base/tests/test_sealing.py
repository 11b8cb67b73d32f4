import os
import stat
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.tests import BaseCase, tagged
from odoo.tools import config

from .. import sealing
from ..sealing import PREFIX, VARIABLE, Lost, SealProblem, seal, unseal

TEXT = "-----BEGIN PRIVATE KEY-----\nGrüße\n"
ONE, TWO = "one secret of an installation" * 2, "two secret of an installation" * 2


@tagged("post_install", "-at_install")
class TestSealing(BaseCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, "marketing_secret")
        self.startPatcher(patch.dict(config.options, {"data_dir": folder.name}))
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(VARIABLE, None)

    def test_round_trip(self):
        sealed = seal(TEXT)
        self.assertTrue(sealed.startswith(PREFIX))
        self.assertNotIn("PRIVATE", sealed)
        self.assertEqual(unseal(sealed), TEXT)
        self.assertNotEqual(seal(TEXT), sealed, "nobody sees that two are the same")
        self.assertEqual(seal(sealed), sealed)
        self.assertEqual(unseal("written before"), "written before")
        for empty in (None, False, ""):
            self.assertEqual((seal(empty), unseal(empty)), (empty, empty))

    def test_the_file_is_made_once_and_for_nobody_else(self):
        sealed = seal(TEXT)
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        self.assertEqual([*self.path.parent.iterdir()], [self.path])
        first = self.path.read_text()
        sealing._create_file(self.path)  # by another process at the same time
        self.assertEqual(self.path.read_text(), first)
        self.assertEqual(unseal(sealed), TEXT)

    def test_a_copy_elsewhere_does_not_open_it(self):
        sealed = seal(TEXT)
        self.path.unlink()
        self.assertIsInstance(unseal(sealed), Lost)
        self.assertFalse(unseal(sealed))
        os.environ[VARIABLE] = ONE
        self.assertIsInstance(unseal(sealed), Lost)

    def test_the_secret_of_the_environment_comes_first(self):
        by_file = seal(TEXT)
        os.environ[VARIABLE] = ONE
        by_variable = seal(TEXT)
        self.assertEqual((unseal(by_file), unseal(by_variable)), (TEXT, TEXT))
        self.path.unlink()
        self.assertIsInstance(unseal(by_file), Lost)
        self.assertEqual(unseal(by_variable), TEXT)
        self.assertFalse(self.path.exists(), "none is made where one was given")

    def test_a_secret_can_be_changed(self):
        os.environ[VARIABLE] = ONE
        old = seal(TEXT)
        os.environ[VARIABLE] = f"{TWO}, {ONE}"
        new = seal(TEXT)
        self.assertEqual((unseal(old), unseal(new)), (TEXT, TEXT))
        os.environ[VARIABLE] = TWO
        self.assertIsInstance(unseal(old), Lost)
        self.assertEqual(unseal(new), TEXT)

    def test_a_short_secret_is_refused(self):
        os.environ[VARIABLE] = "short"
        with self.assertRaisesRegex(SealProblem, "32 characters"):
            seal(TEXT)

    def test_what_was_tampered_with_is_lost(self):
        sealed = seal(TEXT)
        for broken in (sealed[:-4] + "AAAA", PREFIX, PREFIX + "é", sealed[:40]):
            self.assertIsInstance(unseal(broken), Lost, broken)

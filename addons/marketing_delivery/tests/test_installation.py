import shutil
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_queue.isolation import read_committed

from ..sender import installation
from .sender_common import FakeAdapter, SenderCase

DELIVERY = "odoo.addons.marketing_delivery.models.email_campaign_delivery"
SWEEP = "odoo.addons.marketing_delivery.models.marketing_job"
MODEL = "odoo.addons.marketing_delivery.models.marketing_installation"


class InstallationMixin:
    """An own folder for the identity file, and a database that never sent."""

    def setUp(self):
        super().setUp()
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        for name, value in (
            ("file_path", self.folder.joinpath),
            ("_leaves_traces", lambda cr: True),
        ):
            patcher = patch.object(installation, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)
        self._forget()
        self.file = self.folder / self.env.cr.dbname

    def _forget(self):
        self.env.cr.execute(
            "DELETE FROM ir_config_parameter WHERE key = ANY(%s)",
            [[installation.ID, installation.COUNT]],
        )

    def _parameter(self, key):
        self.env.cr.execute(
            "SELECT value FROM ir_config_parameter WHERE key = %s", [key]
        )
        return (self.env.cr.fetchone() or [None])[0]

    def _set_parameter(self, key, value):
        self.env.cr.execute(
            "UPDATE ir_config_parameter SET value = %s WHERE key = %s", [value, key]
        )

    def _advance(self):
        """What a sender does, on a cursor of its own."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            read_committed(cr)
            return installation.advance(cr)

    def _problem(self):
        return installation.find_problem(self.env.cr)


@tagged("post_install", "-at_install")
class TestInstallation(InstallationMixin, SenderCase):
    def test_database_that_never_sent_has_no_identity(self):
        self.assertIsNone(self._problem())
        self.assertIsNone(self._parameter(installation.ID))

    def test_first_sending_draws_the_identity(self):
        self.assertIsNone(self._advance())
        install_id = self._parameter(installation.ID)
        self.assertEqual(len(install_id), 36)
        self.assertIn(f"{install_id} 000000000001 ", self.file.read_text())
        self.assertIsNone(self._advance())
        self.assertEqual(self._parameter(installation.COUNT), "2")
        self.assertEqual(self._parameter(installation.ID), install_id)
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)

    def test_first_provider_draws_the_identity(self):
        """A copy made before the first campaign left is known as a copy too."""
        self._create_provider()
        install_id = self._parameter(installation.ID)
        self.assertTrue(install_id)
        self._create_provider()
        self.assertEqual(self._parameter(installation.ID), install_id)
        self.file.unlink()
        self.assertEqual(self._problem(), installation.ABSENT)

    def test_fresh_database_of_a_used_name(self):
        """Dropped and created again: it never sent, so the old file is not its own."""
        self._advance()
        self._forget()
        self.assertIsNone(self._advance())
        self.assertIn(self._parameter(installation.ID), self.file.read_text())

    def test_each_trouble_has_its_word(self):
        self._advance()
        text = self.file.read_text()
        for content, problem in (
            ("", installation.ABSENT),
            ("nonsense", installation.ABSENT),
            (text[:40], installation.ABSENT),
            (text + "more", installation.ABSENT),
            ("\xff" * 70, installation.ABSENT),
            ("00000000" + text[8:], installation.OTHER),
            (text.replace(" 000000000001 ", " 000000000007 "), installation.OLDER),
            (text, None),
        ):
            self.file.write_text(content, "latin-1")
            self.assertEqual(self._problem(), problem, content)
            count = self._parameter(installation.COUNT)
            self.assertEqual(self._advance(), problem, content)
            raised = int(self._parameter(installation.COUNT)) - int(count)
            self.assertEqual(raised, 0 if problem else 1)

    def test_copied_file_proves_nothing(self):
        """A backup of the data folder brings the file back as another file."""
        self._advance()
        copy = self.folder / "copy"
        shutil.copy(self.file, copy)
        self.file.unlink()
        copy.rename(self.file)
        self.assertEqual(self._problem(), installation.ABSENT)

    def test_counter_that_went_back(self):
        self._advance()
        self._advance()
        self._set_parameter(installation.COUNT, "1")
        self.assertEqual(self._problem(), installation.OLDER)
        for broken in ("", "x", "-1"):
            self._set_parameter(installation.COUNT, broken)
            self.assertEqual(self._problem(), installation.OLDER)

    def test_confirmed_database_is_another_one(self):
        self._advance()
        install_id = self._parameter(installation.ID)
        self.file.unlink()
        installation.confirm(self.env.cr)
        self.assertIsNone(self._problem())
        self.assertNotEqual(self._parameter(installation.ID), install_id)
        self.assertIsNone(self._advance())

    def test_pump_of_a_copy_sends_nothing(self):
        rows = self._add("a@x.example", "b@x.example")
        self._advance()
        self.file.unlink()
        adapter = FakeAdapter()
        with self.assertLogs(DELIVERY, "WARNING"):
            self.assertIsNone(self._pump(adapter))
        self.assertFalse(adapter.messages)
        self.assertEqual(set(rows.mapped("state")), {"queued"})
        self.assertEqual(self.campaign.status, "running", "it waits, nobody paused it")
        installation.confirm(self.env.cr)
        self._pump(adapter)
        self.assertEqual(len(adapter.messages), 2)

    def test_each_round_of_sending_is_counted_twice(self):
        """Before and after: a dump made while it ran is behind the file afterwards."""
        self._add("a@x.example")
        self._advance()
        seen = []
        adapter = FakeAdapter(
            on_message=lambda _message: seen.append(self._parameter(installation.COUNT))
        )
        self._pump(adapter)
        self.assertEqual(seen, ["2"])
        self.assertEqual(self._parameter(installation.COUNT), "3")
        self._set_parameter(installation.COUNT, seen[0])
        self.assertEqual(self._problem(), installation.OLDER)

    def test_sweeper_wakes_no_campaign_of_a_copy(self):
        self._add("a@x.example")
        self._advance()
        self.file.unlink()
        jobs = self.env["marketing.job"]
        mine = [("key", "=like", f"deliver:{self.campaign.id}:%")]
        with self.enter_registry_test_mode(), self.assertLogs(SWEEP, "WARNING"):
            jobs._resume_campaigns()
        self.assertFalse(jobs.search(mine))
        installation.confirm(self.env.cr)
        with self.enter_registry_test_mode():
            jobs._resume_campaigns()
        self.assertTrue(jobs.search(mine))

    def test_neutralized_copy(self):
        """Odoo's own neutralization silences the marketing suite too."""
        self.campaign._enqueue_delivery()
        self.env.flush_all()
        for query in get_neutralization_queries(["marketing_delivery"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertFalse(self.provider.active)
        self.assertEqual(self.campaign.status, "paused")
        jobs = self.env["marketing.job"].search(
            [("queue", "=", "deliver"), ("state", "=", "pending")]
        )
        self.assertFalse(jobs)


@tagged("post_install", "-at_install")
class TestInstallationConfirm(InstallationMixin, SenderCase):
    def setUp(self):
        super().setUp()
        self._advance()
        self.file.unlink()
        self.admin = self._create_user("mm_install_admin", "administrator")
        self.others = [
            self._create_user(f"mm_install_{group}", group)
            for group in ("manager", "user", "analyst", "compliance")
        ]

    def _wizard(self, **values):
        wizards = self.env["marketing.installation.confirm"].with_user(self.admin)
        return wizards.create({"is_understood": True, **values})

    def test_who_may_decide(self):
        for user in self.others:
            with self.assertRaises(AccessError):
                self.env["marketing.installation.confirm"].with_user(user).create({})
        self.assertTrue(self._problem())

    def test_everybody_reads_why_nothing_is_sent(self):
        for user in (self.admin, *self.others):
            for record in (self.campaign, self.provider):
                self.assertIn("copied", record.with_user(user).sending_hold)
        installation.confirm(self.env.cr)
        self.env.invalidate_all()
        self.assertFalse(self.campaign.with_user(self.admin).sending_hold)

    def test_facts_of_all_companies(self):
        other = self._create_campaign(self.other_company, from_email="b@b.example")
        self._add("a@x.example")
        self._add("b@x.example", campaign=other)
        wizard = self._wizard()
        self.assertEqual((wizard.running_count, wizard.queued_count), (2, 2))
        self.assertFalse(wizard.last_sent_at)

    @mute_logger(MODEL)
    def test_pauses_what_runs(self):
        rows = self._add("a@x.example")
        self._wizard().action_confirm()
        self.assertIsNone(self._problem())
        self.assertEqual(self.campaign.status, "paused")
        self.assertIn("have not left already", self.campaign.status_reason)
        self._pump()
        self.assertEqual(rows.state, "queued")

    def test_goes_on_when_told_so(self):
        with self.assertLogs(MODEL, "WARNING") as log:
            self._wizard(campaigns="continue").action_confirm()
        self.assertIn(f"user {self.admin.id} ", log.output[0])
        self.assertEqual(self.campaign.status, "running")
        entry = self.env["marketing.audit.log"].search([], limit=1)
        self.assertEqual(entry.event, "sending_confirmed")
        self.assertEqual(entry.user_id, self.admin.id)
        self.assertIn("copied", entry.note)

    def test_needs_the_tick(self):
        with self.assertRaisesRegex(UserError, "no other copy"):
            self._wizard(is_understood=False).action_confirm()
        self.assertTrue(self._problem())

    @mute_logger(MODEL)
    def test_second_person_is_told(self):
        first, second = self._wizard(), self._wizard()
        first.action_confirm()
        install_id = self._parameter(installation.ID)
        with self.assertRaisesRegex(UserError, "already"):
            second.action_confirm()
        self.assertEqual(self._parameter(installation.ID), install_id)

    def test_file_that_cannot_be_written(self):
        """The person sees it, and the database still waits."""
        wizard = self._wizard()
        with (
            patch.object(installation, "_write_file", side_effect=OSError("full")),
            self.assertRaises(OSError),
        ):
            wizard.action_confirm()
        self.assertTrue(self._problem())


@tagged("post_install", "-at_install")
class TestInstallationClient(InstallationMixin, HttpCase):
    def test_web_client_is_told(self):
        manager = SenderCase._create_user.__func__(
            type("Case", (), {"env": self.env, "company": self.env.company}),
            "mm_install_client",
            "manager",
        )
        installation.create(self.env.cr)
        self.assertFalse(self._held_as(manager.login))
        self.file.unlink()
        held = self._held_as(manager.login)
        self.assertIn("copied", held["text"])
        self.assertFalse(held["can_decide"])
        manager.group_ids += self.env.ref("marketing_base.group_administrator")
        self.assertTrue(self._held_as(manager.login)["can_decide"])
        manager.group_ids = self.env.ref("base.group_user")
        self.assertFalse(self._held_as(manager.login))

    def _held_as(self, login):
        self.authenticate(login, login)
        answer = self.make_jsonrpc_request("/web/session/get_session_info")
        return answer.get("marketing_sending_hold")

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ROLES, MarketingCase


# The menus of any addon are looked at: all models must be loaded.
@tagged("post_install", "-at_install")
class TestJobAccess(MarketingCase):
    """Who runs marketing also watches its background work, without system rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls.env["marketing.job"]._enqueue(
            "res.partner", "_compute_display_name"
        )
        cls.administrator = cls.users["administrator"]

    def test_the_administrator_is_no_system_user(self):
        self.assertFalse(self.administrator.has_group("base.group_system"))

    def test_the_administrator_cancels_and_requeues(self):
        job = self.job.with_user(self.administrator)
        job.action_cancel()
        self.assertEqual(job.state, "cancelled")
        job.action_requeue()
        self.assertEqual((job.state, job.attempts), ("pending", 0))

    def test_the_administrator_requeues_what_failed(self):
        self.job.write({"state": "failed", "attempts": 5, "error": "Traceback"})
        job = self.job.with_user(self.administrator)
        job.action_requeue()
        self.assertEqual((job.state, job.attempts), ("pending", 0))

    def test_the_administrator_cannot_choose_what_runs(self):
        job = self.job.with_user(self.administrator)
        for values in (
            {"method": "_check_credentials"},
            {"payload": {"low": 1}},
            {"state": "done"},
        ):
            with self.assertRaises(AccessError, msg=str(values)):
                job.write(values)
        for forbidden in (
            job.unlink,
            lambda: job.create({"model": "res.users", "method": "_x"}),
        ):
            with self.assertRaises(AccessError), mute_logger("odoo.models"):
                forbidden()

    def test_the_form_opens(self):
        with Form(self.job.with_user(self.administrator)) as form:
            self.assertEqual(form.state, "pending")

    def test_nobody_else_touches_a_job(self):
        for role in ROLES[:-1]:
            job = self.job.with_user(self.users[role])
            for forbidden in (job.action_cancel, lambda job=job: job.read(["error"])):
                with self.assertRaises(AccessError, msg=role):
                    forbidden()

    def test_the_menu_is_in_the_configuration_of_marketing(self):
        menu = self.env.ref("marketing_base.menu_marketing_job")
        parent = self.env.ref("marketing_base.menu_configuration")
        self.assertEqual(menu.parent_id, parent)
        for role in ROLES:
            visible = menu.with_user(self.users[role])._filter_visible_menus()
            self.assertEqual(bool(visible), role == "administrator", role)

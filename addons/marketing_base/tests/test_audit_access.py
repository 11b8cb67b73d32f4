from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from .common import ROLES, MarketingCase


class TestAuditAccess(MarketingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.log = cls.env["marketing.audit.log"]
        cls.entry_a = cls.log._record("record_changed", cls.company_a)
        cls.entry_b = cls.log._record("record_changed", cls.company_b)

    def test_officers_read_the_entries_of_their_company(self):
        for role in ("compliance", "administrator"):
            log = self.log.with_user(self.users[role])
            found = log.search([("id", "in", (self.entry_a | self.entry_b).ids)])
            self.assertEqual(found, self.entry_a.with_user(self.users[role]))
            with self.assertRaises(AccessError):
                self.entry_b.with_user(self.users[role]).read(["event"])

    def test_others_read_nothing(self):
        for role in set(ROLES) - {"compliance", "administrator"}:
            with self.assertRaises(AccessError):
                self.entry_a.with_user(self.users[role]).read(["event"])
            with self.assertRaises(AccessError):
                self.log.with_user(self.users[role]).action_verify()

    def test_nobody_writes(self):
        for role in ROLES:
            entry = self.entry_a.with_user(self.users[role])
            for change in (
                lambda e=entry: e.write({"note": "x"}),
                entry.unlink,
                lambda e=entry: e.create({"event": "record_changed"}),
            ):
                with self.assertRaises(Exception) as caught:
                    change()
                self.assertIn(
                    type(caught.exception).__name__, ("AccessError", "UserError")
                )

    def test_an_officer_verifies(self):
        log = self.log.with_user(self.users["compliance"])
        params = log.action_verify()["params"]
        self.assertEqual(params["type"], "success")
        self.assertIn(self.entry_b.hash, params["message"])

    def break_chain(self):
        self.env.cr.execute("ALTER TABLE marketing_audit_log DISABLE TRIGGER ALL")
        self.env.cr.execute(
            "UPDATE marketing_audit_log SET note = 'x' WHERE id = %s",
            [self.entry_a.id],
        )
        self.env.cr.execute("ALTER TABLE marketing_audit_log ENABLE TRIGGER ALL")

    def test_a_broken_chain_is_said_with_its_number(self):
        self.break_chain()
        log = self.log.with_user(self.users["compliance"])
        params = log.action_verify()["params"]
        self.assertEqual(params["type"], "danger")
        self.assertIn(f"Entry {self.entry_a.id} was changed", params["message"])

    def test_the_weekly_check_gives_officers_a_to_do_once(self):
        activities = self.env["mail.activity"]
        officer = self.users["compliance"]
        self.log._verify_and_alert()
        self.assertFalse(activities.search([("user_id", "=", officer.id)]))
        self.break_chain()
        for _time in range(2):
            with mute_logger(
                "odoo.addons.marketing_base.models.marketing_audit_verification"
            ):
                self.log._verify_and_alert()
        found = activities.search([("user_id", "=", officer.id)])
        self.assertEqual(len(found), 1)
        self.assertIn(f"Entry {self.entry_a.id} was changed", str(found.note))
        self.assertFalse(
            activities.search([("user_id", "=", self.users["manager"].id)])
        )

    def test_the_cron_only_enqueues(self):
        self.log._cron_verify()
        job = self.env["marketing.job"].search([("key", "=", "audit-verify")])
        self.assertEqual((job.model, job.method), (self.log._name, "_verify_and_alert"))

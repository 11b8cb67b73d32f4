from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import MarketingCase


class TestAudited(MarketingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.log = cls.env["marketing.audit.log"]

    def entries(self, record, event=None):
        self.env.flush_all()
        domain = [("res_model", "=", record._name), ("res_id", "=", record.id)]
        return self.log.search(
            domain + ([("event", "=", event)] if event else []), order="id"
        )

    def test_a_changed_setting_names_user_old_and_new(self):
        known = self.entries(self.company_a)
        admin = new_test_user(
            self.env,
            "mmb_settings",
            "base.group_system,base.group_erp_manager",
            company_id=self.company_a.id,
            company_ids=[(6, 0, self.company_a.ids)],
        )
        self.company_a.with_user(admin).write(
            {"marketing_holdout_percent": 7.5, "marketing_similar_products": True}
        )
        entry = self.entries(self.company_a) - known
        self.assertEqual(entry.event, "settings_changed")
        self.assertEqual(entry.user_login, "mmb_settings")
        self.assertEqual(entry.company_id, self.company_a)
        self.assertEqual(entry.res_name, "Shop A")
        self.assertEqual(
            entry.changes,
            {
                "marketing_holdout_percent": ["5.0", "7.5"],
                "marketing_similar_products": [False, True],
            },
        )
        self.assertIn("Global Holdout (%): 5.0 → 7.5", entry.changes_text)
        self.assertIn("no → yes", entry.changes_text)

    def test_other_values_and_equal_values_make_no_entry(self):
        known = self.entries(self.company_a)
        self.company_a.write({"name": "Shop", "marketing_attribution_days": 7})
        self.assertEqual(self.entries(self.company_a), known)

    def test_the_salt_is_never_entered(self):
        salt = self.company_a.marketing_holdout_salt
        self.company_a.marketing_holdout_salt = "f" * 32
        found = " ".join(str(e.changes) for e in self.entries(self.company_a))
        self.assertNotIn(salt, found)
        self.assertNotIn("f" * 32, found)

    def test_a_refused_change_makes_no_entry(self):
        known = self.entries(self.company_a)
        with self.assertRaises(AccessError):
            self.company_a.with_user(self.users["user"]).write(
                {"marketing_holdout_percent": 1}
            )
        self.assertEqual(self.entries(self.company_a), known)

    def test_secrets_show_only_that_they_changed(self):
        company = self.company_a
        self.patch(type(company), "_audited_secrets", ("marketing_postal_address",))
        company.marketing_postal_address = "canary street"
        entry = self.entries(company)[-1]
        self.assertEqual(entry.changes["marketing_postal_address"], [None, "•••"])

    def test_an_upper_addon_has_secrets_too(self):
        company, name = self.company_a, "marketing_postal_address"
        self.patch(type(company), "_get_audited_secrets", lambda self: [name])
        company.marketing_postal_address = "canary street"
        self.assertEqual(self.entries(company)[-1].changes[name], [None, "•••"])

    def test_a_record_is_entered_from_its_first_to_its_last_day(self):
        model = type(self.env["res.company"])
        self.patch(model, "_get_audit_event", lambda self, kind, c: f"record_{kind}")
        company = self.env["res.company"].create(
            {"name": "Shop C", "marketing_attribution_days": 3}
        )
        entry = self.entries(company)
        self.assertEqual(entry.event, "record_created")
        self.assertEqual(entry.changes["marketing_attribution_days"], [None, 3])
        company.unlink()
        self.assertEqual(self.entries(company)[-1].event, "record_deleted")

    # === RIGHTS ===#

    def groups_of(self, user):
        entries = self.entries(user, "groups_changed")
        return entries[-1:].changes and entries[-1].changes["group_ids"]

    def test_rights_given_at_birth_are_entered(self):
        user = self.users["manager"]
        expected = ["Marketing Manager", "Marketing User"]
        self.assertEqual(self.groups_of(user), [[], expected])
        self.assertFalse(self.groups_of(self.outsider))

    def test_rights_change_from_the_user(self):
        group = self.env.ref("marketing_base.group_analyst")
        self.outsider.write({"group_ids": [Command.link(group.id)]})
        self.assertEqual(self.groups_of(self.outsider), [[], ["Analyst"]])
        self.outsider.write({"group_ids": [Command.unlink(group.id)]})
        self.assertEqual(self.groups_of(self.outsider), [["Analyst"], []])

    def test_rights_change_from_the_group(self):
        group = self.env.ref("marketing_base.group_compliance")
        group.write({"user_ids": [Command.link(self.outsider.id)]})
        self.assertEqual(self.groups_of(self.outsider), [[], ["Compliance Officer"]])

    def test_rights_change_through_an_implied_group(self):
        group = self.env["res.groups"].create(
            {"name": "Sales", "user_ids": [Command.link(self.outsider.id)]}
        )
        group.write(
            {
                "implied_ids": [
                    Command.link(self.env.ref("marketing_base.group_user").id)
                ]
            }
        )
        self.assertEqual(self.groups_of(self.outsider), [[], ["Marketing User"]])

    def test_archiving_a_user_ends_the_rights(self):
        self.users["analyst"].active = False
        self.assertEqual(self.groups_of(self.users["analyst"]), [["Analyst"], []])

    def test_other_groups_make_no_entry(self):
        group = self.env["res.groups"].create({"name": "Other"})
        group.write({"user_ids": [Command.link(self.outsider.id)]})
        self.assertFalse(self.groups_of(self.outsider))

    # === JOBS ===#

    def test_a_requeued_job_is_entered(self):
        administrator = self.users["administrator"]
        job = self.env["marketing.job"]._enqueue("marketing.audit.log", "_verify")
        job.action_cancel()
        job.with_user(administrator).action_requeue()
        entry = self.entries(job)
        self.assertEqual(entry.event, "job_requeued")
        self.assertEqual(entry.user_id, administrator.id)

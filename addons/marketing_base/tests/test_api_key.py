import hashlib
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .api_common import ApiCase
from .common import ROLES


@tagged("post_install", "-at_install")
class TestApiKey(ApiCase):
    def test_only_the_hash_is_stored(self):
        key, token = self.make_key()
        self.assertRegex(token, r"^mmk_[0-9a-f]{64}$")
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT key_hash, prefix, k::text FROM marketing_api_key k WHERE id = %s",
            [key.id],
        )
        stored, prefix, everything = self.env.cr.fetchone()
        self.assertEqual(stored, hashlib.sha256(token[4:].encode()).hexdigest())
        self.assertEqual(prefix, token[4:12])
        self.assertNotIn(token[12:], everything)
        self.env.cr.execute(
            "SELECT string_agg(l::text, '') FROM marketing_audit_log l"
            " WHERE l::text LIKE %s",
            [f"%{prefix}%"],
        )
        entered = self.env.cr.fetchone()[0]
        self.assertIn(prefix, entered)
        self.assertNotIn(token[12:], entered)

    def test_the_dialog_shows_the_key_and_no_table_has_it(self):
        key, _token = self.make_key()
        mine = key.with_user(self.users["administrator"])
        action = mine.action_generate()
        shown = action["context"]["default_key"]
        dialog = Form(
            # as that user: the web client does not open it as the superuser
            mine.env[action["res_model"]].with_context(**action["context"]),
            view="marketing_base.marketing_api_key_show_view_form",
        )
        self.assertEqual(dialog.key, shown)
        self.assertEqual(self.env["marketing.api.key"]._find(f"Bearer {shown}"), key)
        self.env.cr.execute("SELECT to_regclass('marketing_api_key_show')")
        self.assertIsNone(self.env.cr.fetchone()[0])

    def test_administrators_make_a_key_by_form(self):
        form = Form(
            self.env["marketing.api.key"].with_user(self.users["administrator"])
        )
        form.name = "Shop"
        with self.assertRaises(ValidationError):
            form.save()
        form.scope_ids.add(self.env.ref("marketing_base.api_scope_read_events"))
        key = form.save()
        self.assertEqual(key.state, "new")
        self.assertEqual(key.user_id, self.users["administrator"])
        self.assertGreater(key.expires_at, fields.Datetime.now())
        key.action_generate()
        self.assertEqual(key.state, "active")
        key.action_revoke()
        self.assertEqual(key.state, "revoked")
        key.action_generate()
        self.assertEqual(key.state, "active")
        key.expires_at = fields.Datetime.now() - timedelta(days=1)
        self.assertEqual(key.state, "expired")

    def test_values_of_the_system_and_of_identity(self):
        administrator = self.users["administrator"]
        key = self.make_key()[0].with_user(administrator)
        for vals in (
            {"key_hash": "0" * 64},
            {"prefix": "00000000"},
            {"revoked_at": False},
            {"generated_at": "2026-01-01"},
            {"user_id": self.users["manager"].id},
            {"company_id": self.company_b.id},
        ):
            with self.assertRaises(UserError):
                key.write(vals)
        with self.assertRaises(AccessError):
            key.read(["key_hash"])
        with self.assertRaises(UserError):
            self.env["marketing.api.key"].create({"name": "x", "key_hash": "0" * 64})
        with self.assertRaises(ValidationError):
            self.make_key(user_id=self.env.ref("base.public_user").id)
        with self.assertRaises(ValidationError):
            self.make_key(user_id=self.b_user("manager").id)

    def test_others_see_no_keys_and_no_requests(self):
        self.make_key()
        self.make_key(company=self.company_b)
        self.call("GET", "/api/v1/events")
        for model in ("marketing.api.key", "marketing.api.request"):
            for role in (*ROLES, "outsider"):
                user = self.users.get(role, self.outsider)
                records = self.env[model].with_user(user)
                if role != "administrator":
                    self.assertFalse(records.has_access("read"), (model, role))
                    continue
                companies = records.search([]).mapped("company_id")
                self.assertLessEqual(companies, self.company_a)
        keys = self.env["marketing.api.key"].search(
            [("company_id", "=", self.company_b.id)]
        )
        with self.assertRaises(AccessError):
            keys.with_user(self.users["administrator"]).action_generate()
        requests = self.env["marketing.api.request"]
        for values in ({"route": "/x"}, {}):
            with self.assertRaises(AccessError):
                requests.with_user(self.users["administrator"]).create(values)

    def test_last_use_is_not_written_on_each_call(self):
        key, token = self.make_key()
        now = fields.Datetime.now()
        for before, after in ((3, 3), (20, 0)):
            key._write_server({"last_used_at": now - timedelta(minutes=before)})
            self.call("GET", "/api/v1/events", token=token)
            key.invalidate_recordset()
            minutes = round((now - key.last_used_at).total_seconds() / 60)
            self.assertEqual(minutes, after)

    def test_old_requests_answers_and_buckets_go(self):
        key, token = self.make_key()
        self.call("GET", "/api/v1/events", token=token)
        answers = self.env["marketing.api.answer"]
        answers._claim(key.id, "a", "hash")
        for model, method, table, column in (
            ("request", "_gc_requests", "marketing_api_request", "requested_at"),
            ("answer", "_gc_answers", "marketing_api_answer", "created_at"),
            ("limit", "_gc_buckets", "marketing_api_bucket", "touched_at"),
        ):
            collect = getattr(self.env[f"marketing.api.{model}"], method)
            collect()
            self.env.cr.execute(f"SELECT count(*) FROM {table}")
            self.assertTrue(self.env.cr.fetchone()[0], table)
            self.env.cr.execute(f"UPDATE {table} SET {column} = '2020-01-01'")
            collect()
            self.env.cr.execute(f"SELECT count(*) FROM {table}")
            self.assertFalse(self.env.cr.fetchone()[0], table)

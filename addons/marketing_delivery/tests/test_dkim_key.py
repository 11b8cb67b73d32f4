from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_base import sealing
from odoo.addons.marketing_base.sealing import PREFIX

from ..domain_names import normalise_domain
from ..models.delivery_dkim_key_rotation import SERVERS_PARAMETER
from .dns_peer import DnsPeer
from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestDkimKey(SenderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = cls.env["delivery.dkim.key"]
        cls.key = cls.keys.create(
            {"domain": "Shop.Example.", "company_id": cls.company.id}
        )
        cls.administrator = cls._create_user("mm_dkim_admin", "administrator")
        cls.marketer = cls._create_user("mm_dkim_user", "user")

    def setUp(self):
        super().setUp()
        self.peer = DnsPeer()
        self.addCleanup(self.peer.stop)
        self.env["ir.config_parameter"].set_param(SERVERS_PARAMETER, self.peer.server)

    def _publish(self, *texts):
        self.peer.records = {(self.key.record_name, "TXT"): list(texts)}

    def test_a_key_comes_with_its_record(self):
        self.assertEqual(self.key.domain, "shop.example")
        self.assertRegex(self.key.selector, r"mm\d{8}")
        self.assertEqual(
            self.key.record_name, f"{self.key.selector}._domainkey.shop.example"
        )
        self.assertRegex(self.key.record_value, r"^v=DKIM1; k=rsa; p=[\w+/=]{300,}$")
        self.assertIn("PRIVATE KEY", self.key.sudo().private_key)
        self.assertEqual(self.key.state, "draft")

    def test_nobody_reads_the_private_key(self):
        for user in (self.administrator, self.env.ref("base.user_admin")):
            key = self.key.with_user(user)
            with self.assertRaises(AccessError), mute_logger("odoo.models"):
                key.read(["private_key"])
            self.assertNotIn("private_key", key.fields_get())
            with self.assertRaises(AccessError), mute_logger("odoo.models"):
                self.keys.with_user(user).search([("private_key", "like", "A")])
        self.assertFalse(self.key.sudo().copy_data()[0].get("private_key"))

    def _read_column(self):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT private_key FROM delivery_dkim_key WHERE id = %s", [self.key.id]
        )
        return self.env.cr.fetchone()[0]

    def test_it_is_sealed_in_the_database(self):
        self.assertTrue(self._read_column().startswith(PREFIX))
        self.assertNotIn("PRIVATE", self._read_column())
        self.key.action_start()
        self.assertTrue(self.keys._get_signers())

    def test_a_key_of_an_older_database_is_sealed(self):
        text = self.key.sudo().private_key
        self.env.cr.execute(
            "UPDATE delivery_dkim_key SET private_key = %s WHERE id = %s",
            [text, self.key.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.key.sudo().private_key, text, "it signs until then")
        self.keys.init()
        self.env.invalidate_all()
        self.assertTrue(self._read_column().startswith(PREFIX))
        self.assertEqual(self.key.sudo().private_key, text)
        before = self._read_column()
        self.keys.init()
        self.assertEqual(self._read_column(), before)

    def test_a_key_of_another_installation_stops_the_provider_and_says_why(self):
        self.key.action_start()
        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(sealing, "_get_secrets", lambda: ("another secret" * 4,)):
            self.assertFalse(self.key.sudo().private_key)
            action = self.provider.action_test_connection()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertIn(self.key.record_name, self.provider.last_error)
        self.assertIn("MARKETING_SECRET_KEY", self.provider.last_error)
        self.env.invalidate_all()
        self.assertTrue(self.keys._get_signers(), "nothing was overwritten")

    def test_no_key_gets_into_the_audit_log(self):
        entry = self.env["marketing.audit.log"].search(
            [("res_model", "=", self.keys._name), ("res_id", "=", self.key.id)], limit=1
        )
        self.assertTrue(entry)
        self.assertNotIn("PRIVATE", str(entry.read()))

    def test_what_is_published_does_not_change(self):
        for values in (
            {"domain": "b.example"},
            {"selector": "x"},
            {"algorithm": "ed25519"},
            {"record_value": "v=DKIM1; p="},
            {"private_key": "x"},
        ):
            with self.assertRaisesRegex(UserError, "cannot be changed"):
                self.key.write(values)
        key = self.key.with_user(self.administrator)
        with self.assertRaisesRegex(UserError, "buttons"):
            key.write({"state": "active"})
        forged = self.keys.with_user(self.administrator).create(
            {"domain": "c.example", "state": "active", "record_value": "v=DKIM1; p=x"}
        )
        self.assertEqual(forged.state, "draft")
        self.assertGreater(len(forged.record_value), 300)

    def test_names(self):
        for domain in (
            "shop",
            "a b.example",
            "a.example/x",
            "-a.example",
            "é" * 70,
            "",
        ):
            with self.assertRaises(ValidationError):
                self.keys.create({"domain": domain, "selector": "s"})
        for selector in ("A", "a b", "-a", "a..b", "ä", "x" * 64):
            with self.assertRaises(ValidationError):
                self.keys.create({"domain": "a.example", "selector": selector})
        self.assertEqual(normalise_domain("Bücher.Example"), "xn--bcher-kva.example")
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.keys.create({"domain": "shop.example", "selector": self.key.selector})

    def test_looking_up(self):
        record = self.key.record_value
        for texts, state in (
            ([], "missing"),
            (["v=spf1 -all"], "missing"),
            ([record], "ok"),
            ([record.replace("v=DKIM1; ", "")], "ok"),
            (["v=DKIM1; k=rsa; p="], "revoked"),
            (["v=DKIM1; p=???"], "broken"),
            (["v=DKIM1; k=rsa; p=AAAA"], "other"),
            ([record, "v=DKIM1; p=AAAA"], "several"),
        ):
            self._publish(*texts)
            self.key.action_check()
            self.assertEqual(self.key.dns_state, state, texts)
            self.assertTrue(self.key.checked_at)
        self.peer.faults[self.key.record_name] = "servfail"
        self.key.action_check()
        self.assertEqual(self.key.dns_state, "unknown")

    def test_one_key_signs(self):
        self.key.with_user(self.administrator).action_start()
        self.assertEqual(self.key.state, "active")
        action = self.key.with_user(self.administrator).action_renew()
        successor = self.keys.browse(action["res_id"])
        self.assertEqual(successor.selector, f"{self.key.selector}-2")
        self.assertEqual((successor.state, successor.domain), ("draft", "shop.example"))
        self.assertNotEqual(successor.record_value, self.key.record_value)
        successor.with_user(self.administrator).action_start()
        self.assertEqual((self.key.state, successor.state), ("retired", "active"))
        with self.assertRaisesRegex(UserError, "Retire it"):
            successor.unlink()
        successor.with_user(self.administrator).action_retire()
        self.assertFalse(self.keys._get_signers())
        successor.unlink()

    def test_only_administrators_change_keys(self):
        key = self.key.with_user(self.marketer)
        self.assertTrue(key.read(["record_name", "record_value", "state"]))
        for call in (key.action_start, key.action_check, key.action_renew, key.unlink):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(AccessError):
            self.keys.with_user(self.marketer).create({"domain": "a.example"})
        for group in ("base.group_user", "base.group_portal", "base.group_public"):
            user = new_test_user(self.env, f"mm_dkim_{group[-6:]}", groups=group)
            self.assertFalse(self.keys.with_user(user).has_access("read"))

    def test_other_company_sees_nothing(self):
        stranger = self._create_user(
            "mm_dkim_stranger", "administrator", company=self.other_company
        )
        keys = self.keys.with_user(stranger)
        self.assertFalse(keys.search([("domain", "=", "shop.example")]))
        self.assertEqual(keys._read_group([], [], ["__count"])[0][0], 0)
        key = self.key.with_user(stranger)
        for call in (lambda: key.read(["domain"]), key.action_start, key.action_retire):
            with self.assertRaises(AccessError):
                call()
        self.key.company_id = False
        self.assertTrue(keys.search([("domain", "=", "shop.example")]))

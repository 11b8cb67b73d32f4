from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_base import sealing
from odoo.addons.marketing_base.sealing import PREFIX

from .sendgrid_common import SendGridCase
from .sendgrid_peer import KEY

PEM = "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n"


@tagged("post_install", "-at_install")
class TestSendgridProvider(SendGridCase):
    def test_connection_test_sends_nothing(self):
        action = self.provider.action_test_connection()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(dict(self.peer.requests), {("GET", "/v3/scopes"): 1})

    def test_connection_test_tells_what_is_wrong(self):
        provider = self.provider
        cases = (
            ({"key": "SG.other"}, "API key is wrong"),
            ({"scopes": ["stats.read"]}, "lacks Mail Send"),
            ({"scopes": None}, "not SendGrid"),
        )
        for changes, words in cases:
            before = {name: getattr(self.peer, name) for name in changes}
            vars(self.peer).update(changes)
            action = provider.action_test_connection()
            self.assertEqual(action["params"]["type"], "danger")
            self.assertIn(words, action["params"]["message"])
            self.assertIn(words, provider.last_error)
            vars(self.peer).update(before)
        provider.action_test_connection()
        self.assertEqual((provider.state, provider.last_error), ("ok", False))

    def test_an_address_that_answers_nothing(self):
        self.peer.stop()
        action = self.provider.action_test_connection()
        self.assertIn("refused", action["params"]["message"])

    def _read_column(self):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT sendgrid_api_key FROM delivery_provider WHERE id = %s",
            [self.provider.id],
        )
        return self.env.cr.fetchone()[0]

    def test_the_key_is_sealed_in_the_database(self):
        self.assertTrue(self._read_column().startswith(PREFIX))
        self.assertEqual(self.provider.sudo().sendgrid_api_key, KEY)
        self.env.cr.execute(
            "UPDATE delivery_provider SET sendgrid_api_key = %s WHERE id = %s",
            [KEY, self.provider.id],
        )
        self.env.invalidate_all()
        self.provider.init()
        self.assertTrue(self._read_column().startswith(PREFIX))
        self.env.invalidate_all()
        self.assertEqual(self.provider.sudo().sendgrid_api_key, KEY)

    def test_a_key_of_another_installation(self):
        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(sealing, "_get_secrets", lambda: ("another secret" * 4,)):
            action = self.provider.action_test_connection()
            with Form(self.provider) as form:  # and it is entered again there
                self.assertFalse(form.sendgrid_api_key)
                form.sendgrid_api_key = KEY
            self.assertIn("enter it again", action["params"]["message"])
            action = self.provider.action_test_connection()
            self.assertEqual(action["params"]["type"], "success")

    def test_what_an_account_needs(self):
        for values in (
            {"sendgrid_api_key": False},
            {"sendgrid_api_key": "SG.a\nX-Evil: 1"},
            {"sendgrid_api_key": "SG.é"},
            {"sendgrid_url": False},
            {"sendgrid_url": "http://api.sendgrid.com"},
            {"sendgrid_url": "https://user@api.sendgrid.com"},
            {"sendgrid_url": "https://api.sendgrid.com/v3?x=1"},
            {"sendgrid_url": "ftp://127.0.0.1"},
            {"sendgrid_url": "https://[bad"},
            {"sendgrid_public_key": "MFkw"},
            {"sendgrid_public_key": "not a key"},
        ):
            with self.assertRaises(ValidationError, msg=values):
                self.provider.write(values)
        for url in ("https://api.eu.sendgrid.com", "http://localhost:80/"):
            self.provider.sendgrid_url = url
        self.provider.sendgrid_public_key = PEM.format(self.peer.public_key)

    def test_a_provider_of_another_type_needs_none_of_it(self):
        server = self.env["ir.mail_server"].create(
            {"name": "Relay", "smtp_host": "127.0.0.1", "smtp_port": 1}
        )
        smtp = self.env["delivery.provider"].create(
            {"name": "Relay", "mail_server_id": server.id}
        )
        self.assertFalse(smtp.webhook_url)
        self.assertIn("/marketing/webhook/", self.provider.webhook_url)
        self.assertIn("sendgrid", smtp._get_receipt_types())
        self.assertNotIn("smtp", smtp._get_receipt_types())

    def test_form_of_both_types(self):
        with Form(self.env["delivery.provider"]) as form:
            form.name = "New"
            form.provider_type = "sendgrid"
            form.sendgrid_api_key = "SG.new"
            self.assertEqual(form.sendgrid_url, "https://api.sendgrid.com")
        self.assertEqual(form.record.provider_type, "sendgrid")

    def test_the_key_is_nobody_s_business(self):
        manager = self._create_user("mm_sg_manager", "manager")
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self.provider.with_user(manager).read(["sendgrid_api_key"])
        self.assertFalse(self.provider.copy({"sendgrid_api_key": "x"}).state == "ok")
        log = self.env["marketing.audit.log"]
        before = log.search([], limit=1, order="id desc").id
        self.provider.sendgrid_api_key = "SG.changed"
        entry = log.search([("id", ">", before)])
        self.assertIn("sendgrid_api_key", str(entry.mapped("changes")))
        self.assertNotIn("SG.changed", str(entry.read()))
        with self.assertNoLogs(level="DEBUG"):
            self.provider.action_test_connection()
        self.assertNotIn("SG.changed", self.provider.last_error)

import socket

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .sender_common import SenderCase

MODELS = ("email.campaign", "campaign.recipient", "delivery.provider")


@tagged("post_install", "-at_install")
class TestSenderAccess(SenderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = cls._add("a@x.example")
        cls.user = cls._create_user("mm_sender_user", "user")
        cls.analyst = cls._create_user("mm_sender_analyst", "analyst")
        cls.manager = cls._create_user("mm_sender_manager", "manager")
        cls.admin = cls._create_user("mm_sender_admin", "administrator")
        cls.stranger = cls._create_user(
            "mm_sender_stranger", "administrator", company=cls.other_company
        )
        cls.provider.company_id = cls.company

    def test_roles_read_their_company_only(self):
        for user in (self.user, self.analyst, self.manager, self.admin):
            for record in (self.campaign, self.rows, self.provider):
                self.assertTrue(record.with_user(user).has_access("read"))
        for record in (self.campaign, self.rows, self.provider):
            self.assertFalse(
                record.with_user(self.stranger).search([("id", "=", record.id)])
            )
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base"):
                record.with_user(self.stranger).read(["display_name"])

    def test_shared_provider_is_everybody_s(self):
        self.provider.company_id = False
        self.assertTrue(self.provider.with_user(self.stranger).has_access("read"))

    def test_nobody_writes_messages(self):
        for user in (self.user, self.manager, self.admin):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(self.rows.with_user(user).has_access(operation))

    def test_only_administrators_change_providers(self):
        self.provider.with_user(self.admin).cap_per_day = 5
        for user in (self.user, self.analyst, self.manager):
            with self.assertRaises(AccessError):
                self.provider.with_user(user).cap_per_day = 6
            with self.assertRaises(AccessError):
                self.provider.with_user(user).action_test_connection()

    def test_status_is_not_written_by_hand(self):
        campaign = self.campaign.with_user(self.user)
        campaign.name = "New name"
        with self.assertRaises(AccessError):
            campaign.status = "completed"
        with self.assertRaises(AccessError):
            self.campaign.with_user(self.analyst).name = "Other"

    def test_marketers_do_not_see_the_login(self):
        server = self.provider.mail_server_id
        server.smtp_pass = "secret"
        with self.assertRaises(AccessError):
            server.with_user(self.user).read(["smtp_pass"])

    def test_marketer_opens_the_form_of_a_provider(self):
        values = self.provider.with_user(self.user).web_read(
            {"day_used": {}, "state": {}, "last_error": {}}
        )
        self.assertEqual(values[0]["day_used"], 0)

    def test_addresses_of_the_header(self):
        for address in ("two@x.example, three@x.example", "a@x.example\nBcc: b"):
            with self.assertRaises(ValidationError):
                self.campaign.from_email = address
            with self.assertRaises(ValidationError):
                self.campaign.reply_to_email = address

    def test_limits_are_not_negative(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.provider.cap_per_hour = -1
            self.env.flush_all()

    def test_smtp_needs_a_mail_server(self):
        with self.assertRaises(ValidationError):
            self.env["delivery.provider"].create({"name": "Nothing"})

    def test_connection_test_tells_what_is_wrong(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            self.provider.mail_server_id.smtp_port = closed.getsockname()[1]
            action = self.provider.with_user(self.admin).action_test_connection()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertIn("refused", action["params"]["message"])
        self.assertEqual(self.provider.state, "down")
        self.assertTrue(self.provider.retry_at)
        self.provider.with_user(
            self.admin
        ).mail_server_id = self.provider.mail_server_id.copy()
        self.assertEqual(self.provider.state, "untested", "new settings, new chance")

    def test_archived_mail_server(self):
        self.provider.mail_server_id.active = False
        action = self.provider.with_user(self.admin).action_test_connection()
        self.assertIn("archived", action["params"]["message"])

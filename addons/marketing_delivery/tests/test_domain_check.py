from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.delivery_dkim_key_rotation import SERVERS_PARAMETER
from .dns_peer import DnsPeer
from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestDomainCheck(SenderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.checks = cls.env["delivery.domain.check"]
        cls.checks.search([]).unlink()
        cls.check = cls.checks.create(
            {"name": "A.example", "company_id": cls.company.id}
        )
        cls.administrator = cls._create_user("mm_check_admin", "administrator")

    def setUp(self):
        super().setUp()
        self.peer = DnsPeer()
        self.addCleanup(self.peer.stop)
        self.env["ir.config_parameter"].set_param(SERVERS_PARAMETER, self.peer.server)

    def _publish_all(self):
        self.key = self.env["delivery.dkim.key"].create(
            {"domain": "a.example", "company_id": self.company.id}
        )
        self.key.action_start()
        self.env["delivery.provider"].search([]).bounce_address = False
        self.provider.mail_server_id.smtp_host = "mail.a.example"
        policy = "v=DMARC1; p=reject; rua=mailto:d@a.example"
        self.peer.records = {
            ("a.example", "TXT"): ["v=spf1 mx -all"],
            ("a.example", "MX"): ["10 mx.a.example."],
            ("mx.a.example", "A"): ["192.0.2.1"],
            ("_dmarc.a.example", "TXT"): [policy],
            (self.key.record_name, "TXT"): [self.key.record_value],
        }

    def _pump(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.checks._pump_check()
        self.env.invalidate_all()

    def test_a_good_domain(self):
        self._publish_all()
        self.check.with_user(self.administrator).action_check()
        for name in ("", "spf_", "dkim_", "dmarc_", "alignment_", "mx_"):
            self.assertEqual(self.check[f"{name}state"], "ok", name)
        self.assertTrue(self.check.checked_at)
        self.assertNotIn("<dl", self.check.advice)

    def test_what_to_publish_is_shown(self):
        self.provider.bounce_address = "bounce@b.example"
        self.check.action_check()
        self.assertEqual(self.check.state, "problem")
        for text in ("v=spf1 ", "_dmarc.a.example", "v=DMARC1; p=none", "b.example"):
            self.assertIn(text, self.check.advice)
        self.assertEqual(self.check.advice.count("<section"), 5)

    def test_dns_writes_no_html(self):
        evil = 'v=DMARC1; p=<script>alert(1)</script>"'
        self.peer.records = {
            ("_dmarc.a.example", "TXT"): [evil],
            ("a.example", "MX"): ["0 mx\\<b\\>.a.example."],
            ("a.example", "TXT"): ["v=spf1 <img/src=x> +all"],
        }
        self.check.action_check()
        for tag in ("<script", "<b>", "<img"):
            self.assertNotIn(tag, self.check.advice)
        self.assertIn("&lt;img/src=x&gt;", self.check.advice)

    def test_domains_in_use(self):
        self._create_campaign(self.company, from_email="news@News.example")
        self._create_campaign(self.other_company, from_email="x@other.example")
        self.env["delivery.dkim.key"].create(
            {"domain": "key.example", "company_id": self.company.id}
        )
        checks = self.checks.with_user(self.administrator)
        checks.with_context(allowed_company_ids=self.company.ids).action_find_domains()
        found = self.checks.search([("company_id", "=", self.company.id)])
        self.assertEqual(
            set(found.mapped("name")), {"a.example", "news.example", "key.example"}
        )
        self._pump()
        other = self.checks.search([("company_id", "=", self.other_company.id)])
        self.assertEqual(other.mapped("name"), ["other.example"])
        self.assertTrue(other.checked_at)

    def test_worse_leaves_one_task(self):
        self._publish_all()
        self._pump()
        self.assertEqual(self.check.state, "ok")
        self.peer.faults = {"a.example": "servfail"}
        self._pump()
        self.assertFalse(self.check.activity_ids, "no answer is no news")
        self.peer.faults = {}
        self._pump()
        del self.peer.records["_dmarc.a.example", "TXT"]
        self._pump()
        self._pump()
        self.assertEqual(self.check.state, "problem")
        self.assertEqual(len(self.check.activity_ids), 1)
        self.assertIn("a.example", self.check.activity_ids.summary)
        self.assertTrue(
            self.check.activity_ids.user_id.has_group(
                "marketing_base.group_administrator"
            )
        )

    def test_a_job_does_it(self):
        self.checks._cron_check()
        job = self.env["marketing.job"].search([("key", "=", self.checks._name)])
        self.assertEqual((job.kind, job.method), ("pump", "_pump_check"))

    def test_names(self):
        self.assertEqual(self.check.name, "a.example")
        for name in ("shop", "a b.example", "http://a.example"):
            with self.assertRaises(ValidationError):
                self.checks.create({"name": name})
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.checks.create({"name": "a.example", "company_id": self.company.id})

    def test_access(self):
        self.check.action_check()
        for group in ("analyst", "user", "manager", "compliance"):
            check = self.check.with_user(self._create_user(f"mm_check_{group}", group))
            self.assertTrue(check.advice)
            for call in (check.action_check, check.action_find_domains, check.unlink):
                with self.assertRaises(AccessError):
                    call()
        stranger = self._create_user(
            "mm_check_stranger", "administrator", company=self.other_company
        )
        self.assertFalse(self.checks.with_user(stranger).search([]))
        for call in ("action_check", "unlink"):
            with self.assertRaises(AccessError):
                getattr(self.check.with_user(stranger), call)()
        for group in ("base.group_user", "base.group_portal", "base.group_public"):
            user = new_test_user(self.env, f"mm_check_{group[-6:]}", groups=group)
            self.assertFalse(self.checks.with_user(user).has_access("read"))

from datetime import datetime

from odoo.tests import TransactionCase, tagged

from ..models import delivery_mailbox_domain as learning
from ..models.delivery_dkim_key_rotation import SERVERS_PARAMETER
from .dns_peer import DnsPeer
from .tracking_common import TrackingMixin


@tagged("post_install", "-at_install")
class TestMailboxDomain(TrackingMixin, TransactionCase):
    def setUp(self):
        super().setUp()
        self.domains = self.env["delivery.mailbox.domain"]
        self.peer = DnsPeer(
            {
                ("firm.example", "MX"): ["10 aspmx.l.google.com.", "5 alt.x.example."],
                ("office.example", "MX"): [
                    "0 office-example.mail.protection.outlook.com."
                ],
                ("own.example", "MX"): ["0 mx.own.example."],
                ("none.example", "TXT"): ["nothing"],
            }
        )
        self.addCleanup(self.peer.stop)
        self.env["ir.config_parameter"].set_param(SERVERS_PARAMETER, self.peer.server)
        self.patch(learning, "MIN_MESSAGES", 2)

    def _send(self, domain, number=2):
        for index in range(number):
            self._make_recipient(f"p{index}@{domain}", sent_at=datetime.now())

    def _learn(self):
        with self.enter_registry_test_mode():
            self.domains._pump_learn()
        self.env.invalidate_all()
        return {row.name: row.mailbox for row in self.domains.search([])}

    def test_exchangers(self):
        for host, mailbox in (
            ("aspmx.l.google.com", "gmail"),
            ("GMAIL-SMTP-IN.L.GOOGLE.COM.", "gmail"),
            ("mta5.am0.yahoodns.net", "yahoo"),
            ("x.mail.protection.outlook.com", "outlook"),
            ("hotmail-com.olc.protection.outlook.com", "outlook"),
            ("mx01.mail.icloud.com", "apple"),
            ("google.com.evil.example", "other"),
            ("notgoogle.com", "other"),
            ("", "other"),
        ):
            self.assertEqual(self.domains._get_mailbox(host), mailbox, host)

    def test_frequent_domains_are_learnt(self):
        for domain in ("office.example", "own.example", "none.example", "gmail.com"):
            self._send(domain)
        self._send("rare.example", 1)
        self._send("lost.example")
        self.peer.faults["lost.example"] = "servfail"
        self.assertEqual(
            self._learn(),
            {
                "office.example": "outlook",
                "own.example": "other",
                "none.example": "other",
            },
        )
        asked = {name for name, _kind in self.peer.asked}
        self.assertFalse(asked & {"gmail.com", "rare.example"})
        self.peer.asked.clear()
        self._learn()
        self.assertEqual({name for name, _kind in self.peer.asked}, {"lost.example"})

    def test_what_was_learnt_is_counted(self):
        self.peer.records[("firm.example", "MX")] = ["10 aspmx.l.google.com."]
        self._send("firm.example")
        self.env.cr.execute("DELETE FROM deliverability_dirty")
        self._learn()
        self.env.cr.execute("SELECT campaign_id FROM deliverability_dirty")
        self.assertEqual(self.env.cr.fetchall(), [(self.campaign.id,)])
        stats = self.env["email.deliverability.stats"]
        stats._run()
        row = stats.search(
            [("campaign_id", "=", self.campaign.id), ("mailbox", "=", "gmail")]
        )
        self.assertEqual(row.sent, 2)

    def test_a_job_does_it(self):
        self.domains._cron_learn()
        job = self.env["marketing.job"].search([("key", "=", self.domains._name)])
        self.assertEqual((job.kind, job.method), ("pump", "_pump_learn"))

    def test_nobody_writes_it(self):
        for group in ("analyst", "administrator"):
            user = self._make_user(
                f"mm_mailbox_{group}", f"marketing_base.group_{group}"
            )
            model = self.domains.with_user(user)
            self.assertTrue(model.has_access("read"))
            for operation in ("write", "create", "unlink"):
                self.assertFalse(model.has_access(operation))

from email.utils import formatdate
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..sender.pacing_sql import STREAK
from .imap_peer import ImapPeer
from .sender_common import SenderCase
from .test_bounce_reader import SAMPLES, SEND_KEY, load

THREAD = "odoo.addons.mail.models.mail_thread"


@tagged("post_install", "-at_install")
class TestBounceNotice(SenderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider.bounce_address = "bounce@shop.example"
        cls.notices = cls.env["delivery.bounce.notice"]
        cls.partner = cls.env["res.partner"].create(
            {"name": "Anna", "email": "c@x.example"}
        )
        cls.row = cls._add(
            "c@x.example",
            customer_id=cls.partner.id,
            state="sent",
            provider_id=cls.provider.id,
            send_key=SEND_KEY,
            sent_at="2026-11-21 10:00:00",
        )
        cls.fetcher = cls.env["fetchmail.server"].create(
            {
                "name": "Bounces",
                "server_type": "imap",
                "server": "127.0.0.1",
                "user": "bounce",
                "password": "secret",
                "state": "done",
            }
        )

    # === HELPERS ===#

    def _load(self, name, row=None, **values):
        row = row or self.row
        verp = self.provider._get_verp()
        values = {
            "return_path": verp.sign(row.id),
            "send_key": row.send_key,
            "address": row.email_address,
            **values,
        }
        return load(name, **values)

    def _process(self, *messages):
        """Take messages as Odoo's mail gateway does, and work on them."""
        before = self.notices.search([])
        for message in messages:
            self.env["mail.thread"].message_process(False, message)
        self.notices._run()
        self.env.invalidate_all()
        return self.notices.search([], order="id") - before

    def _is_stopped(self, address="c@x.example"):
        return bool(self.env["mail.blacklist"].search([("email", "=", address)]))

    def _types(self):
        self.env.cr.execute(
            """SELECT event_type FROM marketing_event
                WHERE recipient_id = %s ORDER BY event_type""",
            [self.row.id],
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def test_delays_let_a_mailbox_provider_rest(self):
        mailbox = self.env["delivery.mailbox"].create(
            {"name": "Big", "domains": "x.example"}
        )
        rows = self._add(
            *(f"late{n}@x.example" for n in range(STREAK)),
            state="sent",
            provider_id=self.provider.id,
        )
        now = formatdate().encode()
        notices = [
            self._load("postfix_delayed", row)
            .replace(b"Sat, 21 Nov 2026 10:05:00 +0000", now)
            .replace(b"notice.postfix_delayed@", b"late%d@" % row.id)
            for row in rows
        ]
        self.assertEqual(set(self._process(*notices).mapped("kind")), {"delayed"})
        self.assertTrue(mailbox.pace_ids.is_paused)

    # === FETCHING ===#

    def test_through_odoo_s_incoming_mail_server(self):
        """From the mailbox to the stop list, with Odoo's own code in between."""
        names = ("postfix_unknown_user", "arf_abuse", "german_auto_reply")
        peer = ImapPeer([self._load(name) for name in names])
        self.addCleanup(peer.stop)
        self.fetcher.port = peer.port
        self.env["fetchmail.server"].search([("id", "!=", self.fetcher.id)]).write(
            {"active": False}
        )
        cron = self.env.ref("mail.ir_cron_mail_gateway_action")
        with self.enter_registry_test_mode(), mute_logger("odoo.addons.base"):
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(self.fetcher.error_message)
        self.assertEqual(peer.seen, {1, 2, 3})
        notices = self.notices.search([], order="id")
        self.assertEqual(notices.mapped("kind"), ["failed", "complaint", "auto_reply"])
        self.assertEqual(notices.mapped("result"), ["pending", "pending", "ignored"])
        self.assertEqual(notices.recipient_id, self.row)
        self.notices._cron_enqueue()
        job = self.env["marketing.job"].search([("key", "=", self.notices._name)])
        self.assertTrue(job._run())
        self.assertEqual(notices.mapped("result"), ["recorded", "recorded", "ignored"])
        self.assertTrue(self._is_stopped())

    def test_other_mail_is_odoo_s(self):
        mail = (
            b"From: a@x.example\r\nTo: info@shop.example\r\nSubject: Hi\r\n\r\nHi\r\n"
        )
        for message in (mail, mail.decode(), mail.replace(b"info@", b"bounces@")):
            self.assertFalse(self.notices._take(message))
        with (
            mute_logger(THREAD),
            self.assertRaisesRegex(ValueError, "No possible route"),
        ):
            self.env["mail.thread"].message_process(False, mail)
        self.assertFalse(self.notices.search([]))

    def test_without_a_bounce_address_nothing_is_read(self):
        self.provider.bounce_address = False
        verp = "bounce+m1-00000000000000000000@shop.example"
        with self.assertQueryCount(2):
            taken = self.notices._take(load("qmail", return_path=verp))
        self.assertFalse(taken)

    # === WHAT THEY DO ===#

    def test_hard_bounce(self):
        [notice] = self._process(self._load("postfix_unknown_user"))
        self.assertEqual(
            (notice.result, notice.kind, notice.status_code, notice.bounce_type),
            ("recorded", "failed", "5.1.1", "hard"),
        )
        self.assertEqual(notice.campaign_id, self.campaign)
        self.assertEqual(notice.company_id, self.company)
        self.assertEqual(notice.address, "c@x.example")
        self.assertIn("User unknown", notice.detail)
        self.assertEqual(self._types(), ["email_bounced"])
        self.assertTrue(self._is_stopped())

    def test_soft_bounces_and_delays_stop_nobody(self):
        notices = self._process(
            self._load("gmail_over_quota"), self._load("postfix_delayed")
        )
        self.assertEqual(notices.mapped("result"), ["recorded", "recorded"])
        self.assertEqual(notices.mapped("bounce_type"), ["soft", False])
        self.assertEqual(self._types(), ["email_bounced", "email_deferred"])
        self.assertFalse(self._is_stopped())

    def test_a_wrong_dns_record_does_not_empty_the_list(self):
        [notice] = self._process(self._load("gmail_policy"))
        self.assertEqual((notice.status_code, notice.bounce_type), ("5.7.26", "soft"))
        self.assertFalse(self._is_stopped())

    def test_complaints_and_opt_outs(self):
        preferences = self.env["email.subscription.preference"]
        for name, event in (
            ("arf_abuse", "email_complained"),
            ("arf_opt_out", "email_unsubscribed"),
        ):
            preferences._opt_in(self.company, "c@x.example", source="test")
            preferences.search([]).write({"consent_given_at": "2026-01-01"})
            [notice] = self._process(self._load(name))
            self.assertEqual(notice.result, "recorded")
            self.assertIn(event, self._types())
            consent = preferences.search([("email_address", "=", "c@x.example")])
            self.assertFalse(consent.is_subscribed)

    def test_the_same_notice_again(self):
        message = self._load("postfix_unknown_user")
        self.assertEqual(len(self._process(message, message)), 1)
        self.assertFalse(self._process(message))
        [second] = self._process(self._load("gmail_unknown_user"))
        self.assertEqual(second.result, "known")
        self.assertEqual(self._types(), ["email_bounced"])

    def test_every_sample_gets_through_the_door(self):
        """Whatever comes, nothing is raised: Odoo would have lost the message."""
        notices = self._process(*map(self._load, SAMPLES))
        self.assertEqual(len(notices), len(SAMPLES))
        self.assertFalse(notices.filtered(lambda notice: notice.result == "pending"))
        self.assertTrue(all(notices.mapped("display_name")))
        for junk in (b"", b"To: bounce@shop.example", b"\xff\0" * 999):
            message = b"To: bounce@shop.example\r\n\r\n" + junk
            [notice] = self._process(message)
            self.assertEqual(notice.result, "ignored")

    # === FORGERY ===#

    def test_forged_notices_are_only_counted(self):
        verp = self.provider._get_verp()
        good = verp.sign(self.row.id)
        other = self._add("d@x.example", state="sent", provider_id=self.provider.id)
        number, _dash, mac = verp.sign(other.id).partition("-")
        for return_path in (
            "bounce@shop.example",
            good.replace("-", "-0")[:-1],
            good.replace("+m", "+m1"),
            f"{number}-{good.partition('-')[2]}",
            f"{number}-{'0' * 20}@shop.example",
        ):
            for name in ("postfix_unknown_user", "qmail", "arf_abuse"):
                message = self._load(name, return_path=return_path).replace(
                    b"@mx.x.example>\n", return_path.encode() + b">\n", 1
                )
                for notice in self._process(message):
                    self.assertEqual(notice.result, "unsigned", (name, return_path))
                    self.assertEqual(notice.recipient_id, self.row, "as it claims")
        self.assertGreater(len(self.notices.search([])), 9)
        self.assertFalse(self._types())
        self.assertFalse(self._is_stopped() or self._is_stopped("d@x.example"))

    def test_odoo_counts_no_bounce_against_anybody(self):
        """Its own reading of a report believes whatever address stands there."""
        self.assertIn("message_bounce", self.partner._fields)
        with patch.object(
            self.env.registry["mail.thread"], "_routing_handle_bounce"
        ) as handled:
            self._process(self._load("postfix_unknown_user"))
        self.assertFalse(handled.called)
        self.assertEqual(self.partner.message_bounce, 0)

    def test_only_the_signed_message_is_touched(self):
        """The report may name another address; a forwarded message does."""
        message = self._load("postfix_unknown_user", address="victim@x.example")
        [notice] = self._process(message)
        self.assertEqual(notice.result, "recorded")
        self.assertTrue(self._is_stopped())
        self.assertFalse(self._is_stopped("victim@x.example"))

    def test_a_message_that_was_deleted(self):
        message = self._load("postfix_unknown_user")
        self.env.cr.execute(
            "DELETE FROM campaign_recipient WHERE id = %s", [self.row.id]
        )
        self.env.invalidate_all()
        [notice] = self._process(message)
        self.assertEqual(notice.result, "gone")

    # === ACCESS ===#

    def test_access(self):
        [notice] = self._process(self._load("postfix_unknown_user"))
        analyst = self._create_user("mm_bounce_analyst", "analyst")
        manager = self._create_user("mm_bounce_manager", "manager")
        stranger = self._create_user(
            "mm_bounce_stranger", "manager", company=self.other_company
        )
        self.assertEqual(notice.with_user(manager).address, "c@x.example")
        seen = notice.with_user(analyst)
        self.assertEqual(seen.status_code, "5.1.1")
        for name in ("address", "detail"):
            with self.assertRaises(AccessError), mute_logger("odoo.models"):
                seen.read([name])
        for user in (analyst, manager):
            for operation in ("write", "create", "unlink"):
                model = self.notices.with_user(user)
                self.assertFalse(model.has_access(operation))
        others = self.notices.with_user(stranger)
        self.assertFalse(others.search([]))
        with self.assertRaises(AccessError):
            notice.with_user(stranger).read(["kind"])
        for group in ("base.group_user", "base.group_portal", "base.group_public"):
            user = new_test_user(self.env, f"mm_bounce_{group[-6:]}", groups=group)
            self.assertFalse(self.notices.with_user(user).has_access("read"))

    def test_old_notices_go(self):
        notices = self._process(self._load("qmail"), self._load("arf_abuse"))
        notices[0].received_at = "2020-01-01 00:00:00"
        self.notices._gc_notices()
        self.assertEqual(notices.exists(), notices[1])

import re
from html import unescape

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .test_preference_http import ADDRESS, PreferenceMixin


@tagged("post_install", "-at_install")
class TestPreferenceLink(PreferenceMixin, HttpCase):
    """Staff send somebody the way to their choices."""

    def _user(self, group, company=None):
        company = company or self.company
        return new_test_user(
            self.env,
            f"link_{group}_{company.id}",
            f"base.group_user,marketing_base.group_{group}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def _send(self, consent=None, group="user", **options):
        consent = consent or self.preference
        user = self._user(group, **options)
        return consent.with_user(user).action_send_choices_link()

    def _mails(self):
        return self.env["mail.mail"].search([("email_to", "=", ADDRESS)])

    def test_the_link_goes_to_the_person_and_not_to_staff(self):
        answer = self._send()
        self.assertNotIn("/mm/p/", str(answer))
        mail = self._mails()
        self.assertEqual((len(mail), mail.state), (1, "outgoing"))
        [path] = set(re.findall(r"/mm/p/[\w-]{43}", unescape(mail.body_html)))
        self.assertIn("What may we send you?", self.ask(path=path))
        self.ask({"action": "save", "topic": self.tips.id}, path=path)
        self.assertEqual(self.preference.topic_ids, self.tips)

    def test_sending_is_in_the_audit_log_and_changes_no_consent(self):
        lines = len(self.history())
        self._send(group="compliance")
        entry = self.env["marketing.audit.log"].search([], order="id desc", limit=1)
        self.assertEqual(entry.event, "choices_link_sent")
        self.assertNotIn(ADDRESS, str(entry.read()))
        self.env.invalidate_all()
        self.assertEqual(len(self.history()), lines)

    def test_whoever_has_left_can_come_back(self):
        self.preferences._opt_out(
            self.company.id, "email", self.preference.address_key, source="test"
        )
        self._send()
        self.assertEqual(len(self._mails()), 1)

    def test_three_a_day(self):
        consent = self.preference.with_user(self._user("user"))
        for _n in range(3):
            consent.action_send_choices_link()
        with self.assertRaisesRegex(UserError, "tomorrow"):
            consent.action_send_choices_link()
        self.assertEqual(len(self._mails()), 3)

    def test_who_may_not(self):
        with self.assertRaises(AccessError):
            self._send(group="analyst")
        with self.assertRaises(AccessError):
            self._send(company=self.other_company)
        self.assertFalse(self._mails())

    def test_only_addresses_of_mail(self):
        with self.assertRaisesRegex(UserError, "e-mail address"):
            self._send(self._add_number())
        self.preference._write_server({"email_address": False})
        with self.assertRaisesRegex(UserError, "e-mail address"):
            self._send(group="compliance")

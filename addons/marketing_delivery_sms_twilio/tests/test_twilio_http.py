from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .twilio_common import FROM, SID, TwilioCase

NUMBER = "+12025550101"
REPLIES = "/mm/sms/twilio"


@tagged("post_install", "-at_install")
class TestTwilioHttp(TwilioCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.row = self._add(NUMBER)
        self.row.write(
            {
                "send_key": str(uuid4()),
                "state": "sent",
                "provider_id": self.provider.id,
            }
        )
        self.env.flush_all()
        self.uuid = self.row.send_key.replace("-", "")

    def _post(self, path, params, signature=None):
        headers = {"X-Twilio-Signature": signature or self._sign(path, params)}
        answer = self.url_open(path, data=params, headers=headers)
        self.env.invalidate_all()
        return answer

    def _reply(self, body, sid="SM1", signature=None, **params):
        values = {
            "AccountSid": SID,
            "From": NUMBER,
            "To": FROM,
            "Body": body,
            "MessageSid": sid,
            **params,
        }
        return self._post(REPLIES, values, signature)

    def _is_subscribed(self, company=None):
        consents = self.env["email.subscription.preference"]
        company = company or self.company
        return consents._find_row(company.id, "sms", self.row.address_key).is_subscribed

    def test_stop_and_start(self):
        answer = self._reply("STOP")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("<Response/>", answer.text)
        self.assertFalse(self._is_subscribed())
        self._reply("START", "SM2")
        self.assertTrue(self._is_subscribed())
        self._reply("STOP", "SM1")
        self.assertTrue(self._is_subscribed(), "an old reply, played again")

    def test_twilios_own_word_for_it(self):
        self._reply("genug", OptOutType="STOP")
        self.assertFalse(self._is_subscribed())

    def test_forged_replies_change_nothing(self):
        good = self._sign(REPLIES, {"AccountSid": SID})
        for signature in ("x", "é", good, self._sign(REPLIES, {}, "other token")):
            answer = self._reply("STOP", signature=signature.encode("utf-8"))
            self.assertEqual(answer.status_code, 403)
        self.assertEqual(self._reply("STOP", AccountSid="").status_code, 403)
        self.assertEqual(
            self._reply("STOP", AccountSid="AC" + "1" * 32).status_code, 403
        )
        self.assertTrue(self._is_subscribed())
        self.assertFalse(self.env["marketing.sms.reply"].search([]))

    def test_get_changes_nothing(self):
        self.assertEqual(self.url_open(REPLIES).status_code, 405)
        self.assertTrue(self._is_subscribed())

    def test_a_company_without_a_token_is_never_believed(self):
        self.company.sms_twilio_auth_token = False
        self.env.flush_all()
        answer = self._reply("STOP", signature=self._sign(REPLIES, {}, ""))
        self.assertEqual(answer.status_code, 403)

    def test_the_company_of_the_number_is_meant(self):
        other = self.other_company
        other.write(
            {
                "sms_provider": "twilio",
                "sms_twilio_account_sid": SID,
                "sms_twilio_auth_token": self.company.sms_twilio_auth_token,
            }
        )
        consents = self.env["email.subscription.preference"]
        consents._opt_in(other, NUMBER, channel="sms", source="test")
        self.env.flush_all()
        self._reply("STOP")
        self.assertEqual(
            (self._is_subscribed(), self._is_subscribed(other)), (False, True)
        )
        self._reply("STOP", "SM2", To="+12025550188")
        self.assertFalse(self._is_subscribed(other), "nobody's number: all of them")

    def _status(self, status, signature=None, **params):
        values = {"MessageSid": "SM1", "SmsStatus": status, **params}
        return self._post(f"/sms_twilio/status/{self.uuid}", values, signature)

    def _types(self):
        kinds = {kind for kind, _event_id in self._events()}
        return sorted(kind for kind in kinds if kind.startswith("email_"))

    def test_reports(self):
        for status in ("queued", "sent", "delivered", "delivered"):
            self.assertEqual(self._status(status).status_code, 200)
        self.assertEqual(self._types(), ["email_delivered"])

    def test_report_of_a_dead_number(self):
        self._status("undelivered", ErrorCode="30006")
        self.assertEqual(self._types(), ["email_bounced"])
        self.env.cr.execute(
            """SELECT properties ->> 'bounce_type' FROM marketing_event
                WHERE recipient_id = %s AND event_type = 'email_bounced'""",
            [self.row.id],
        )
        self.assertEqual(self.env.cr.fetchone()[0], "hard")

    def test_a_report_that_the_number_has_said_stop(self):
        """Twilio keeps the STOP to itself when its own opt-out handling is on."""
        for _time in range(2):
            self._status("undelivered", ErrorCode="21610")
        self.assertFalse(self._is_subscribed())
        self.assertEqual(self._types(), ["email_bounced", "email_unsubscribed"])

    def test_a_later_yes_outlives_a_report(self):
        self._reply("STOP", "SM1")
        self._reply("START", "SM2")
        consents = self.env["email.subscription.preference"]
        consent = consents._find_row(self.company.id, "sms", self.row.address_key)
        consent.sudo().consent_given_at = fields.Datetime.now() + timedelta(minutes=1)
        self._status("undelivered", ErrorCode="21610")
        self.assertTrue(self._is_subscribed())

    def test_forged_reports(self):
        for signature in ("x", self._sign("/elsewhere", {})):
            self.assertEqual(self._status("delivered", signature).status_code, 403)
        self.assertEqual(self._types(), [])

    def test_a_word_of_tomorrow_is_no_error(self):
        self.assertEqual(self._status("teleported").status_code, 200)
        self.assertEqual(self._types(), [])

    @mute_logger("odoo.addons.sms_twilio.controllers.controllers")
    def test_messages_of_odoo_stay_odoos(self):
        for uuid in (uuid4().hex, "x", "a" * 33):
            path = f"/sms_twilio/status/{uuid}"
            params = {"SmsStatus": "delivered"}
            self.assertEqual(self._post(path, params).status_code, 404)

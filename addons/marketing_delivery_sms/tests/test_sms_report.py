from uuid import uuid4

from odoo.tests import HttpCase, tagged

from .sms_common import SmsCase


@tagged("post_install", "-at_install")
class TestSmsReport(SmsCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.key = str(uuid4())
        self.row = self._add("+12025550101")
        self.row.send_key = self.key
        self.row.write(
            {"state": "sent", "provider_id": self.provider.id, "sent_at": "2026-01-01"}
        )
        self.env.flush_all()

    def _report(self, status, key=None):
        uuid = (key or self.key).replace("-", "")
        answer = self.make_jsonrpc_request(
            "/sms/status",
            {"message_statuses": [{"sms_status": status, "uuids": [uuid]}]},
        )
        self.assertEqual(answer, "OK")
        self.env.invalidate_all()

    def _types(self):
        kinds = [kind for kind, _event_id in self._events()]
        return sorted(
            kind for kind in kinds if kind.startswith("email_") and kind != "email_sent"
        )

    def test_delivered_and_twice(self):
        for _time in range(2):
            self._report("delivered")
        self.assertEqual(self._types(), ["email_delivered"])

    def test_no_such_number(self):
        self._report("invalid_destination")
        self.assertEqual(self._types(), ["email_bounced"])

    def test_a_doubt_is_resolved(self):
        self.row.write({"state": "in_doubt", "doubted_at": "2026-01-01"})
        self.env.flush_all()
        self._report("sent")
        self.assertEqual(self.row.state, "sent")

    def test_others_messages_stay_odoos(self):
        self._report("delivered", str(uuid4()))
        self.assertEqual(self._types(), [])
        tracker = self.env["sms.tracker"].create({"sms_uuid": uuid4().hex})
        self._report("delivered", tracker.sms_uuid)
        self.assertEqual(self._types(), [])

    def test_a_mail_of_that_key_is_not_meant(self):
        self.row.channel = "email"
        self.env.flush_all()
        self._report("delivered")
        self.assertEqual(self._types(), [])

import time
from email.message import Message as Headers
from email.utils import formatdate

from odoo.tests import BaseCase, tagged

from odoo.addons.marketing_delivery.sender.adapter import ACCEPTED, UNKNOWN
from odoo.addons.marketing_delivery.sender.http_link import Reply
from odoo.addons.marketing_delivery.sender.retry_after import read_retry_after

from ..sender.replies import BUSY, DOWN, REFUSED, judge


def answer(status, body=b"", **headers):
    values = Headers()
    for name, value in headers.items():
        values[name.replace("_", "-")] = value
    return Reply(status, values, body)


def refusal(field, message="no"):
    return b'{"errors": [{"field": "%s", "message": "%s"}]}' % (
        field.encode(),
        message.encode(),
    )


@tagged("post_install", "-at_install")
class TestSendgridReplies(BaseCase):
    def test_each_status(self):
        for status, kind in {
            200: ACCEPTED,
            202: ACCEPTED,
            201: UNKNOWN,
            204: UNKNOWN,
            301: UNKNOWN,
            302: UNKNOWN,
            400: REFUSED,
            401: DOWN,
            403: DOWN,
            404: DOWN,
            405: DOWN,
            409: UNKNOWN,
            413: REFUSED,
            429: BUSY,
            500: UNKNOWN,
            502: UNKNOWN,
            503: UNKNOWN,
            504: UNKNOWN,
            999: UNKNOWN,
        }.items():
            self.assertEqual(judge(answer(status), shares=True).kind, kind, status)

    def test_a_yes_of_somebody_else(self):
        page = answer(200, b"<html>Please log in</html>")
        self.assertEqual(judge(page, shares=True).kind, UNKNOWN)
        known = answer(202, b"{}", X_Message_Id=" Q1 ")
        self.assertEqual(judge(known, shares=True).message_id, "Q1")
        long = answer(202, X_Message_Id="x" * 500)
        self.assertEqual(len(judge(long, shares=True).message_id), 100)

    def test_who_is_to_blame(self):
        cases = (
            ("personalizations.3.to.0.email", True, REFUSED),
            ("personalizations.0.substitutions", True, REFUSED),
            ("null", True, REFUSED),
            ("from.email", True, DOWN),
            ("from", False, DOWN),
            ("content.0.value", True, DOWN),
            ("content.0.value", False, REFUSED),
            ("subject", False, DOWN),
        )
        for field, shares, kind in cases:
            verdict = judge(answer(400, refusal(field)), shares=shares)
            self.assertEqual(verdict.kind, kind, (field, shares))
        address = judge(answer(400, refusal("personalizations.3.to.0.email")), shares=1)
        self.assertTrue(address.is_address)
        for body in (b"", b"garbage", b"[]", b'{"errors": 1}', b'{"errors": [null]}'):
            verdict = judge(answer(400, body), shares=True)
            self.assertEqual(verdict.kind, REFUSED, body)

    def test_what_is_told_has_no_address(self):
        body = refusal("personalizations.0.to", "zoe@x.example is\\n not\\u0000 valid")
        text = judge(answer(400, body), shares=True).text
        self.assertNotIn("zoe@", text)
        self.assertEqual(len(text.splitlines()), 1)
        long = judge(answer(400, refusal("x", "y" * 9000)), shares=True).text
        self.assertLessEqual(len(long), 300)

    def test_retry_after(self):
        later = formatdate(time.time() + 300, usegmt=True)
        past = formatdate(0, usegmt=True)
        for text, low, high in (
            ("120", 120, 120),
            (" 7.5 ", 7.5, 7.5),
            ("0", 1, 1),
            ("1e9", 3600, 3600),
            ("-5", 60, 60),
            ("nan", 60, 60),
            ("inf", 60, 60),
            ("", 60, 60),
            (None, 60, 60),
            ("soon", 60, 60),
            (later, 290, 300),
            (past, 1, 1),
            ("Fri, 31 Dec 9999 23:59:59 -2359", 1, 3600),
            ("9" * 5000, 60, 3600),
        ):
            seconds = read_retry_after(text)
            self.assertTrue(low <= seconds <= high, (text, seconds))

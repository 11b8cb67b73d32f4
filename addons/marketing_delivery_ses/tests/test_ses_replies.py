import time
from email.message import Message as Headers
from email.utils import formatdate

from odoo.tests import BaseCase, tagged

from odoo.addons.marketing_delivery.sender.adapter import ACCEPTED, PERMANENT, UNKNOWN

from ..sender.pace import LONGEST, Pace
from ..sender.replies import BUSY, DOWN, QUOTA, RATE, SANDBOX, judge
from ..sender.wire import Answer

SENDER, ADDRESS = "shop@a.example", "zoe@x.example"
NOT_VERIFIED = (
    "Email address is not verified. The following identities failed the check in region"
    " EU-WEST-1: "
)


def answer(status, code="", text="", values=None, **headers):
    found = Headers()
    for name, value in headers.items():
        found[name.replace("_", "-")] = value
    return Answer(status, found, code, text, values or {})


def find(*args, **values):
    return judge(answer(*args, **values), SENDER, ADDRESS)


@tagged("post_install", "-at_install")
class TestSesReplies(BaseCase):
    """Each answer has one meaning, and what is not a definite no is a doubt."""

    def test_a_yes_has_an_identifier(self):
        found = find(200, values={"MessageId": "0100-1"})
        self.assertEqual((found.kind, found.message_id), (ACCEPTED, "0100-1"))
        self.assertEqual(
            len(find(200, values={"MessageId": "x" * 500}).message_id), 100
        )
        for values in ({}, {"MessageId": ""}, {"MessageId": None}):
            self.assertEqual(find(200, values=values).kind, UNKNOWN, values)

    def test_each_error(self):
        for status, code, text, kind in (
            (400, "MessageRejected", "It has a virus.", PERMANENT),
            (400, "MessageRejected", NOT_VERIFIED + SENDER, DOWN),
            (400, "MessageRejected", NOT_VERIFIED + ADDRESS.upper(), SANDBOX),
            (400, "MessageRejected", f"{NOT_VERIFIED}{ADDRESS}, {SENDER}", DOWN),
            (400, "MessageRejected", NOT_VERIFIED + "other@x.example", DOWN),
            (400, "MessageRejected", "Sending suspended for this account.", DOWN),
            (400, "AccountSuspendedException", "", DOWN),
            (400, "SendingPausedException", "", DOWN),
            (400, "MailFromDomainNotVerifiedException", "", DOWN),
            (404, "NotFoundException", "Configuration set <x> does not exist", DOWN),
            (400, "BadRequestException", "Missing final '@domain'", PERMANENT),
            (400, "BadRequestException", "Configuration set name is wrong", DOWN),
            (400, "BadRequestException", "Invalid tag", DOWN),
            (400, "ValidationException", "no", PERMANENT),
            (429, "TooManyRequestsException", "Maximum sending rate exceeded.", RATE),
            (429, "TooManyRequestsException", "Daily message quota exceeded.", QUOTA),
            (400, "ThrottlingException", "Rate exceeded", RATE),
            (400, "LimitExceededException", "The quota is used up", QUOTA),
            (429, "", "", RATE),
            (403, "AccessDeniedException", "not authorized", DOWN),
            (403, "InvalidSignatureException", "Signature expired", DOWN),
            (403, "UnrecognizedClientException", "invalid token", DOWN),
            (403, "ExpiredTokenException", "expired", DOWN),
            (401, "", "", DOWN),
            (404, "404", "", DOWN),
            (405, "", "", DOWN),
            (413, "RequestEntityTooLarge", "", PERMANENT),
            (400, "400", "<html>", DOWN),
            (408, "RequestTimeout", "", UNKNOWN),
            (409, "ConflictException", "", UNKNOWN),
            (301, "301", "", UNKNOWN),
            (500, "InternalServiceErrorException", "", UNKNOWN),
            (500, "ThrottlingException", "", UNKNOWN),
            (502, "", "", UNKNOWN),
            (503, "ServiceUnavailableException", "", UNKNOWN),
            (504, "", "", UNKNOWN),
            (999, "", "", UNKNOWN),
            (204, "", "", UNKNOWN),
        ):
            found = find(status, code, text)
            self.assertEqual(found.kind, kind, (status, code, text))
            self.assertTrue(found.text, "a person wants to know why")

    def test_whose_address_is_to_blame(self):
        bad = find(400, "BadRequestException", "Local address contains whitespace")
        self.assertTrue(bad.is_address)
        self.assertFalse(
            find(400, "BadRequestException", "Too many headers").is_address
        )
        self.assertFalse(find(400, "MessageRejected", "bad address").is_address)

    def test_how_long_to_wait(self):
        later = formatdate(time.time() + 300, usegmt=True)
        for text, low, high in (
            ("120", 120, 120),
            ("1e9", 3600, 3600),
            (later, 290, 300),
        ):
            found = find(429, "TooManyRequestsException", "Slower.", Retry_After=text)
            self.assertEqual(found.kind, BUSY)
            self.assertTrue(low <= found.wait <= high, text)
        for code, text in (
            ("TooManyRequestsException", "Daily message quota exceeded."),
            ("TooManyRequestsException", "Maximum sending rate exceeded."),
        ):
            self.assertGreater(find(429, code, text).wait, 0)

    def test_what_is_told_has_no_address(self):
        found = find(400, "BadRequestException", "zoe@x.example is\nnot \x00 valid")
        self.assertNotIn("zoe@", found.text)
        self.assertEqual(len(found.text.splitlines()), 1)
        self.assertLessEqual(len(find(400, "X", "y" * 9000).text), 300)
        self.assertNotIn(
            "zoe@", find(400, "MessageRejected", NOT_VERIFIED + ADDRESS).text
        )


@tagged("post_install", "-at_install")
class TestSesPace(BaseCase):
    def test_connections_share_the_rate(self):
        for connections, rate, wanted in ((1, 10, 0.1), (4, 10, 0.4), (32, 1, LONGEST)):
            pace = Pace(connections)
            pace.set_rate(rate)
            self.assertAlmostEqual(pace.interval, wanted)
        free = Pace(3)
        free.set_rate(None)
        self.assertEqual(free.interval, 0)

    def test_it_slows_down_and_stays_slow(self):
        pace = Pace()
        pace.slow_down()
        slow = pace.interval
        self.assertGreater(slow, 0)
        pace.set_rate(10_000)
        self.assertEqual(pace.interval, slow)
        for _time in range(20):
            pace.slow_down()
        self.assertEqual(pace.interval, LONGEST)

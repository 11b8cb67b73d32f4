from odoo.tests import tagged

from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    OBJECTED,
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
    ProviderDown,
)
from odoo.addons.marketing_delivery.tests.adapter_contract import AdapterContract
from odoo.addons.marketing_delivery_sms.tests.gateway_peer import DROP
from odoo.addons.marketing_delivery_sms.tests.test_sms_sending import Renderer

from .twilio_common import FROM, TOKEN, TwilioCase, TwilioPeer

OK = "+12025550101"
# What Twilio answers -> (outcome, bounce, whether no other message would pass).
ANSWERS = {
    (201, None): (ACCEPTED, None, False),
    (201, b"{}"): (UNKNOWN, None, False),
    (201, b"<html>"): (UNKNOWN, None, False),
    (201, b"[]"): (UNKNOWN, None, False),
    (302, b""): (UNKNOWN, None, False),
    (400, 21211): (PERMANENT, "hard", False),
    (400, 21614): (PERMANENT, "hard", False),
    (400, 21610): (PERMANENT, OBJECTED, False),
    (400, 21408): (PERMANENT, None, False),
    (400, 21617): (PERMANENT, None, False),
    (400, 99999): (PERMANENT, None, False),
    (400, b"<html>"): (PERMANENT, None, False),
    (400, 21606): (TRANSIENT, None, True),
    (400, 21659): (TRANSIENT, None, True),
    (401, 20003): (TRANSIENT, None, True),
    (403, 20005): (TRANSIENT, None, True),
    (404, 20404): (TRANSIENT, None, True),
    (429, 20429): (TRANSIENT, None, False),
    (400, 14107): (TRANSIENT, None, False),
    (500, 20500): (UNKNOWN, None, False),
    (503, b"busy"): (UNKNOWN, None, False),
    DROP: (UNKNOWN, None, False),
}


@tagged("post_install", "-at_install")
class TestTwilioAdapter(AdapterContract, TwilioCase):
    addresses = {
        ACCEPTED: OK,
        PERMANENT: "+12025550102",
        TRANSIENT: "+12025550103",
        UNKNOWN: "+12025550104",
    }

    def setUp(self):
        super().setUp()
        self.peer = TwilioPeer()
        self.addCleanup(self.peer.stop)
        self.peer.script |= {
            "+12025550102": (400, 21211),
            "+12025550103": (429, 20429),
            "+12025550104": (503, 0),
        }
        self.env["ir.config_parameter"].set_param(
            "marketing_delivery_sms_twilio.endpoint", self.peer.url
        )

    def _get_arrived(self):
        return [(uuid, text.encode()) for uuid, _number, text in self.peer.delivered]

    def _break_peer(self):
        self.peer.stop()

    def _send(self, action, number=OK):
        """Submit one message; return its outcome and whether the next one may go."""
        self.peer.script[number] = action
        adapter = self._open()
        message = self._make(ACCEPTED, "one")._replace(address=number)
        [outcome], _begun = self._submit(adapter, [message])
        try:
            self._submit(adapter, [self._make(PERMANENT, "two")])
        except ProviderDown:
            return outcome, True
        return outcome, False

    def test_every_answer_has_its_meaning(self):
        for action, wanted in ANSWERS.items():
            with self.subTest(action=action):
                outcome, is_down = self._send(action)
                found = (outcome.kind, outcome.bounce_type, is_down)
                self.assertEqual(found, wanted)
                self._check_outcome(outcome)
                self.assertNotIn(TOKEN, outcome.reply)

    def test_who_said_stop_to_twilio_has_said_it_to_us(self):
        stopped = "+12025550105"
        self.peer.script[stopped] = (400, 21610)
        row = self._add(stopped)
        self._pump(self._open(), renderer=Renderer("Tea"))
        self.assertEqual((row.state, row.reason), ("failed", "objected"))
        self.assertFalse(row.bounced_at, "the number is fine")
        again = self._create_campaign(self.company)
        late = self._add(stopped, campaign=again, consent=False)
        self._pump(self._open(), campaign=again, renderer=Renderer("Tea"))
        self.assertEqual((late.state, late.reason), ("skipped", "unsubscribed"))
        self.assertEqual(len(self.peer.forms), 1)

    def test_one_request_a_message(self):
        for action in ((201, None), (500, 0), DROP):
            self.peer.forms.clear()
            self._send(action)
            self.assertEqual(len(self.peer.forms), 2, "one for each of two messages")

    def test_the_wait_that_twilio_asks_for(self):
        for value, wait in (("7", 7.0), ("soon", 0.0), ("-1", 0.0), ("1e9", 0.0)):
            self.peer.headers = [("Retry-After", value)]
            outcome, _is_down = self._send((429, 20429))
            self.assertEqual(outcome.wait, wait)

    def test_what_twilio_is_told(self):
        self._send((201, None))
        form = self.peer.forms[0]
        self.assertEqual((form["From"], form["To"]), (FROM, OK))
        base = self.company.get_base_url()
        self.assertEqual(form["StatusCallback"], f"{base}/sms_twilio/status/one")

    def test_the_number_of_the_country_or_the_name_chosen(self):
        self._send((201, None), "+447400123457")
        self.assertEqual(self.peer.forms[0]["From"], "+447911123456")
        self.provider.sms_sender = "TeaShop"
        self.peer.forms.clear()
        self._send((201, None), "+447400123457")
        self.assertEqual(self.peer.forms[0]["From"], "TeaShop")

    def test_an_account_that_cannot_send(self):
        self.peer.status = "suspended"
        with self.assertRaisesRegex(ProviderDown, "suspended"):
            self._open().connect()
        self.company.sms_twilio_auth_token = "wrong"
        with self.assertRaisesRegex(ProviderDown, "401"):
            self._open().connect()
        self.company.sms_twilio_auth_token = False
        with self.assertRaisesRegex(ProviderDown, "not set up"):
            self._open()

    def test_an_account_without_a_number(self):
        self.company.sms_twilio_number_ids.unlink()
        with self.assertRaisesRegex(ProviderDown, "no number"):
            self._open().connect()

    def test_the_form_names_the_gateway(self):
        self.assertEqual(self.provider.sms_gateway, "Twilio")
        self.assertTrue(self.provider.sms_reply_url.endswith("/mm/sms/twilio"))
        self.company.sms_provider = "iap"
        self.env.invalidate_all()
        self.assertNotEqual(self.provider.sms_gateway, "Twilio")
        self.assertFalse(self.provider.sms_reply_url)

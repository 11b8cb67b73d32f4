from odoo.tests import tagged

from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
    ProviderDown,
)
from odoo.addons.marketing_delivery.tests.adapter_contract import AdapterContract

from .gateway_peer import DROP
from .sms_common import IapCase

OK = "+12025550101"
SCRIPT = {
    "+12025550102": "wrong_number_format",
    "+12025550103": 429,
    "+12025550104": 503,
}
# What the peer does -> (outcome, bounce, whether no other message would pass).
ANSWERS = {
    "success": (ACCEPTED, None, False),
    "processing": (ACCEPTED, None, False),
    "wrong_number_format": (PERMANENT, "hard", False),
    "sms_number_missing": (PERMANENT, "hard", False),
    "country_not_supported": (PERMANENT, None, False),
    "registration_needed": (PERMANENT, None, False),
    "incompatible_content": (PERMANENT, None, False),
    "insufficient_credit": (TRANSIENT, None, True),
    "unregistered": (TRANSIENT, None, True),
    "InsufficientCreditError": (TRANSIENT, None, True),
    "server_error": (UNKNOWN, None, False),
    "duplicate_message": (UNKNOWN, None, False),
    "a word of tomorrow": (UNKNOWN, None, False),
    "SomeError": (UNKNOWN, None, False),
    DROP: (UNKNOWN, None, False),
    301: (UNKNOWN, None, False),
    400: (PERMANENT, None, False),
    413: (PERMANENT, None, False),
    401: (TRANSIENT, None, True),
    403: (TRANSIENT, None, True),
    429: (TRANSIENT, None, False),
    500: (UNKNOWN, None, False),
    502: (UNKNOWN, None, False),
    504: (UNKNOWN, None, False),
}


@tagged("post_install", "-at_install")
class TestIapAdapter(AdapterContract, IapCase):
    addresses = {
        ACCEPTED: OK,
        PERMANENT: "+12025550102",
        TRANSIENT: "+12025550103",
        UNKNOWN: "+12025550104",
    }

    def setUp(self):
        super().setUp()
        self.peer.script |= SCRIPT

    def _get_arrived(self):
        return [(uuid, text.encode()) for uuid, _number, text in self.peer.delivered]

    def _break_peer(self):
        self.peer.stop()

    def _send(self, action):
        """Submit one message; return its outcome and whether the next one may go."""
        self.peer.script[OK] = action
        adapter = self._open()
        [outcome], _begun = self._submit(adapter, [self._make(ACCEPTED, "one")])
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

    def test_one_request_a_message(self):
        for action in ("success", 500, DROP):
            self.peer.calls.clear()
            self._send(action)
            sent = [path for path in self.peer.calls if path.endswith("/send")]
            self.assertEqual(len(sent), 2, "one for each of two messages")

    def test_no_credits(self):
        self.peer.credits = 0
        with self.assertRaisesRegex(ProviderDown, "no credits"):
            self._open().connect()

    def test_a_gateway_that_loses_every_answer_is_left_alone(self):
        self.peer.script |= {OK: 500}
        adapter = self._open()
        messages = [self._make(ACCEPTED, f"k{number}") for number in range(5)]
        begun, outcomes = [], []
        with self.assertRaisesRegex(ProviderDown, "does not answer"):
            for outcome in adapter.submit(
                messages, lambda message: begun.append(message) or True
            ):
                outcomes.append(outcome.kind)
        self.assertEqual((outcomes, len(begun)), ([UNKNOWN, UNKNOWN], 2))

    def test_secrets_stay_out_of_what_people_read(self):
        token = self.env["iap.account"].with_company(self.company).get("sms")
        secret = token.sudo().account_token
        for action in ("server_error", 500, 401):
            outcome, _is_down = self._send(action)
            self.assertNotIn(secret, outcome.reply)

    def test_a_gateway_of_another_kind_is_refused(self):
        class OtherApi:
            pass

        self.patch(
            self.env.registry["res.company"],
            "_get_sms_api_class",
            lambda company: OtherApi,
        )
        with self.assertRaisesRegex(ProviderDown, "OtherApi"):
            self.provider._get_adapter()

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from odoo.tests import tagged

from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
    ProviderDown,
)
from odoo.addons.marketing_delivery.tests.adapter_contract import AdapterContract

from ..sender.endpoint import Blocked
from ..sender.push import MOST_REFUSED, read_wait
from .push_common import PushCase, PushRenderer
from .push_peer import DROP, Device

ANSWERS = {
    201: (ACCEPTED, None),
    200: (ACCEPTED, None),
    202: (ACCEPTED, None),
    301: (UNKNOWN, None),
    400: (PERMANENT, None),
    401: (TRANSIENT, None),
    403: (TRANSIENT, None),
    404: (PERMANENT, "hard"),
    410: (PERMANENT, "hard"),
    413: (PERMANENT, None),
    429: (TRANSIENT, None),
    500: (UNKNOWN, None),
    502: (UNKNOWN, None),
    503: (UNKNOWN, None),
    504: (UNKNOWN, None),
    DROP: (UNKNOWN, None),
}


@tagged("post_install", "-at_install")
class TestPushAdapter(AdapterContract, PushCase):
    def setUp(self):
        super().setUp()
        self.addresses = {
            kind: self._get_endpoint(kind)
            for kind in (ACCEPTED, PERMANENT, TRANSIENT, UNKNOWN)
        }
        self.peer.script = {
            f"/wpush/{PERMANENT}": 410,
            f"/wpush/{TRANSIENT}": 429,
            f"/wpush/{UNKNOWN}": 503,
        }
        self.device = Device(self.addresses[ACCEPTED])

    def _get_arrived(self):
        return [(topic, body) for topic, _path, body, _head in self.peer.delivered]

    def _break_peer(self):
        self.peer.stop()

    def _pump(self, adapter=None, campaign=None, renderer=None):
        renderer = renderer or PushRenderer(self._get_keys_of(self.device))
        return super()._pump(adapter, campaign, renderer)

    @classmethod
    def _add(cls, *addresses, **values):
        """A service knows a message by its key without dashes, of 32 characters."""
        rows = super()._add(*addresses, **values)
        for row in rows:
            row.send_key = f"key{row.id}"
        cls.env.flush_all()
        return rows

    def test_many_at_once_are_told_in_order(self):
        """As in the contract; a digit before the address would be no address."""
        messages = [self._make(ACCEPTED, f"k{number}") for number in range(7)]
        messages[4] = self._make(PERMANENT, "k4")
        outcomes, begun = self._submit(self._open(), messages)
        kinds = [outcome.kind for outcome in outcomes]
        self.assertEqual(kinds, [ACCEPTED] * 4 + [PERMANENT] + [ACCEPTED] * 2)
        self.assertEqual(begun, [message.send_key for message in messages])

    def _send(self, action):
        self.peer.script[f"/wpush/{ACCEPTED}"] = action
        adapter = self._open()
        [outcome], _begun = self._submit(adapter, [self._make(ACCEPTED, "one")])
        return outcome

    def test_every_answer_has_its_meaning(self):
        for action, wanted in ANSWERS.items():
            with self.subTest(action=action):
                outcome = self._send(action)
                self.assertEqual((outcome.kind, outcome.bounce_type), wanted)
                self._check_outcome(outcome)

    def test_one_request_a_message(self):
        for action in (201, 500, DROP):
            self.peer.calls = 0
            self._send(action)
            self.assertEqual(self.peer.calls, 1)

    def test_the_wait_that_a_service_asks_for(self):
        self.peer.headers = [("Retry-After", "120")]
        self.assertEqual(self._send(429).wait, 120.0)
        soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
        self.assertTrue(60 < read_wait(soon) <= 90)
        for text in (None, "", "soon", "-5", "1e9", "Mon, 99 Xyz"):
            self.assertEqual(read_wait(text), 0.0, text)

    def test_what_the_service_is_told(self):
        self.provider.write({"push_hours": 2, "push_urgency": "low"})
        self._send(201)
        [(_topic, _path, _body, headers)] = self.peer.delivered
        self.assertEqual((headers["TTL"], headers["Urgency"]), ("7200", "low"))
        self.assertEqual(headers["Topic"], "one")

    def test_a_key_that_nobody_takes_stops_the_provider(self):
        self.peer.script[f"/wpush/{ACCEPTED}"] = 403
        adapter = self._open()
        messages = [self._make(ACCEPTED, f"k{number}") for number in range(9)]
        kinds = []
        with self.assertRaisesRegex(ProviderDown, "refuse our key"):
            for outcome in adapter.submit(messages, lambda message: True):
                kinds.append(outcome.kind)
        self.assertEqual(kinds, [TRANSIENT] * MOST_REFUSED)

    def test_an_address_of_nobody_is_not_called(self):
        message = self._make(ACCEPTED, "one")._replace(address="https://10.0.0.1/x")
        [outcome], begun = self._submit(self._open(), [message])
        self.assertEqual((outcome.kind, outcome.bounce_type), (PERMANENT, "hard"))
        self.assertEqual((begun, self.peer.calls), ([], 0))

    def test_a_name_that_leads_inside_is_not_called(self):
        adapter = self._open()
        adapter.connect()

        def resolve(host, port):
            raise Blocked("inside")

        adapter._pool.close()
        adapter._pool._network.resolve = resolve
        begun = []
        with self.assertRaises(ProviderDown):
            list(adapter.submit([self._make(ACCEPTED, "one")], begun.append))
        self.assertEqual((begun, self.peer.calls), ([], 0))

    def test_another_certificate_is_refused(self):
        adapter = self._open()
        adapter._pool._network.context = ssl.create_default_context()
        with self.assertRaises(ProviderDown):
            adapter.connect()

    def test_the_device_reads_what_was_written(self):
        self.campaign.provider_id = self.provider
        row = self._add(self.device.endpoint)
        self._pump(self._open())
        self.assertEqual(row.state, "sent")
        [(_topic, _path, body, _head)] = self.peer.delivered
        told = self.device.read(body)
        self.assertEqual((told["title"], told["body"]), ("Tea", "It is here"))
        self.assertIn("/mm/c/", told["url"])
        self.assertIn("/mm/u/", told["stop"])
        self.assertEqual(told["tag"], f"campaign-{self.campaign.id}")
        self.assertNotIn(b"Tea", body)

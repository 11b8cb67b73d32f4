import base64
import json
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from sendgrid.helpers.eventwebhook import EventWebhook
from werkzeug.datastructures import Headers

from odoo.tests import BaseCase, tagged

from odoo.addons.marketing_delivery.sender import feedback as kinds

from ..sender import webhook
from .sendgrid_peer import SendGridPeer


def event(name, **values):
    return {
        "event": name,
        "email": "zoe@x.example",
        "sk": "k1",
        "sg_event_id": f"e-{name}",
        "sg_message_id": "m1.filter0",
        "timestamp": 1762084800,
        **values,
    }


@tagged("post_install", "-at_install")
class TestSendgridEvents(BaseCase):
    """Signatures, and what events mean; without a server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peer = SendGridPeer()
        cls.addClassCleanup(cls.peer.stop)
        cls.key = webhook.load_key(cls.peer.public_key)

    def _parse(self, *events):
        return webhook.parse(json.dumps(events).encode())

    def _one(self, name, **values):
        return self._parse(event(name, **values))[0]

    # === SIGNATURES ===#

    def test_ours_is_as_strict_as_their_library(self):
        body = b'[{"event":"open"}]\r\n'
        headers = self.peer.sign(body)
        self.assertTrue(webhook.verify(self.key, Headers(headers), body))
        theirs = EventWebhook(self.peer.public_key)
        self.assertTrue(
            theirs.verify_signature(
                body.decode(), headers[webhook.SIGNATURE], headers[webhook.TIMESTAMP]
            )
        )

    def test_forgeries(self):
        body = b'[{"event": "open"}]'
        good = self.peer.sign(body)
        signature, timestamp = good[webhook.SIGNATURE], good[webhook.TIMESTAMP]
        other = SendGridPeer()
        self.addCleanup(other.stop)
        stranger = other.sign(body)
        raw = base64.b64decode(signature)
        for changes, changed in (
            ({}, body + b" "),
            ({}, body.replace(b": ", b":")),
            ({}, b""),
            ({webhook.TIMESTAMP: str(int(timestamp) + 1)}, body),
            ({webhook.TIMESTAMP: f" {timestamp}"}, body),
            ({webhook.TIMESTAMP: "٣"}, body),
            ({webhook.TIMESTAMP: ""}, body),
            ({webhook.TIMESTAMP: "1" * 5000}, body),
            ({webhook.SIGNATURE: ""}, body),
            ({webhook.SIGNATURE: "%%%"}, body),
            ({webhook.SIGNATURE: "é"}, body),
            ({webhook.SIGNATURE: base64.b64encode(raw[:-1]).decode()}, body),
            ({webhook.SIGNATURE: base64.b64encode(b"\0" * 70).decode()}, body),
            ({webhook.SIGNATURE: f"{signature},{signature}"}, body),
            (stranger, body),
        ):
            headers = Headers({**good, **changes})
            self.assertFalse(webhook.verify(self.key, headers, changed), changes)
        for name in (webhook.SIGNATURE, webhook.TIMESTAMP):
            lacking = Headers(good)
            del lacking[name]
            self.assertFalse(webhook.verify(self.key, lacking, body))
            doubled = Headers([*good.items(), (name, good[name])])
            self.assertFalse(webhook.verify(self.key, doubled, body))

    def test_keys_of_another_kind(self):
        wrong = (ec.generate_private_key(ec.SECP384R1()),)
        wrong += (ed25519.Ed25519PrivateKey.generate(),)
        for private in wrong:
            data = private.public_key().public_bytes(
                serialization.Encoding.DER,
                serialization.PublicFormat.SubjectPublicKeyInfo,
            )
            with self.assertRaises(ValueError):
                webhook.load_key(base64.b64encode(data).decode())
        for text in ("", None, "x", "AAAA", "é", "-----BEGIN PUBLIC KEY-----"):
            with self.assertRaises(ValueError):
                webhook.load_key(text)

    # === MEANING ===#

    def test_each_event(self):
        for name, kind in {
            "processed": kinds.ACCEPTED,
            "delivered": kinds.DELIVERED,
            "deferred": kinds.DEFERRED,
            "bounce": kinds.BOUNCED,
            "dropped": kinds.DROPPED,
            "spamreport": kinds.COMPLAINED,
            "unsubscribe": kinds.UNSUBSCRIBED,
            "group_unsubscribe": kinds.UNSUBSCRIBED,
            "open": kinds.OPENED,
            "click": kinds.CLICKED,
            "group_resubscribe": kinds.OPENED,
        }.items():
            found = self._one(name)
            self.assertEqual((found.kind, found.send_key), (kind, "k1"), name)
            self.assertEqual(found.event_id, f"e-{name}")
            self.assertEqual(found.occurred_at, datetime(2025, 11, 2, 12, 0))

    def test_which_bounces_stop_an_address(self):
        for values, wanted in (
            ({"type": "bounce", "bounce_classification": "Invalid Address"}, "hard"),
            ({"type": "bounce", "status": "5.1.1"}, "hard"),
            ({"type": "bounce", "status": "5.1.10"}, "hard"),
            ({"type": "bounce", "status": "5.2.2"}, "soft"),
            ({"type": "bounce", "status": "5.7.1"}, "soft"),
            ({"type": "bounce", "bounce_classification": "Reputation"}, "soft"),
            ({"type": "blocked", "status": "5.1.1"}, "soft"),
            ({}, "soft"),
        ):
            self.assertEqual(self._one("bounce", **values).bounce_type, wanted, values)
        self.assertIsNone(self._one("delivered").bounce_type)

    def test_dropped(self):
        dead = self._one("dropped", reason="Bounced Address")
        self.assertEqual(dead.bounce_type, "hard")
        self.assertEqual(
            self._one("dropped", reason="Invalid SMTPAPI").detail[:7], "Invalid"
        )
        for reason in ("Unsubscribed Address", "Spam Reporting Address"):
            dropped, left = self._parse(event("dropped", reason=reason))
            self.assertEqual((dropped.kind, dropped.bounce_type), ("dropped", "soft"))
            self.assertEqual(left.kind, kinds.UNSUBSCRIBED)
            self.assertNotEqual(left.event_id, dropped.event_id)

    def test_what_is_not_as_documented_holds_nothing_up(self):
        odd = (
            None,
            7,
            [],
            "text",
            {},
            {"event": ["open"]},
            {"event": "open", "sk": {"a": 1}},
            event("delivered", timestamp="soon"),
            event("delivered", timestamp=1e400),
            event("delivered", timestamp=-1e18),
            event("delivered", timestamp=True),
            event("delivered", timestamp=0),
            event("bounce", reason={"a": 1}, status=550, type=[]),
            event("delivered", sk="k\x00\ud8001"),
            event("dropped", reason=None),
            event("delivered", sg_event_id=5),
        )
        found = self._parse(*odd, event("delivered"))
        self.assertEqual(found[-1].send_key, "k1")
        self.assertEqual(len(found), len(odd) + 1)
        self.assertIn("k1", {f.send_key for f in found[:-1]})

    def test_what_is_no_list(self):
        for body in (b"", b"{}", b"null", b"[", b"\xff", b"[" * 10**5, b'"x"'):
            with self.assertRaises((ValueError, RecursionError)):
                webhook.parse(body)

    def test_machine_opens_are_marked(self):
        self.assertTrue(self._one("open", sg_machine_open=True).is_machine)
        self.assertFalse(self._one("open").is_machine)

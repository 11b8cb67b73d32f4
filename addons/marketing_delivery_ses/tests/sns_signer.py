"""SNS on this machine: messages signed with a throwaway certificate.

Without Odoo: ``tests/faults`` may use it too.
"""

import base64
import json
import uuid
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ARN = "arn:aws:sns:eu-west-1:123456789012:ses-events"
HOST = "https://sns.eu-west-1.amazonaws.com"
TOKEN = "2336412f37fb687f5d51e6e241d09c805a5a57b30d712f794cc5f6a988666d92"
_HASHES = {"1": hashes.SHA1, "2": hashes.SHA256}
_NAMES = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn"),
    "SubscriptionConfirmation": (
        *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn"),
    ),
}
_NAMES["UnsubscribeConfirmation"] = _NAMES["SubscriptionConfirmation"]


class SnsSigner:
    """``url`` is where its certificate would be found, ``pem`` what stands there."""

    def __init__(self, name="sns.amazonaws.com", *, days=(-1, 30), alternative=None):
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.path = f"/SimpleNotificationService-{uuid.uuid4().hex}.pem"
        self.url = f"{HOST}{self.path}"
        self.pem = self._certify(name, days, alternative)

    def _certify(self, name, days, alternative):
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        start, end = (datetime.now(UTC) + timedelta(days=day) for day in days)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
        )
        if alternative:
            names = x509.SubjectAlternativeName([x509.DNSName(alternative)])
            builder = builder.add_extension(names, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM).decode()

    def notify(self, message, *, age=0, version="2", **values):
        """Return a notification as SNS posts it; ``message`` is a record or a text."""
        text = message if isinstance(message, str) else json.dumps(message)
        return self._post(
            {"Type": "Notification", "Message": text}, age, version, values
        )

    def ask(self, kind="SubscriptionConfirmation", *, age=0, version="2", **values):
        """Return the question whether our address wants to be subscribed."""
        address = f"{HOST}/?Action=ConfirmSubscription&TopicArn={ARN}&Token={TOKEN}"
        fixed = {"Type": kind, "Message": "You have chosen to subscribe.\nVisit us."}
        fixed |= {"Token": TOKEN, "SubscribeURL": address}
        return self._post(fixed, age, version, values)

    def _post(self, fixed, age, version, values):
        moment = datetime.now(UTC) - timedelta(seconds=age)
        envelope = {
            **fixed,
            "MessageId": str(uuid.uuid4()),
            "TopicArn": ARN,
            "Timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z",
            "SignatureVersion": version,
            "SigningCertURL": self.url,
            "UnsubscribeURL": f"{HOST}/?Action=Unsubscribe",
            **values,
        }
        return json.dumps(self.sign(envelope)).encode()

    def sign(self, envelope):
        """Return the envelope with its signature."""
        names = (*_NAMES[envelope["Type"]], "Type")
        text = "".join(f"{n}\n{envelope[n]}\n" for n in names if n in envelope)
        algorithm = _HASHES.get(envelope["SignatureVersion"], hashes.SHA256)()
        signature = self._key.sign(text.encode(), padding.PKCS1v15(), algorithm)
        return {**envelope, "Signature": base64.b64encode(signature).decode()}


def record(name, key, *, moment, details=None, message_id="ses-1", **values):
    """Return an event record of SES as it is documented."""
    sections = {
        "Send": "send",
        "Delivery": "delivery",
        "DeliveryDelay": "deliveryDelay",
        "Bounce": "bounce",
        "Complaint": "complaint",
        "Reject": "reject",
        "Rendering Failure": "failure",
        "Open": "open",
        "Click": "click",
        "Subscription": "subscription",
    }
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
    told = {
        "eventType": name,
        "mail": {
            "timestamp": stamp,
            "messageId": message_id,
            "source": "shop@a.example",
            "destination": ["somebody@x.example"],
            "tags": {"ses:configuration-set": ["marketing"], "sk": [key]},
        },
        **values,
    }
    if section := sections.get(name):
        own = {} if name in ("Send", "Reject") else {"timestamp": stamp}
        told[section] = {**own, **(details or {})}
    return told

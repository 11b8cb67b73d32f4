"""Messages of Amazon SNS: is this one really from our topic? No connection here.

An envelope is JSON, so it must be parsed before its signature can be checked. It is
flat, and of it only what was signed is used.
"""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from . import partition

NOTIFICATION = "Notification"
CONFIRMATION = "SubscriptionConfirmation"
ENDED = "UnsubscribeConfirmation"
MAX_BODY = 1024 * 1024  # a message has 256 KB at most, before it is put into JSON
# SNS tries for an hour at most; our clock or theirs may be a little wrong.
OLDEST = timedelta(hours=2)
NEWEST = timedelta(minutes=15)
_ARN = re.compile(
    rf"arn:({partition.NAMES}):sns:([a-z0-9-]{{4,30}}):\d{{12}}:[\w-]{{1,256}}", re.A
)
_TOKEN = re.compile(r"[A-Za-z0-9]{16,1024}")
_FILE = r"/SimpleNotificationService-[0-9a-f]{16,64}\.pem"
_CONFIRMED = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn")
_SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn"),
    CONFIRMATION: _CONFIRMED,
    ENDED: _CONFIRMED,
}
_HASHES = {"1": hashes.SHA1, "2": hashes.SHA256}
_OPTIONAL = "Subject"


class Topic(NamedTuple):
    arn: str
    region: str

    @property
    def host(self):
        return partition.get_host("sns", self.region)


def read_topic(arn):
    """Return the :class:`Topic` of an ARN, or None when it is none."""
    match = _ARN.fullmatch(arn or "")
    if not match or partition.find(match[2]).name != match[1]:
        return None
    return Topic(arn, match[2])


def read_envelope(body):
    """Return what SNS has sent as names and texts; raise :class:`ValueError`."""
    if len(body) > MAX_BODY:
        raise ValueError("too long")
    try:
        told = json.loads(body)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(told, dict):
        raise ValueError("an object was expected")
    return {name: value for name, value in told.items() if isinstance(value, str)}


def is_for(envelope, topic, *, versions=("1", "2"), now=None):
    """Return whether an envelope claims to be a fresh one of this topic."""
    kind = envelope.get("Type")
    names = _SIGNED.get(kind)
    if not names or not all(envelope.get(n) for n in names if n != _OPTIONAL):
        return False
    if envelope["TopicArn"] != topic.arn:
        return False
    if envelope.get("SignatureVersion") not in versions:
        return False
    if kind != NOTIFICATION and not _may_be_answered(envelope, topic):
        return False
    return _is_fresh(envelope["Timestamp"], now or datetime.now(UTC))


def _may_be_answered(envelope, topic):
    address = envelope["SubscribeURL"]
    is_theirs = address.startswith(f"https://{topic.host}/?Action=ConfirmSubscription&")
    return is_theirs and is_token(envelope["Token"])


def is_token(text):
    return bool(_TOKEN.fullmatch(text or ""))


def _is_fresh(text, now):
    try:
        moment = datetime.fromisoformat(text)
        return now - OLDEST < moment < now + NEWEST
    except (ValueError, TypeError, OverflowError):
        return False  # not a time, or one without a zone


def find_certificate_url(envelope, topic):
    """Return the address of the certificate, or None when it is not SNS's own.

    Host, path and region are pinned: nobody can make us ask another server.
    """
    address = envelope.get("SigningCertURL", "")
    wanted = rf"https://{re.escape(topic.host)}{_FILE}"
    return address if re.fullmatch(wanted, address, re.A) else None


def load_certificate(data, topic, now=None):
    """Return the certificate; raise :class:`ValueError` when SNS cannot have it."""
    certificate = x509.load_pem_x509_certificate(data)
    now = now or datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise ValueError("the certificate is not valid now")
    if not _get_names(certificate) & _get_wanted_names(topic):
        raise ValueError("the certificate is not one of SNS")
    if not isinstance(certificate.public_key(), rsa.RSAPublicKey):
        raise ValueError("the certificate has not a key of SNS's kind")
    return certificate


def _get_wanted_names(topic):
    """SNS names its certificates differently in each part of AWS."""
    theirs = {
        "aws": "sns.amazonaws.com",
        "aws-cn": f"sns-{topic.region}.amazonaws.com.cn",
        "aws-us-gov": "sns-us-gov-west-1.amazonaws.com",  # for both of its regions
    }
    own = theirs.get(partition.find(topic.region).name)
    signing = partition.get_host("sns-signing", topic.region)
    return {topic.host, signing, own} - {None}


def _get_names(certificate):
    common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    names = {attribute.value for attribute in common}
    try:
        found = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except x509.ExtensionNotFound:
        return names
    return names | set(found.value.get_values_for_type(x509.DNSName))


def is_signed(envelope, certificate):
    """Return whether the owner of the certificate has signed this envelope."""
    names = _SIGNED[envelope["Type"]]
    lines = [(name, envelope[name]) for name in (*names, "Type") if name in envelope]
    text = "".join(f"{name}\n{value}\n" for name, value in lines)
    try:
        signature = base64.b64decode(envelope.get("Signature", ""), validate=True)
        certificate.public_key().verify(
            signature,
            text.encode(),
            padding.PKCS1v15(),
            _HASHES[envelope["SignatureVersion"]](),
        )
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True

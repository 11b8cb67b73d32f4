import base64
import json
from datetime import UTC, datetime, timedelta

from odoo.tests import BaseCase, tagged

from ..sender import sns
from .sns_signer import ARN, HOST, TOKEN, SnsSigner

TOPIC = sns.read_topic(ARN)


@tagged("post_install", "-at_install")
class TestSesSignature(BaseCase):
    """Who may speak for the topic: nobody but SNS, and not for ever."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signer = SnsSigner()
        cls.certificate = sns.load_certificate(cls.signer.pem.encode(), TOPIC)

    def _believes(self, body, *, certificate=None, **values):
        """Return what the door decides, without the database."""
        try:
            envelope = sns.read_envelope(body)
        except ValueError:
            return False
        if not sns.is_for(envelope, TOPIC, **values):
            return False
        if not sns.find_certificate_url(envelope, TOPIC):
            return False
        return sns.is_signed(envelope, certificate or self.certificate)

    def _change(self, body, **values):
        return json.dumps({**json.loads(body), **values}).encode()

    def test_what_is_signed(self):
        for version in ("1", "2"):
            for body in (
                self.signer.notify({"a": 1}, version=version),
                self.signer.notify("Zoë\n\u2028 tab\t", version=version),
                self.signer.notify("x", version=version, Subject="About\nit"),
                self.signer.ask(version=version),
                self.signer.ask("UnsubscribeConfirmation", version=version),
            ):
                self.assertTrue(self._believes(body), (version, body))

    def test_one_changed_word_is_enough(self):
        for body in (self.signer.notify({"a": 1}, Subject="s"), self.signer.ask()):
            names = set(json.loads(body)) - {"UnsubscribeURL", "SigningCertURL"}
            for name in names:
                value = json.loads(body)[name]
                for forged in (
                    f"{value} ",
                    value[:-1],
                    "",
                    None,
                    [value],
                    {"a": value},
                ):
                    changed = self._change(body, **{name: forged})
                    if (name, forged) == ("Subject", None):
                        continue  # next test
                    self.assertFalse(self._believes(changed), (name, forged))
        without = json.loads(self.signer.notify("x", Subject="s"))
        del without["Subject"]
        self.assertFalse(self._believes(json.dumps(without).encode()))

    def test_a_type_signed_as_another(self):
        """The same words mean something else in another kind of message."""
        body = self.signer.ask()
        for kind in ("Notification", "UnsubscribeConfirmation", "Other", ""):
            self.assertFalse(self._believes(self._change(body, Type=kind)), kind)

    def test_another_key(self):
        body = SnsSigner().notify("x", SigningCertURL=self.signer.url)
        self.assertFalse(self._believes(body))
        for signature in ("", "AA==", "not base64", "é", base64.b64encode(b"x" * 256)):
            text = signature if isinstance(signature, str) else signature.decode()
            body = self._change(self.signer.notify("x"), Signature=text)
            self.assertFalse(self._believes(body), text)

    def test_another_topic(self):
        for arn in (
            ARN + "2",
            ARN.replace("eu-west-1", "eu-west-2"),
            ARN.replace("123456789012", "210987654321"),
            ARN.upper(),
            "",
        ):
            self.assertFalse(self._believes(self.signer.notify("x", TopicArn=arn)), arn)

    def test_versions(self):
        for version in ("0", "3", "", "1 "):
            body = self.signer.notify("x", SignatureVersion=version)
            self.assertFalse(self._believes(body), version)
        old = self.signer.notify("x", version="1")
        self.assertFalse(self._believes(old, versions=("2",)), "a downgrade")
        changed = self._change(self.signer.notify("x"), SignatureVersion="1")
        self.assertFalse(self._believes(changed))

    def test_time(self):
        hour = 3600
        for age, wanted in (
            (0, True),
            (hour, True),  # the last retry of SNS
            (3 * hour, False),
            (25 * hour, False),
            (-300, True),  # our clock is slow
            (-2 * hour, False),
        ):
            body = self.signer.notify("x", age=age)
            self.assertEqual(self._believes(body), wanted, age)
        for stamp in ("", "now", "2026-11-21", "2026-11-21T10:00:00", "9" * 40):
            body = self.signer.notify("x", Timestamp=stamp)
            self.assertFalse(self._believes(body), stamp)
        later = datetime.now(UTC) + timedelta(hours=3)
        self.assertFalse(self._believes(self.signer.notify("x"), now=later), "a replay")

    def test_where_certificates_come_from(self):
        path = self.signer.path
        good = f"{HOST}{path}"
        self.assertEqual(
            sns.find_certificate_url({"SigningCertURL": good}, TOPIC), good
        )
        for url in (
            f"http://sns.eu-west-1.amazonaws.com{path}",
            f"https://sns.evil.com{path}",
            f"https://sns.eu-west-1.amazonaws.com.evil.com{path}",
            f"https://evil.com/sns.eu-west-1.amazonaws.com{path}",
            f"https://s3.amazonaws.com/bucket{path}",
            f"https://sns.us-east-1.amazonaws.com{path}",
            f"https://user@sns.eu-west-1.amazonaws.com{path}",
            f"https://sns.eu-west-1.amazonaws.com:8443{path}",
            f"https://sns.eu-west-1.amazonaws.com@evil.com{path}",
            f"https://sns.eu-west-1.amazonaws.com{path}?x=1",
            f"https://sns.eu-west-1.amazonaws.com/x{path}",
            f"https://sns.eu-west-1.amazonaws.com/../..{path}",
            f"https://sns.eu-west-1.amazonaws.com\\@evil.com{path}",
            f"https://SNS.eu-west-1.amazonaws.com{path}",
            f"https://snsXeu-west-1.amazonaws.com{path}",
            f"https://169.254.169.254{path}",
            f"{good}\n",
            f"{good}#",
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-.pem",
            "",
        ):
            found = sns.find_certificate_url({"SigningCertURL": url}, TOPIC)
            self.assertIsNone(found, url)
        self.assertIsNone(sns.find_certificate_url({}, TOPIC))

    def test_whose_certificate_it_is(self):
        regional = "sns-signing.eu-west-1.amazonaws.com"
        for signer in (
            SnsSigner(),
            SnsSigner(regional),
            SnsSigner("x", alternative=regional),
        ):
            self.assertTrue(sns.load_certificate(signer.pem.encode(), TOPIC))
        for signer in (
            SnsSigner("evil.example"),
            SnsSigner("sns.amazonaws.com.evil.example"),
            SnsSigner("sns-signing.us-east-1.amazonaws.com"),
            SnsSigner(days=(-30, -1)),
            SnsSigner(days=(1, 30)),
        ):
            with self.assertRaises(ValueError):
                sns.load_certificate(signer.pem.encode(), TOPIC)
        for data in (b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAA==\n"):
            with self.assertRaises(ValueError):
                sns.load_certificate(data, TOPIC)

    def test_where_a_confirmation_leads(self):
        for url in (
            "http://169.254.169.254/",
            f"https://evil.com/?Action=ConfirmSubscription&TopicArn={ARN}&Token=x",
            "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&a=b",
            "https://sns.eu-west-1.amazonaws.com/?Action=DeleteTopic&a=b",
            "https://sns.eu-west-1.amazonaws.com.evil.com/?Action=ConfirmSubscription&",
        ):
            self.assertFalse(self._believes(self.signer.ask(SubscribeURL=url)), url)
        for token in ("x", f"{TOKEN}&Action=DeleteTopic", f"{TOKEN} ", "a" * 5000):
            self.assertFalse(self._believes(self.signer.ask(Token=token)), token)

    def test_bodies(self):
        good = self.signer.notify("x")
        for body in (
            b"",
            b"[]",
            b"null",
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"a":' * 100_000,
            good + b"x",
            good[:-1],
            b" " * (sns.MAX_BODY + 1),
            json.dumps([json.loads(good)]).encode(),
        ):
            self.assertFalse(self._believes(body), body[:40])
        self.assertTrue(self._believes(good + b"\r\n"))

    def test_topics(self):
        self.assertEqual(TOPIC.host, "sns.eu-west-1.amazonaws.com")
        for arn in (None, "", "x", ARN + "\n", ARN.replace("aws", "aws-cn"), f" {ARN}"):
            self.assertIsNone(sns.read_topic(arn), arn)

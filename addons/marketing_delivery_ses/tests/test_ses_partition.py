from odoo.tests import BaseCase, tagged

from ..sender import partition, sns
from ..sender.account import REGIONS, Account
from .sns_signer import SnsSigner

# region -> (ARN's partition, domain, the name in SNS's certificate)
PLACES = {
    "eu-west-1": ("aws", "amazonaws.com", "sns.amazonaws.com"),
    "af-south-1": ("aws", "amazonaws.com", "sns-signing.af-south-1.amazonaws.com"),
    "us-gov-east-1": ("aws-us-gov", "amazonaws.com", "sns-us-gov-west-1.amazonaws.com"),
    "cn-north-1": ("aws-cn", "amazonaws.com.cn", "sns-cn-north-1.amazonaws.com.cn"),
    "eusc-de-east-1": (
        "aws-eusc",
        "amazonaws.eu",
        "sns-signing.eusc-de-east-1.amazonaws.eu",
    ),
}


@tagged("post_install", "-at_install")
class TestSesPartition(BaseCase):
    """Each cloud of AWS has names of its own, and none speaks for another."""

    def _arn(self, region, name):
        return f"arn:{name}:sns:{region}:123456789012:ses-events"

    def test_hosts(self):
        for region, (_name, domain, _certificate) in PLACES.items():
            url = Account("k", "s", region).get_url()
            self.assertEqual(url, f"https://email.{region}.{domain}")
            host = f"sqs.{region}.{domain}"
            self.assertEqual(partition.read_region("sqs", host), region)
            for wrong in (
                f"sqs.{region}.{domain}.evil",
                f"sns.{region}.{domain}",
                f"sqs.{region}.evil.com",
                f"sqs.{region}",
                "",
                None,
            ):
                self.assertIsNone(partition.read_region("sqs", wrong), wrong)
        for wrong in ("sqs.eu-west-1.amazonaws.com.cn", "sqs.cn-north-1.amazonaws.com"):
            self.assertIsNone(partition.read_region("sqs", wrong), wrong)
        self.assertLess(set(PLACES), set(dict(REGIONS)))

    def test_topics(self):
        names = {name for name, _domain, _certificate in PLACES.values()}
        for region, (own, domain, _certificate) in PLACES.items():
            for name in names:
                topic = sns.read_topic(self._arn(region, name))
                self.assertEqual(bool(topic), name == own, (region, name))
            topic = sns.read_topic(self._arn(region, own))
            self.assertEqual(topic.host, f"sns.{region}.{domain}")

    def test_certificates(self):
        path = f"/SimpleNotificationService-{'0' * 32}.pem"
        signers = {
            certificate: SnsSigner(certificate)
            for _name, _domain, certificate in PLACES.values()
        }
        for region, (name, _domain, own) in PLACES.items():
            topic = sns.read_topic(self._arn(region, name))
            for other, (_name, domain, _own) in PLACES.items():
                address = f"https://sns.{other}.{domain}{path}"
                found = sns.find_certificate_url({"SigningCertURL": address}, topic)
                self.assertEqual(bool(found), other == region, (region, address))
            for certificate, signer in signers.items():
                data = signer.pem.encode()
                # what the whole of AWS shares signs for its opt-in regions as well
                shared = name == "aws" and certificate == "sns.amazonaws.com"
                if certificate == own or shared:
                    sns.load_certificate(data, topic)
                else:
                    with self.assertRaises(ValueError, msg=(region, certificate)):
                        sns.load_certificate(data, topic)

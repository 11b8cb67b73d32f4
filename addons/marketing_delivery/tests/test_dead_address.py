from odoo.tests import tagged

from ..sender.adapter import PERMANENT, Outcome
from .feedback_common import FeedbackMixin
from .sender_common import FakeAdapter, SenderCase

UNKNOWN = Outcome(PERMANENT, "550 5.1.1 unknown", "RCPT", bounce_type="hard")
POLICY = Outcome(PERMANENT, "550 5.7.1 policy", "RCPT", bounce_type="soft")


@tagged("post_install", "-at_install")
class TestDeadAddress(FeedbackMixin, SenderCase):
    """What a mail server says at RCPT stops an address as a notice does."""

    def setUp(self):
        super().setUp()
        self.answers = {"dead@x.example": UNKNOWN, "policy@x.example": POLICY}
        self.addresses = ("dead@x.example", "policy@x.example", "good@x.example")

    def _send_again(self):
        """Return what becomes of a second campaign to the same people."""
        campaign = self._create_campaign(self.company)
        self._add(*self.addresses, campaign=campaign)
        self._pump(campaign=campaign)
        return [(row.state, row.reason) for row in campaign.recipient_ids.sorted("id")]

    def _get_stop(self, address):
        return self.env["mail.blacklist"].search([("email", "=", address)])

    def test_an_unknown_address_is_stopped_and_a_policy_is_not(self):
        self._add(*self.addresses)
        self._pump(FakeAdapter(self.answers))
        self.assertEqual(
            [row.bounce_type for row in self.campaign.recipient_ids.sorted("id")],
            ["hard", "soft", False],
        )
        self.assertEqual(
            self._send_again(),
            [("skipped", "blacklisted"), ("sent", False), ("sent", False)],
        )
        stop = self._get_stop("dead@x.example")
        self.assertIn("does not exist", " ".join(stop.message_ids.mapped("body")))
        consent = self.env["email.subscription.preference"].search(
            [("email_address", "=", "dead@x.example")]
        )
        self.assertTrue(consent.is_subscribed, "nobody objected")

    def test_told_by_both_it_is_stopped_once(self):
        rows = self._add("dead@x.example")
        self._pump(FakeAdapter(self.answers))
        self._tell("bounced", rows, bounce_type="hard")
        self.assertEqual(len(self._get_stop("dead@x.example")), 1)
        self.assertEqual(len(self._get_stop("dead@x.example").message_ids), 1)

    def test_whoever_repaired_it_is_told_again(self):
        stops = self.env["mail.blacklist"]
        stops._remove("dead@x.example")
        self._add("dead@x.example")
        self._pump(FakeAdapter(self.answers))
        self.assertTrue(self._get_stop("dead@x.example").active)
        self.assertFalse(stops._stop_dead(["dead@x.example"]), "already stopped")

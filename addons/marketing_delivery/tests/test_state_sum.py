from odoo.tests import tagged
from odoo.tools import mute_logger

from .sender_common import SenderCase

LOGGER = "odoo.addons.marketing_delivery.models.email_campaign_delivery"


@tagged("post_install", "-at_install")
class TestStateSum(SenderCase):
    """Nothing is lost silently: the messages have to add up to the audience."""

    def test_a_lost_message_is_found_when_the_campaign_ends(self):
        rows = self._add("a@x.example", "b@x.example", "c@x.example")
        self.campaign.sudo().write({"audience_size": 3, "status": "running"})
        for state, row in zip(("sent", "failed", "skipped"), rows, strict=True):
            row.sudo().state = state
        self.assertFalse(self.campaign._check_state_sum())
        rows[2].sudo().unlink()
        with mute_logger(LOGGER):
            self.campaign._complete_if_done()
        self.assertEqual(self.campaign.status, "completed")
        self.assertIn("audience of 3", self.campaign.status_reason)
        with self.assertLogs(LOGGER, "ERROR") as log:
            self.assertEqual(self.campaign._check_state_sum(), self.campaign)
        self.assertIn("lost or gained", log.output[0])

    def test_each_state_counts(self):
        """Whatever a message may be, it is one of the audience."""
        states = dict(self.env["campaign.recipient"]._fields["state"].selection)
        rows = self._add(*(f"{state}@x.example" for state in states))
        for state, row in zip(states, rows, strict=True):
            row.sudo().state = state
        self.campaign.sudo().audience_size = len(states)
        self.assertFalse(self.campaign._check_state_sum())
        self.assertEqual(set(self.campaign._count_states()), set(states))

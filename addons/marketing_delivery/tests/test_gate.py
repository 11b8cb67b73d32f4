from odoo.tests import tagged

from ..sender import gate
from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestGate(SenderCase):
    def _judge(self, row):
        """Claim, change nothing, and ask the gate; return (state, reason)."""
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE campaign_recipient SET state = 'claimed', lease_token = 'mine',
                   lease_until = (now() AT TIME ZONE 'UTC') + interval '1 minute'
                WHERE id = %s""",
            [row.id],
        )
        questions = self.env["campaign.recipient"]._gate_sql()
        gate.pass_gate(self.env.cr, questions, "mine", row.ids)
        self.env.invalidate_all()
        return row.state, row.reason

    def _opt_out(self, address):
        preferences = self.env["email.subscription.preference"]
        preferences._opt_out(
            self.company.id,
            "email",
            preferences._address_key("email", address),
            source="test",
        )

    def test_consent_passes(self):
        row = self._add("a@x.example")
        self.assertEqual(self._judge(row), ("submitting", False))
        self.assertEqual(row.lease_token, "mine")

    def test_no_consent(self):
        row = self._add("a@x.example", consent=False)
        self.assertEqual(self._judge(row), ("skipped", "no_consent"))
        self.assertFalse(row.lease_token)

    def test_consent_of_another_company_does_not_count(self):
        row = self._add("a@x.example", consent=False)
        self.env["email.subscription.preference"]._opt_in(
            self.other_company, "a@x.example", source="test"
        )
        self.assertEqual(self._judge(row), ("skipped", "no_consent"))

    def test_unsubscribed_after_the_audience_was_written(self):
        row = self._add("a@x.example")
        self._opt_out("a@x.example")
        self.assertEqual(self._judge(row), ("skipped", "unsubscribed"))

    def test_blacklisted(self):
        row = self._add("a@x.example")
        self.env["mail.blacklist"]._add("a@x.example")
        self.assertEqual(self._judge(row), ("skipped", "blacklisted"))

    def test_transactional_needs_no_consent_but_respects_the_blacklist(self):
        self.campaign.is_transactional = True
        rows = self._add("a@x.example", "b@x.example", consent=False)
        self.env["mail.blacklist"]._add("b@x.example")
        self.assertEqual(self._judge(rows[0]), ("submitting", False))
        self.assertEqual(self._judge(rows[1]), ("skipped", "blacklisted"))

    def test_held_out(self):
        row = self._add("a@x.example", arm="global_holdout")
        self.assertEqual(self._judge(row), ("held_out", "held_out"))

    def test_too_early_goes_back(self):
        row = self._add("a@x.example", not_before="2999-01-01 00:00:00")
        self.assertEqual(self._judge(row), ("queued", False))
        self.assertFalse(row.lease_until)

    def test_paused_goes_back_and_cancelled_ends(self):
        rows = self._add("a@x.example", "b@x.example")
        self.campaign.status = "paused"
        self.assertEqual(self._judge(rows[0]), ("queued", False))
        self.campaign.status = "cancelled"
        self.assertEqual(self._judge(rows[1]), ("cancelled", "cancelled"))

    def test_archived_company(self):
        row = self._add("a@x.example")
        self.env.cr.execute(
            "UPDATE res_company SET active = FALSE WHERE id = %s", [self.company.id]
        )
        self.assertEqual(self._judge(row), ("skipped", "company_inactive"))

    def test_an_upper_addon_adds_a_reason(self):
        row = self._add("a@x.example")
        model = self.env.registry["campaign.recipient"]
        usual = model._gate_conditions

        def more(recipient):
            from odoo.tools import SQL

            return [*usual(recipient), ("too_often", SQL("message.attempt = 0"))]

        self.patch(model, "_gate_conditions", more)
        self.assertEqual(self._judge(row), ("skipped", "too_often"))

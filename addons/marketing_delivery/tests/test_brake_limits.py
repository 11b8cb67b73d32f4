from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..brakes import LIMITS
from ..models.res_company_brakes import RATES
from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestBrakeLimits(SenderCase):
    def _send(self, campaign, number=1000, complained=0):
        """Write messages of the last hour; the first ones complained."""
        self.env.cr.execute(
            """INSERT INTO campaign_recipient (company_id, campaign_id, address_key,
                   email_address, state, provider_id, sent_at, complained_at)
               SELECT company_id, id, 'k' || n, n || '@x.example', 'sent', %s,
                      now() AT TIME ZONE 'UTC' - interval '1 hour',
                      CASE WHEN n <= %s THEN now() AT TIME ZONE 'UTC' END
                 FROM email_campaign, generate_series(1, %s) n WHERE id = %s""",
            [self.provider.id, complained, number, campaign.id],
        )

    def test_a_new_company_has_the_settled_ones(self):
        self.assertEqual(self.company._get_brake_limits(), list(LIMITS))

    def test_each_company_has_its_own(self):
        self.provider.company_id = False
        self.other_company.write(
            {"marketing_brake_stop": 0.15, "marketing_brake_slow": 0.05}
        )
        theirs = self._create_campaign(self.other_company)
        for campaign in (self.campaign, theirs):
            self._send(campaign, complained=4)
            campaign._judge_brakes()
        self.assertEqual(self.campaign.brake_level, "slow")
        self.assertEqual(theirs.brake_level, "stopped")
        self.assertIn("more than 0.15 %", theirs.brake_reason)

    def test_a_brake_can_be_moved_but_not_taken_out(self):
        for name, (default, highest) in RATES.items():
            for value in (0, -1, 0.001, highest + 0.01):
                with self.subTest(name=name, value=value):
                    with self.assertRaises(ValidationError), self.cr.savepoint():
                        self.company[name] = value
                        self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(self.company[name], default)
        with self.assertRaisesRegex(ValidationError, "slows down before"):
            self.company.write(
                {"marketing_brake_slow": 0.2, "marketing_brake_stop": 0.1}
            )

    def test_a_change_is_in_the_audit_log(self):
        self.company.marketing_brake_bounces = 3
        entry = self.env["marketing.audit.log"].search(
            [("res_model", "=", "res.company"), ("res_id", "=", self.company.id)],
            limit=1,
            order="id desc",
        )
        self.assertIn("marketing_brake_bounces", str(entry.changes))

    def test_only_who_may_change_settings_moves_them(self):
        for group in ("analyst", "user", "manager", "compliance"):
            user = self._create_user(f"mm_limits_{group}", group)
            with self.assertRaises(AccessError):
                self.company.with_user(user).marketing_brake_stop = 0.3

from odoo.tests import HttpCase, tagged

from odoo.addons.marketing_base.api.metrics import render
from odoo.addons.marketing_base.tests.test_api_health import check_format

from .tracking_common import TrackingMixin


@tagged("post_install", "-at_install")
class TestDeliveryMetrics(TrackingMixin, HttpCase):
    def messages(self, company):
        health = self.env["marketing.health"].with_company(company)
        text = render(health._get_metrics())
        check_format(self, text)
        return [line for line in text.splitlines() if line.startswith("marketing_mess")]

    def test_messages_are_counted_for_the_own_company(self):
        self.env["email.campaign"].search([]).sudo().write({"status": "completed"})
        self.assertEqual(self.messages(self.company), [])
        self.campaign.sudo().status = "running"
        self.env.flush_all()
        state = self.recipient.state
        [line] = self.messages(self.company)
        self.assertIn(f'state="{state}"', line)
        self.assertTrue(line.endswith(" 1"), line)
        self.assertEqual(self.messages(self.other_company), [])

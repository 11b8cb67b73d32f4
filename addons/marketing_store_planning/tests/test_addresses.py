from odoo.tests import HttpCase, tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestAddresses(PlanningCase, HttpCase):
    """The short addresses lead to the screens, and only after the log-in."""

    def test_addresses(self):
        self.authenticate("admin", "admin")
        for address, screen in (
            ("/campaigns/matrix", "/odoo/campaign-matrix"),
            ("/campaigns/planning", "/odoo/campaign-plans"),
            ("/campaigns/planning/7", "/odoo/campaign-plans/7"),
            ("/campaigns/orders", "/odoo/campaign-orders"),
        ):
            answer = self.url_open(address, allow_redirects=False)
            self.assertEqual(answer.status_code, 303, address)
            self.assertTrue(answer.headers["Location"].endswith(screen), address)
        # not a number: no such page
        answer = self.url_open("/campaigns/planning/x", allow_redirects=False)
        self.assertEqual(answer.status_code, 404)

    def test_a_stranger_logs_in_first(self):
        answer = self.url_open("/campaigns/matrix", allow_redirects=False)
        self.assertIn("/web/login", answer.headers["Location"])

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .attribution_common import ORDERED, AttributionCase


@tagged("post_install", "-at_install")
class TestAttributionAccess(AttributionCase):
    def test_own_company_only_and_read_only(self):
        self._click(self.one, ORDERED - timedelta(hours=1))
        row = self._order() and self._refresh() and self.env["marketing.attribution"]
        row = row.search([("campaign_id", "=", self.one.id)])
        for user in (self.user, self.analyst):
            self.assertEqual(row.with_user(user).revenue, 100)
            with self.assertRaises(AccessError):
                row.with_user(user).revenue = 1
            with self.assertRaises(AccessError):
                row.with_user(user).unlink()
        stranger = self._create_user(
            "mmk_stranger", "marketing_base.group_analyst", self.other_company
        )
        theirs = row.with_user(stranger).with_context(allowed_company_ids=None)
        self.assertFalse(theirs.search([]))
        with self.assertRaises(AccessError):
            theirs.read(["revenue"])

    def test_salespeople_without_marketing_see_their_orders(self):
        self._click(self.one, ORDERED - timedelta(hours=1))
        order = self._order()
        self._refresh()
        seller = self._create_user("mmk_seller", "sales_team.group_sale_salesman")
        order.user_id = seller
        self.env.flush_all()
        values = order.with_user(seller).read()[0]
        self.assertNotIn("email_campaign_id", values)
        marketer = self._create_user(
            "mmk_both", "sales_team.group_sale_manager,marketing_base.group_user"
        )
        self.assertEqual(order.with_user(marketer).email_campaign_id, self.one)

    def test_buttons_of_the_campaign(self):
        self._click(self.one, ORDERED - timedelta(hours=1))
        self._order()
        self._refresh()
        campaign = self.one.with_user(self.user)
        for action, count in (
            (campaign.action_open_orders(), 1),
            (campaign.action_view_recipients(), 1),
            (campaign.action_open_clicks(), 1),
        ):
            model = self.env[action["res_model"]].with_user(self.user)
            self.assertEqual(model.search_count(action["domain"]), count)

    def test_a_row_opens_its_order(self):
        self._click(self.one, ORDERED - timedelta(hours=1))
        order = self._order()
        self._refresh()
        row = self.env["marketing.attribution"].search([("order_id", "=", order.id)])
        action = row.with_user(self.user).action_open_order()
        self.assertEqual(self.env[action["res_model"]].browse(action["res_id"]), order)

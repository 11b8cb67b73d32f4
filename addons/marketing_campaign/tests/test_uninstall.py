from odoo.tests import tagged

from ..hooks import _drop_marks
from .campaign_common import CampaignCase

# what may carry one of our names when the addon is gone: nothing that Odoo overlooks
LEFT = """
    SELECT proname FROM pg_proc WHERE proname LIKE 'marketing\\_attribution%'
     UNION ALL
    SELECT tgname FROM pg_trigger WHERE tgname LIKE 'marketing\\_attribution%'
     UNION ALL
    SELECT relname FROM pg_class
     WHERE relkind = 'r'
       AND relname IN ('marketing_attribution_dirty', 'campaign_daily_dirty')
"""


@tagged("post_install", "-at_install")
class TestUninstall(CampaignCase):
    def _get_left(self):
        self.env.cr.execute(LEFT)
        return [name for (name,) in self.env.cr.fetchall()]

    def test_nothing_is_left_that_orders_would_fill(self):
        self.assertGreaterEqual(len(self._get_left()), 6, "the names are still ours")
        _drop_marks(self.env)
        self.assertEqual(self._get_left(), [])

    def test_orders_are_taken_as_before(self):
        _drop_marks(self.env)
        product = self.env["product.product"].create({"name": "Tea"})
        order = self.env["sale.order"].create(
            {
                "partner_id": self._create_customers("a@x.example").id,
                "company_id": self.company.id,
                "order_line": [(0, 0, {"product_id": product.id, "price_unit": 5})],
            }
        )
        order.action_confirm()
        order.date_order = "2026-01-01 10:00:00"
        self.env.flush_all()
        self.assertEqual(order.state, "sale")

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .attribution_common import ORDERED, AttributionCase


@tagged("post_install", "-at_install")
class TestRefunds(AttributionCase):
    def test_posted_refund_of_the_lines_is_subtracted(self):
        self._click(self.one, ORDERED - timedelta(hours=1))
        order = self._order()
        self.env.flush_all()
        self._refund(order, 30)
        self.env["marketing.attribution"]._refresh_all()
        self.assertAlmostEqual(self._credited(order).revenue, 70)

    def test_draft_refund_is_not(self):
        self._click(self.one, ORDERED - timedelta(hours=1))
        order = self._order()
        self._refund(order, 30, post=False)
        self.env["marketing.attribution"]._refresh_all()
        self.assertAlmostEqual(self._credited(order).revenue, 100)

    def _refund(self, order, amount, *, post=True):
        """A credit note of the order's line, in a company without a chart."""
        income, receivable = self.env["account.account"].create(
            [
                {"name": "Sales", "code": "MK4000", "account_type": "income"},
                {
                    "name": "Receivable",
                    "code": "MK1200",
                    "account_type": "asset_receivable",
                    "reconcile": True,
                },
            ]
        )
        journal = self.env["account.journal"].create(
            {
                "name": "Sales",
                "code": "MKS",
                "type": "sale",
                "company_id": self.company.id,
                "default_account_id": income.id,
            }
        )
        order.partner_id.property_account_receivable_id = receivable
        move = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": order.partner_id.id,
                "journal_id": journal.id,
                "invoice_date": "2026-06-20",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Refund",
                            "price_unit": amount,
                            "account_id": income.id,
                            "tax_ids": [Command.clear()],
                            "sale_line_ids": [Command.set(order.order_line.ids)],
                        }
                    )
                ],
            }
        )
        if post:
            move.action_post()

from odoo import api, models
from odoo.tools import SQL

_CODED = """
    SELECT card.campaign_plan_line_id AS line_id, card.store_creative_id AS creative_id
      FROM loyalty_card card
      JOIN campaign_plan_line planned ON planned.id = card.campaign_plan_line_id
     WHERE planned.company_id = %s
"""
# An order with two codes is shared by them; refunds are those linked to its lines.
_REDEEMED = """
    SELECT used.line_id, used.creative_id,
           partner.commercial_partner_id::text AS customer,
           sale.date_order::date AS day,
           ((sale.amount_untaxed / COALESCE(NULLIF(sale.currency_rate, 0), 1)
             - COALESCE(refunded.amount, 0))
            / COUNT(*) OVER (PARTITION BY sale.id))::numeric AS amount
      FROM (SELECT DISTINCT line.order_id, card.campaign_plan_line_id AS line_id,
                   card.store_creative_id AS creative_id
              FROM sale_order_line line
              JOIN loyalty_card card ON card.id = line.coupon_id
             WHERE card.campaign_plan_line_id IS NOT NULL) used
      JOIN sale_order sale
        ON sale.id = used.order_id AND sale.state = 'sale' AND sale.company_id = %s
      JOIN res_partner partner ON partner.id = sale.partner_id
      LEFT JOIN LATERAL (
           SELECT SUM(CASE WHEN item.currency_id = sale.currency_id
                           THEN item.price_subtotal
                                / COALESCE(NULLIF(sale.currency_rate, 0), 1)
                           ELSE item.balance END
                      / (SELECT COUNT(*) FROM sale_order_line_invoice_rel share
                          WHERE share.invoice_line_id = item.id)) AS amount
             FROM sale_order_line line
             JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
             JOIN account_move_line item
               ON item.id = link.invoice_line_id AND item.display_type = 'product'
             JOIN account_move move
               ON move.id = item.move_id AND move.move_type = 'out_refund'
              AND move.state = 'posted'
            WHERE line.order_id = sale.id
           ) refunded ON TRUE
"""


class StoreCampaignResult(models.Model):
    """Redeemed codes tell what a drop brought."""

    _inherit = "store.campaign.result"

    @api.model
    def _list_coded(self, company):
        return [*super()._list_coded(company), SQL(_CODED, company.id)]

    @api.model
    def _list_redeemed(self, company):
        return [*super()._list_redeemed(company), SQL(_REDEEMED, company.id)]

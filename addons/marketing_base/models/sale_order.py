import logging

import psycopg2
from psycopg2.errorcodes import DEADLOCK_DETECTED, SERIALIZATION_FAILURE

from odoo import api, fields, models
from odoo.tools import SQL

from ..events import Event, insert_events

_logger = logging.getLogger(__name__)
RETRIED = (DEADLOCK_DETECTED, SERIALIZATION_FAILURE)
BACKFILL_DAYS = 30
BACKFILL_BATCH = 5000


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _action_confirm(self):
        result = super()._action_confirm()
        self._log_purchases()
        return result

    def _log_purchases(self):
        """Append the purchases to the log; whatever fails, the order goes on.

        A lost race is raised again, so that the whole request is repeated. What was
        not logged is completed by the daily cron.
        """
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                self._record_purchases()
        except psycopg2.Error as error:
            if error.pgcode in RETRIED:
                raise
            _logger.exception("the purchases of orders %s were not logged", self.ids)

    def _record_purchases(self):
        """Insert one event an order; an order counts once, however often confirmed."""
        rows = self.env.execute_query(self._get_purchases_sql())
        return insert_events(
            self.env.cr, [self._prepare_purchase(*row) for row in rows]
        )

    @api.model
    def _prepare_purchase(
        self, order_id, company, partner, date, amount, currency, category, previous
    ):
        return Event(
            event_type="user_purchased",
            event_id=f"order:{order_id}",
            occurred_at=date,
            company_id=company,
            partner_id=partner,
            properties={
                "order_id": order_id,
                "order_value": float(amount or 0),
                "currency": currency,
                "category_id": category,
                "is_repeat_purchase": previous is not None,
                "days_since_last_purchase": (date - previous).days
                if previous
                else None,
            },
        )

    def _get_purchases_sql(self):
        """One row an order: customer, untaxed value, main category, previous."""
        return SQL(
            """SELECT bought.id, bought.company_id, buyer.commercial_partner_id,
                      bought.date_order, bought.amount_untaxed, currency.name,
                      (SELECT template.categ_id
                         FROM sale_order_line line
                         JOIN product_product product ON product.id = line.product_id
                         JOIN product_template template
                           ON template.id = product.product_tmpl_id
                        WHERE line.order_id = bought.id
                     ORDER BY line.price_subtotal DESC, line.id LIMIT 1),
                      (SELECT max(earlier.date_order)
                         FROM res_partner person
                         JOIN sale_order earlier ON earlier.partner_id = person.id
                        WHERE person.commercial_partner_id = buyer.commercial_partner_id
                          AND earlier.company_id = bought.company_id
                          AND earlier.state = 'sale'
                          AND (earlier.date_order, earlier.id)
                            < (bought.date_order, bought.id))
                 FROM sale_order bought
                 JOIN res_partner buyer ON buyer.id = bought.partner_id
            LEFT JOIN res_currency currency ON currency.id = bought.currency_id
                WHERE bought.id = ANY(%s) AND bought.state = 'sale'
             ORDER BY bought.id""",
            self.ids,
        )

    @api.model
    def _backfill_purchases(self, since=None, limit=BACKFILL_BATCH):
        """Log confirmed orders that are not in the log; return how many are left.

        :param since: only orders of this UTC time or later; all of them when None
        """
        missing = [
            row[0] for row in self.env.execute_query(self._get_unlogged_sql(since))
        ]
        self.browse(missing[:limit])._record_purchases()
        return len(missing[limit:])

    @api.model
    def _get_unlogged_sql(self, since):
        return SQL(
            """SELECT bought.id FROM sale_order bought
                WHERE bought.state = 'sale'
                  AND bought.date_order >= COALESCE(%s, '-infinity'::timestamp)
                  AND NOT EXISTS (SELECT FROM marketing_event_key logged
                                   WHERE logged.source_id = 'odoo'
                                     AND logged.event_id = 'order:' || bought.id)
             ORDER BY bought.id""",
            since,
        )

    @api.model
    def _cron_backfill_purchases(self):
        """Complete the log with orders of the last days, for example imported ones."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=BACKFILL_DAYS)
        self.env.flush_all()
        remaining = self._backfill_purchases(since)
        self.env["ir.cron"]._commit_progress(BACKFILL_BATCH, remaining=remaining)

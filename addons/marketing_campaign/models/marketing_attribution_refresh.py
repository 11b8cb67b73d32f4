from odoo import api, models
from odoo.tools import SQL

_CREDITED = (
    "company_id",
    "order_date",
    "partner_id",
    "campaign_id",
    "recipient_id",
    "click_id",
    "clicked_at",
    "revenue",
)
_CREDIT = """
    WITH credit AS MATERIALIZED (%(clicks)s),
    former AS (
        SELECT a.order_id, a.campaign_id FROM marketing_attribution a
          JOIN credit c ON c.order_id = a.order_id
    ), written AS (
        INSERT INTO marketing_attribution AS a (order_id, %(columns)s, attributed_at)
        SELECT order_id, %(columns)s, now() AT TIME ZONE 'UTC'
          FROM credit ORDER BY order_id
            ON CONFLICT (order_id) DO UPDATE SET
               (%(columns)s, attributed_at) = (%(new)s,
                CASE WHEN a.campaign_id = EXCLUDED.campaign_id THEN a.attributed_at
                     ELSE EXCLUDED.attributed_at END)
         WHERE (%(old)s) IS DISTINCT FROM (%(new)s)
        RETURNING a.order_id, a.campaign_id
    )
    SELECT campaign_id FROM written
     UNION
    SELECT f.campaign_id FROM former f JOIN written w ON w.order_id = f.order_id
"""


class MarketingAttribution(models.Model):
    _inherit = "marketing.attribution"

    @api.model
    def _cron_refresh(self):
        self.env["marketing.job"]._enqueue(
            "marketing.attribution", "_refresh_dirty", key="attribution-dirty"
        )

    @api.model
    def _cron_refresh_all(self):
        """Nightly: refunds, merged customers and a changed window leave no trigger."""
        self.env["marketing.job"]._enqueue(
            "marketing.attribution", "_refresh_all", key="attribution-all"
        )

    @api.model
    def _refresh_dirty(self):
        """Credit again the orders that changed; returns how many were looked at."""
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM marketing_attribution_dirty RETURNING order_id"
        )
        ids = sorted({row[0] for row in self.env.cr.fetchall()})
        if ids:
            self._refresh_orders(SQL("o.id = ANY(%s)", ids))
        return len(ids)

    @api.model
    def _refresh_all(self):
        """Credit every order again: all rows can be dropped and rebuilt from clicks."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM marketing_attribution_dirty")
        self._refresh_orders(SQL("TRUE"))

    def _refresh_orders(self, which):
        """Drop, insert or correct the rows of the orders `which`, then the totals."""
        self.env.cr.execute(_drop_sql(which))
        campaigns = {row[0] for row in self.env.cr.fetchall()}
        self.env.cr.execute(_credit_sql(which))
        campaigns.update(row[0] for row in self.env.cr.fetchall())
        self.invalidate_model(flush=False)
        self.env["email.campaign"].browse(campaigns)._refresh_attribution()


def _last_click_sql(which):
    """Orders in state sale with the last human click of the same customer before them.

    The window is closed on both sides: a click exactly N days before still counts, and
    so does one in the second of the order, whose date Odoo keeps in whole seconds.
    """
    return SQL(
        """SELECT o.id AS order_id, o.company_id, o.date_order AS order_date,
                  p.commercial_partner_id AS partner_id, k.campaign_id, k.recipient_id,
                  k.id AS click_id, k.clicked_at, %(revenue)s AS revenue
             FROM sale_order o
             JOIN res_partner p ON p.id = o.partner_id
             JOIN res_company y ON y.id = o.company_id
             JOIN LATERAL (
                  SELECT k.id, k.campaign_id, k.recipient_id, k.clicked_at
                    FROM res_partner c
                    JOIN delivery_click k ON k.customer_id = c.id
                   WHERE c.commercial_partner_id = p.commercial_partner_id
                     AND k.company_id = o.company_id AND k.verdict = 'human'
                     AND k.clicked_at < o.date_order + interval '1 second'
                     AND k.clicked_at >= o.date_order
                         - y.marketing_attribution_days * interval '1 day'
                   ORDER BY k.clicked_at DESC, k.id DESC LIMIT 1) k ON TRUE
            WHERE o.state = 'sale' AND %(which)s""",
        revenue=_revenue_sql(),
        which=which,
    )


def _revenue_sql():
    """Untaxed total in the company's currency, less posted refunds of these lines.

    The same refunds as in a customer's profile: a refund line that answers several
    order lines is shared; one in another currency than the order counts its balance.
    """
    return SQL(
        """o.amount_untaxed / COALESCE(NULLIF(o.currency_rate, 0), 1) - COALESCE((
           SELECT sum(CASE WHEN i.currency_id = o.currency_id
                           THEN i.price_subtotal
                                / COALESCE(NULLIF(o.currency_rate, 0), 1)
                           ELSE i.balance END
                      / (SELECT count(*) FROM sale_order_line_invoice_rel share
                          WHERE share.invoice_line_id = i.id))
             FROM sale_order_line l
             JOIN sale_order_line_invoice_rel link ON link.order_line_id = l.id
             JOIN account_move_line i
               ON i.id = link.invoice_line_id AND i.display_type = 'product'
             JOIN account_move m ON m.id = i.move_id
              AND m.move_type = 'out_refund' AND m.state = 'posted'
            WHERE l.order_id = o.id), 0)"""
    )


def _drop_sql(which):
    return SQL(
        """DELETE FROM marketing_attribution a USING sale_order o
            WHERE o.id = a.order_id AND %(which)s
              AND NOT EXISTS (SELECT FROM (%(clicks)s) c)
        RETURNING a.campaign_id""",
        which=which,
        clicks=_last_click_sql(SQL("o.id = a.order_id")),
    )


def _credit_sql(which):
    """Returns the campaigns that gained or lost something, old ones included."""
    names = [SQL.identifier(name) for name in _CREDITED]
    return SQL(
        _CREDIT,
        clicks=_last_click_sql(which),
        columns=SQL(", ").join(names),
        old=SQL(", ").join(SQL("a.%s", name) for name in names),
        new=SQL(", ").join(SQL("EXCLUDED.%s", name) for name in names),
    )

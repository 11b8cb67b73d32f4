from odoo import api, models
from odoo.tools import SQL

# Orders to look at again. Triggers only insert: a checkout never waits for us, and
# nothing committed out of order is lost (a cursor on write_date would lose it).
DIRTY_TABLE = SQL(
    "CREATE TABLE IF NOT EXISTS marketing_attribution_dirty (order_id integer NOT NULL)"
)
# Rows are compared by EXCEPT, never by a join: a trigger keeps the plan of its first,
# small statement, and a nested loop over two large transition tables takes hours.
ORDER_FUNCTION = SQL(
    """CREATE OR REPLACE FUNCTION marketing_attribution_order() RETURNS trigger
       LANGUAGE plpgsql AS $body$
       BEGIN
         IF TG_OP = 'INSERT' THEN
           INSERT INTO marketing_attribution_dirty
           SELECT id FROM fresh WHERE state = 'sale';
         ELSE
           INSERT INTO marketing_attribution_dirty
           SELECT id FROM (
             (SELECT %(watched)s FROM fresh WHERE state = 'sale'
              EXCEPT SELECT %(watched)s FROM stale WHERE state = 'sale')
             UNION ALL
             (SELECT %(watched)s FROM stale WHERE state = 'sale'
              EXCEPT SELECT %(watched)s FROM fresh WHERE state = 'sale')) changed;
         END IF;
         RETURN NULL;
       END $body$""",
    watched=SQL(
        "id, date_order, partner_id, company_id, amount_untaxed, currency_rate"
    ),
)
# A click is judged after its burst window, perhaps when the order is already there.
CLICK_FUNCTION = SQL(
    """CREATE OR REPLACE FUNCTION marketing_attribution_click() RETURNS trigger
       LANGUAGE plpgsql AS $body$
       BEGIN
         INSERT INTO marketing_attribution_dirty
         SELECT DISTINCT o.id
           FROM fresh k
           JOIN res_partner c ON c.id = k.customer_id
           JOIN res_company y ON y.id = k.company_id
           JOIN res_partner p ON p.commercial_partner_id = c.commercial_partner_id
           JOIN sale_order o ON o.partner_id = p.id AND o.company_id = k.company_id
          WHERE o.state = 'sale'
            AND o.date_order > k.clicked_at - interval '1 second'
            AND o.date_order <= k.clicked_at
                + y.marketing_attribution_days * interval '1 day';
         RETURN NULL;
       END $body$"""
)
TRIGGERS = (
    ("sale_order", "marketing_attribution_order", "INSERT", "NEW TABLE AS fresh"),
    (
        "sale_order",
        "marketing_attribution_order",
        "UPDATE",
        "NEW TABLE AS fresh OLD TABLE AS stale",
    ),
    ("delivery_click", "marketing_attribution_click", "INSERT", "NEW TABLE AS fresh"),
    ("delivery_click", "marketing_attribution_click", "UPDATE", "NEW TABLE AS fresh"),
)
_DROP = SQL(
    """DROP FUNCTION IF EXISTS marketing_attribution_order(),
                               marketing_attribution_click() CASCADE;
       DROP TABLE IF EXISTS marketing_attribution_dirty"""
)


class MarketingAttribution(models.Model):
    """Orders and clicks leave a mark when they change; the refresh takes it away."""

    _inherit = "marketing.attribution"

    def init(self):
        for statement in (DIRTY_TABLE, ORDER_FUNCTION, CLICK_FUNCTION):
            self.env.cr.execute(statement)
        for table, function, event, tables in TRIGGERS:
            self.env.cr.execute(
                SQL(
                    "CREATE OR REPLACE TRIGGER %s AFTER %s ON %s REFERENCING %s"
                    " FOR EACH STATEMENT EXECUTE FUNCTION %s()",
                    SQL.identifier(f"{function}_{event.lower()}"),
                    SQL(event),  # pylint: disable=sql-injection
                    SQL.identifier(table),
                    SQL(tables),  # pylint: disable=sql-injection
                    SQL.identifier(function),
                )
            )

    @api.model
    def _drop_triggers(self):
        self.env.cr.execute(_DROP)

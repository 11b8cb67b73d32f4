"""What customers bought."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .segment_activity import Filter
from .segment_activity_diary import diary_condition, goods_condition
from .segment_activity_source import ActivitySource, tell_goods
from .segment_activity_sql import (
    join_contacts,
    literal,
    of_company,
    of_customers,
    within,
)

_lt = LazyTranslate(__name__)
# Of more, their index finds the buyers sooner than a look at everybody's list.
MOST_PRODUCTS = 50
_RATE = SQL("COALESCE(NULLIF(o.currency_rate, 0), 1)")
_PRODUCTS = """
    SELECT product.id
      FROM product_product product
      JOIN product_template template ON template.id = product.product_tmpl_id
     WHERE template.id = ANY(%(products)s) OR template.categ_id IN (
           SELECT below.id
             FROM product_category chosen
             JOIN product_category below
               ON below.parent_path LIKE chosen.parent_path || '%%'
            WHERE chosen.id = ANY(%(categories)s))
     ORDER BY product.id
"""


class PurchaseSource(ActivitySource):
    """Confirmed orders, by their date; with products chosen, those that hold them."""

    measures = ("count", "amount", "quantity", "days_since_last")
    words = {
        "once": _lt("who bought %(what)s %(when)s"),
        "never": _lt("who never bought %(what)s"),
        "not_in": _lt("who did not buy %(what)s %(when)s"),
        "count": _lt("who bought %(what)s %(value)s %(when)s"),
        "amount": _lt("who spent %(value)s on %(what)s %(when)s"),
        "quantity": _lt("who bought %(value)s of %(what)s %(when)s"),
        "days_since_last": _lt("who last bought %(what)s %(value)s %(when)s"),
        "own": _lt("%(count)s orders"),
        "own_once": _lt("1 order"),
    }

    def get_filters(self):
        return {
            "categories": Filter(self.env._("Categories"), "product.category"),
            "products": Filter(self.env._("Products"), "product.template"),
        }

    def ask_profile(self, activity, alias):
        if self._has_choice(activity):
            return self._ask_goods(activity, alias)
        if activity.measure == "quantity":
            return None
        return diary_condition(self.env, activity, alias)

    def _ask_goods(self, activity, alias):
        if activity.since or activity.until or not activity.is_about_existence:
            return None
        product_ids = self._find_products(activity)
        if len(product_ids) > MOST_PRODUCTS:
            return None
        return goods_condition(activity, alias, product_ids)

    def select(self, activity, scope):
        if activity.measure == "quantity" or self._has_choice(activity):
            return self._select_lines(activity, scope)
        return self._select_orders(activity, scope)

    @staticmethod
    def _has_choice(activity):
        return any(activity.chosen.values())

    def _select_orders(self, activity, scope):
        rows = self._from_orders(
            activity,
            scope,
            columns=SQL("ROUND(o.amount_untaxed / %s, 6) AS amount", _RATE),
        )
        if activity.measure != "amount":
            return rows
        linked = self._linked_refunds(activity, scope)
        others = self._refunds(activity, scope)
        return SQL("%s UNION ALL %s UNION ALL %s", rows, linked, others)

    def _from_orders(self, activity, scope, *, columns, joins=None, where=None):
        """Select from orders in the period, with `joins` that name them `o`."""
        return SQL(
            """SELECT COALESCE(contact.commercial_partner_id, o.partner_id)
                      AS partner_id, o.company_id, o.date_order AS at, %(columns)s
                 FROM sale_order o
                 %(joins)s
                 %(contact)s ON contact.id = o.partner_id
                WHERE o.state = 'sale' AND %(company)s AND %(period)s
                  AND %(customers)s AND %(where)s""",
            columns=columns,
            joins=joins or SQL(),
            contact=join_contacts(self.env, scope),
            company=of_company(SQL("o.company_id"), scope),
            period=within(self.env, SQL("o.date_order"), activity),
            customers=of_customers(SQL("o.partner_id"), scope),
            where=where or SQL("TRUE"),
        )

    def _select_lines(self, activity, scope):
        """Lines with what was chosen; for a number of orders, one row an order."""
        lines = self._from_orders(
            activity,
            scope,
            columns=SQL(
                """o.id AS order_id, line.product_uom_qty AS quantity,
                   line.price_subtotal / %s AS amount""",
                _RATE,
            ),
            joins=SQL("JOIN sale_order_line line ON line.order_id = o.id"),
            where=SQL(
                "line.is_downpayment IS NOT TRUE AND %s AND %s",
                self._is_chosen(activity),
                # a line that was set to nothing, or takes back, was not bought
                SQL("line.product_uom_qty <> 0")
                if activity.measure in ("amount", "quantity")
                else SQL("line.product_uom_qty > 0"),
            ),
        )
        if activity.measure == "amount":
            refunds = self._linked_refunds(activity, scope)
            columns = SQL("partner_id, company_id, at, amount")
            return SQL("SELECT %s FROM (%s) line UNION ALL %s", columns, lines, refunds)
        if activity.measure != "count" or activity.is_about_existence:
            return lines
        return SQL(
            """SELECT partner_id, company_id, order_id, MAX(at) AS at FROM (%s) line
                GROUP BY partner_id, company_id, order_id""",
            lines,
        )

    def _is_chosen(self, activity):
        """Return a condition: the product of `line` is one of the chosen.

        The products are looked up now, and named in one literal: PostgreSQL then knows
        how many lines to expect, and whether their index is worth it.
        """
        if not self._has_choice(activity):
            return SQL("line.product_id IS NOT NULL")
        chosen = literal(self._find_products(activity))
        return SQL("line.product_id = ANY(%s::int[])", chosen)

    def _find_products(self, activity):
        """Return the ids of the variants of all that was chosen."""
        rows = self.env.execute_query(
            SQL(
                _PRODUCTS,
                products=list(activity.chosen["products"]),
                categories=list(activity.chosen["categories"]),
            )
        )
        return [product_id for (product_id,) in rows]

    # === REFUNDS: as for the revenue of the profile === #

    def _linked_refunds(self, activity, scope):
        """Refunds of order lines, at the date and rate of the order."""
        refunds = self._from_orders(
            activity,
            scope,
            columns=SQL(
                """-ROUND((CASE WHEN aml.currency_id = o.currency_id
                                THEN aml.price_subtotal / %s ELSE aml.balance END)
                   / (SELECT COUNT(*) FROM sale_order_line_invoice_rel share
                       WHERE share.invoice_line_id = aml.id), 6) AS amount""",
                _RATE,
            ),
            joins=SQL(
                """JOIN sale_order_line line ON line.order_id = o.id
                   JOIN sale_order_line_invoice_rel link
                     ON link.order_line_id = line.id
                   JOIN account_move_line aml
                     ON aml.id = link.invoice_line_id AND aml.display_type = 'product'
                   JOIN account_move move
                     ON move.id = aml.move_id AND move.move_type = 'out_refund'
                    AND move.state = 'posted'"""
            ),
            where=SQL(
                "line.is_downpayment IS NOT TRUE AND %s", self._is_chosen(activity)
            )
            if self._has_choice(activity)
            else None,
        )
        return refunds

    def _refunds(self, activity, scope):
        """Refunds of no order line, at their own date."""
        day = SQL("COALESCE(move.invoice_date, move.date)")
        return SQL(
            """SELECT COALESCE(contact.commercial_partner_id, move.partner_id),
                      move.company_id, %(day)s::timestamp, -aml.balance
                 FROM account_move move
                 JOIN account_move_line aml
                   ON aml.move_id = move.id AND aml.display_type = 'product'
                 %(contact)s ON contact.id = move.partner_id
                WHERE move.move_type = 'out_refund' AND move.state = 'posted'
                  AND %(company)s AND %(period)s AND %(customers)s
                  AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel link
                                   WHERE link.invoice_line_id = aml.id)""",
            day=day,
            contact=join_contacts(self.env, scope),
            company=of_company(SQL("move.company_id"), scope),
            period=within(self.env, day, activity),
            customers=of_customers(SQL("move.partner_id"), scope),
        )

    def tell_what(self, activity, names):
        return tell_goods(self.env, names)

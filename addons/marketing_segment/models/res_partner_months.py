from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from ..month_query import messages_by_month, revenue_by_month
from .res_partner import READERS

MONTHS = 12


class ResPartner(models.Model):
    """Twelve months of a customer in small bars: its revenue and its messages."""

    _inherit = "res.partner"

    marketing_revenue_months = fields.Json(
        "Revenue by Month", compute="_compute_marketing_revenue_months", groups=READERS
    )
    marketing_message_months = fields.Json(
        "Messages by Month", compute="_compute_marketing_message_months", groups=READERS
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_marketing_revenue_months(self):
        rows = self._read_months(revenue_by_month)
        currency = self.env.company.currency_id
        for partner in self:
            known = rows.get(partner._origin.commercial_partner_id.id, {})
            months = []
            for month in self._get_months():
                revenue, orders = known.get(month, (0, 0))
                amount = format_amount(self.env, revenue, currency)
                text = self.env._(
                    "%(amount)s, orders: %(orders)s", amount=amount, orders=orders
                )
                months.append(self._describe_month(month, text, [float(revenue)]))
            total = sum(revenue for revenue, _orders in known.values())
            partner.marketing_revenue_months = bool(known) and {
                "months": months,
                "series": [self.env._("Revenue")],
                "total": format_amount(self.env, total, currency),
            }

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_marketing_message_months(self):
        rows = self._read_months(messages_by_month)
        for partner in self:
            known = rows.get(partner._origin.commercial_partner_id.id, {})
            months = []
            for month in self._get_months():
                delivered, opened, clicked = known.get(month, (0, 0, 0))
                text = self.env._(
                    "delivered: %(delivered)s, opened: %(opened)s, clicked: "
                    "%(clicked)s",
                    delivered=delivered,
                    opened=opened,
                    clicked=clicked,
                )
                values = [delivered, opened, clicked]
                months.append(self._describe_month(month, text, values))
            partner.marketing_message_months = bool(known) and {
                "months": months,
                "series": [
                    self.env._("Delivered"),
                    self.env._("Opened"),
                    self.env._("Clicked"),
                ],
            }

    def _read_months(self, get_query):
        """Return {customer id: {month: figures}} of the current company."""
        customers = self._origin.commercial_partner_id
        if not customers:
            return {}
        self.env.flush_all()
        since = self._get_months()[0]
        rows = self.env.execute_query(get_query(self.env.company, customers.ids, since))
        found = {}
        for customer_id, month, *figures in rows:
            found.setdefault(customer_id, {})[month] = figures
        return found

    @api.model
    def _get_months(self):
        """Return the first days of the last twelve months, this one included."""
        month = fields.Date.today().replace(day=1)
        return [month - relativedelta(months=back) for back in range(MONTHS)][::-1]

    def _describe_month(self, month, text, values):
        return {
            "label": format_date(self.env, month, date_format="MMM"),
            "text": f"{format_date(self.env, month, date_format='MMMM y')}: {text}",
            "values": values,
        }

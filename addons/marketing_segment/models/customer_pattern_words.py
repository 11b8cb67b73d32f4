from odoo import api, fields, models
from odoo.tools import format_amount


class CustomerPattern(models.Model):
    """Why a customer carries a pattern, in words."""

    _inherit = "customer.pattern"

    explanation = fields.Char("Why", compute="_compute_explanation")

    @api.depends("figure", "support", "threshold", "category_id")
    @api.depends_context("lang")
    def _compute_explanation(self):
        windows = self._get_windows()
        for row in self:
            row.explanation = row._explain(windows.get(row.company_id.id, 0))

    def _get_windows(self):
        """Return {company id: days looked at}."""
        thresholds = self.env["customer.pattern.threshold"]
        found = thresholds.search([("company_id", "in", self.company_id.ids)])
        return {row.company_id.id: row.window_days for row in found}

    def _explain(self, days):
        tellers = {
            "HIGH_SPENDER": self._explain_high_spender,
            "FREQUENT_SHOPPER": self._explain_frequent,
            "WEEKEND_SHOPPER": self._explain_weekend,
            "CATEGORY_FOCUSED": self._explain_category,
            "LOCATION_CLUSTERED": self._explain_location,
            "NEW_SHOPPER": self._explain_new,
            "INACTIVE": self._explain_inactive,
            "SEASONAL_SPENDER": self._explain_seasonal,
        }
        return tellers[self.pattern](days)

    def _explain_high_spender(self, days):
        return self.env._(
            "%(amount)s in %(days)s days, more than %(share)s of the other buyers "
            "(from %(limit)s on)",
            amount=format_amount(self.env, self.support, self.currency_id),
            days=days,
            share=self._tell_share(self.figure),
            limit=self._tell_share(self.threshold),
        )

    def _explain_frequent(self, days):
        return self.env._(
            "%(orders)s orders in %(days)s days, %(rate)s a week (from %(limit)s on)",
            orders=round(self.support),
            days=days,
            rate=self._tell_number(self.figure),
            limit=self._tell_number(self.threshold),
        )

    def _explain_weekend(self, days):
        return self.env._(
            "%(share)s of %(orders)s orders in %(days)s days at weekends (from "
            "%(limit)s on)",
            share=self._tell_share(self.figure),
            orders=round(self.support),
            days=days,
            limit=self._tell_share(self.threshold),
        )

    def _explain_category(self, days):
        return self.env._(
            "%(share)s of the revenue of %(lines)s order lines in %(days)s days in "
            "“%(category)s” (from %(limit)s on)",
            share=self._tell_share(self.figure),
            lines=round(self.support),
            days=days,
            category=self.category_id.display_name or self.env._("one category"),
            limit=self._tell_share(self.threshold),
        )

    def _explain_location(self, days):
        values = {"orders": round(self.support), "days": days}
        if round(self.figure) == 1:
            return self.env._(
                "all %(orders)s orders in %(days)s days at one place",
                **values,
            )
        return self.env._(
            "%(orders)s orders in %(days)s days at %(places)s places",
            places=round(self.figure),
            **values,
        )

    def _explain_new(self, _days):
        return self.env._(
            "first order %(days)s days ago (less than %(limit)s)",
            days=self._count_days(self.profile_id.first_order_date),
            limit=round(self.threshold),
        )

    def _explain_inactive(self, _days):
        return self.env._(
            "last order %(days)s days ago (more than %(limit)s)",
            days=self._count_days(self.profile_id.last_order_date),
            limit=round(self.threshold),
        )

    def _explain_seasonal(self, _days):
        return self.env._(
            "%(orders)s orders in twelve months, the best month %(ratio)s times the "
            "average one (from %(limit)s on)",
            orders=round(self.support),
            ratio=self._tell_number(self.figure),
            limit=self._tell_number(self.threshold),
        )

    @api.model
    def _count_days(self, moment):
        today = fields.Date.today()
        return (today - moment.date()).days if moment else self.env._("some")

    @api.model
    def _tell_share(self, share):
        return self.env["customer.pattern.threshold"]._tell_share(share)

    @api.model
    def _tell_number(self, value):
        return self.env["customer.pattern.threshold"]._tell_number(value)

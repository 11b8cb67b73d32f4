from odoo import models
from odoo.tools import formatLang


class CustomerPatternThreshold(models.Model):
    """The rules of the patterns in words, with the thresholds of the company."""

    _inherit = "customer.pattern.threshold"

    def _tell_rule(self, key):
        """Return who carries the pattern `key`, as one sentence."""
        return {
            "HIGH_SPENDER": self._tell_high_spender,
            "FREQUENT_SHOPPER": self._tell_frequent,
            "WEEKEND_SHOPPER": self._tell_weekend,
            "CATEGORY_FOCUSED": self._tell_category,
            "LOCATION_CLUSTERED": self._tell_location,
            "NEW_SHOPPER": self._tell_new,
            "INACTIVE": self._tell_inactive,
            "SEASONAL_SPENDER": self._tell_seasonal,
        }[key]()

    def _tell_high_spender(self):
        return self.env._(
            "Spent more in %(days)s days than %(share)s of the other buyers.",
            days=self.window_days,
            share=self._tell_share(self.high_spender_rank),
        )

    def _tell_frequent(self):
        return self.env._(
            "At least %(rate)s orders a week over %(days)s days, in %(weeks)s weeks or "
            "more.",
            rate=self._tell_number(self.frequent_per_week),
            days=self.window_days,
            weeks=self.frequent_active_weeks,
        )

    def _tell_weekend(self):
        return self.env._(
            "At least %(share)s of %(orders)s or more orders in %(days)s days at "
            "weekends.",
            share=self._tell_share(self.weekend_share),
            orders=self.min_orders,
            days=self.window_days,
        )

    def _tell_category(self):
        return self.env._(
            "At least %(share)s of the revenue of %(lines)s or more order lines in "
            "%(days)s days in one category.",
            share=self._tell_share(self.category_share),
            lines=self.min_orders,
            days=self.window_days,
        )

    def _tell_location(self):
        return self.env._(
            "%(orders)s or more orders in %(days)s days, at %(places)s places at most.",
            orders=self.min_orders,
            days=self.window_days,
            places=self.max_locations,
        )

    def _tell_new(self):
        return self.env._("First order less than %s days ago.", self.new_days)

    def _tell_inactive(self):
        return self.env._("Last order more than %s days ago.", self.inactive_days)

    def _tell_seasonal(self):
        return self.env._(
            "A best month of at least %(ratio)s times the average one, with %(orders)s "
            "or more orders in twelve months.",
            ratio=self._tell_number(self.seasonal_ratio),
            orders=self.min_orders,
        )

    def _tell_share(self, share):
        return f"{self._tell_number(100 * share)} %"

    def _tell_number(self, value):
        """Return a number as people write it: 2 and 2.5, not 2.0."""
        value = round(value, 1)
        return formatLang(self.env, value, digits=0 if value.is_integer() else 1)

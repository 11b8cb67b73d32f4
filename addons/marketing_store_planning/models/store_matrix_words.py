from odoo import api, models
from odoo.tools import format_amount


class StoreMatrixWords(models.AbstractModel):
    """Reasons of a recommendation in sentences, in the reader's language."""

    _name = "store.matrix.words"
    _description = "Words of the Matrix"

    def _describe_all(self, reasons):
        """Return the sentences of stored reasons."""
        texts = (self._describe_code(reason) for reason in reasons or [])
        return [text for text in texts if text]

    @api.model
    def _describe_code(self, reason):
        if isinstance(reason, str):
            return reason
        code = str(reason.get("code", ""))
        if code.startswith("risk_"):
            return self._get_risk_texts().get(code, "")
        describe = {
            "store": self._describe_store,
            "new": self._describe_new,
            "pair": self._describe_pair,
            "untried": self._describe_untried,
            "expected": self._describe_expected,
            "money": self._describe_money,
            "nothing": self._describe_nothing,
            "planners": self._describe_planners,
        }.get(code)
        return describe(reason) if describe else reason.get("text", "")

    def _describe_store(self, reason):
        return self.env._(
            "Past drops of this store: %(drops)s, with %(conversions)s conversions of "
            "%(pieces)s pieces (%(rate)s); its market has %(market)s.",
            drops=reason["drops"],
            conversions=_number(reason["conversions"]),
            pieces=_number(reason["pieces"]),
            rate=_rate(reason["conversions"] / max(reason["pieces"], 1)),
            market=_rate(reason["market_rate"]),
        )

    def _describe_new(self, reason):
        return self.env._(
            "No past drop of this store: it is expected to be like others of its "
            "market, type and region (%(rate)s).",
            rate=_rate(reason["market_rate"]),
        )

    def _describe_pair(self, reason):
        return self.env._(
            "Past drops of this creative here: %(drops)s, with %(conversions)s "
            "conversions of %(pieces)s pieces (%(rate)s).",
            drops=reason["drops"],
            conversions=_number(reason["conversions"]),
            pieces=_number(reason["pieces"]),
            rate=_rate(reason["conversions"] / max(reason["pieces"], 1)),
        )

    def _describe_untried(self, _reason):
        return self.env._(
            "The creative was not sent here yet: other stores of the market, region "
            "and type tell what to expect."
        )

    def _describe_expected(self, reason):
        return self.env._(
            "Expected are %(rate)s; four of five such drops end between %(low)s and "
            "%(high)s.",
            rate=_rate(reason["rate"]),
            low=_rate(reason["low"]),
            high=_rate(reason["high"]),
        )

    def _describe_money(self, reason):
        text = self.env._(
            "A conversion brings %(value)s, %(margin)s of it is margin: %(quantity)s "
            "pieces earn %(earned)s and cost %(cost)s.",
            value=self._money(reason["value"]),
            margin=_rate(reason["margin"], 0),
            quantity=_number(reason["quantity"]),
            earned=self._money(reason["earned"]),
            cost=self._money(reason["cost"]),
        )
        if reason["quantity"] >= reason["most"]:
            more = self.env._(
                "No more pieces fit: households or the largest past drop."
            )
            text = f"{text} {more}"
        return text

    def _describe_nothing(self, reason):
        return self.env._(
            "Nothing is sent: at %(value)s a conversion and %(margin)s margin the next "
            "piece earns less than it costs, or than it does elsewhere in the budget.",
            value=self._money(reason["value"]),
            margin=_rate(reason["margin"], 0),
        )

    def _describe_planners(self, reason):
        figures = {
            "creative": reason["creative"],
            "region": reason["region"] or self.env._("stores without a region"),
            "count": reason["count"],
            "wins": reason["wins"],
            "change": f"{100 * reason['change']:+.1f} %",
        }
        if reason["count"] == 1:
            return self.env._(
                "Planners preferred “%(creative)s” in %(region)s once, it won "
                "%(wins)s: %(change)s for it here.",
                **figures,
            )
        return self.env._(
            "Planners preferred “%(creative)s” in %(region)s %(count)s times, it won "
            "%(wins)s: %(change)s for it here.",
            **figures,
        )

    @api.model
    def _get_risk_texts(self):
        return {
            "risk_new_store": self.env._("Risk: new store, no past drop."),
            "risk_little_data": self.env._(
                "Risk: little data, fewer than 3 drops and 2,000 pieces."
            ),
            "risk_recent_decline": self.env._(
                "Risk: in the last 13 weeks the store did worse than expected."
            ),
            "risk_creative_fatigue": self.env._(
                "Risk: in the last 13 weeks the creative did worse than expected in "
                "this market."
            ),
            "risk_seasonal_mismatch": self.env._(
                "Risk: the creative does worse than usual in these months."
            ),
        }

    def _money(self, amount):
        company = self[:1].company_id or self.env.company
        return format_amount(self.env, amount, company.currency_id)


def _number(value):
    return f"{value:,.0f}"


def _rate(value, digits=1):
    return f"{100 * value:.{digits}f} %"

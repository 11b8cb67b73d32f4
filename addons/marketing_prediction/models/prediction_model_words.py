from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

_NEEDED = {
    "customers": _lt(
        "%(there)s of %(needed)s customers with a purchase before the test"
    ),
    "repeated": _lt("%(there)s of %(needed)s customers who bought on two days or more"),
    "came_back": _lt("%(there)s of %(needed)s customers who came back during the test"),
    "days": _lt("%(there)s of %(needed)s days since the first order"),
    "lost": _lt("%(there)s of %(needed)s customers who stayed away"),
    "stayed": _lt("%(there)s of %(needed)s customers who bought again in time"),
    "written": _lt("%(there)s of %(needed)s customers with a message in 90 days"),
    "clicked": _lt("%(there)s of %(needed)s customers who clicked within a month"),
    "silent": _lt("%(there)s of %(needed)s customers who did not click"),
    "clicked_late": _lt("%(there)s of %(needed)s customers who clicked of late"),
    "different": _lt("customers do not differ in what they buy"),
}
_PURPOSE = {
    "lifetime_value": _lt(
        "How often each customer will buy, for how much margin, in the next 12 months "
        "and after, and whether it is still a customer at all."
    ),
    "engagement": _lt(
        "How likely each customer clicks in a message within 30 days, as a score from "
        "0 to 100."
    ),
    "contact": _lt(
        "At which hour, how often and through which channel to write to each customer, "
        "and how likely a message brings a complaint or an unsubscription."
    ),
    "churn": _lt(
        "How likely each customer buys nothing for longer than is usual for it: longer "
        "than nine of ten of its own gaps, 30 to 365 days."
    ),
    "churn_month": _lt(
        "How likely each customer buys nothing within the next 30 days, whatever is "
        "usual for it."
    ),
}
_METHOD = {
    "lifetime_value": _lt(
        "Purchases by BG/NBD, their value by Gamma-Gamma, both fitted by maximum "
        "likelihood on days with an order. Five years are looked at, later ones "
        "discounted."
    ),
    "engagement": _lt(
        "Logistic regression on clicks, messages and orders, what was 30 days ago "
        "weighing half; calibrated on half of the customers a month ago, judged on the "
        "other half. Opens do not count: machines open."
    ),
    "contact": _lt(
        "Counts of each customer drawn towards everybody's, the more the fewer there "
        "are (empirical Bayes). The hour is that of sending, of messages clicked "
        "within a day, on the clock of the customer; it is named only where own hours "
        "foretold later clicks better than everybody's."
    ),
    "churn": _lt(
        "Logistic regression on the customer's own rhythm as it was known on a day, "
        "calibrated on half of the customers of a later day, judged on the other half."
    ),
    "churn_month": _lt(
        "Logistic regression on the customer's own rhythm as it was known 60 days ago, "
        "calibrated on half of the customers of 30 days ago, judged on the other half."
    ),
}
_BASELINE = {
    "lifetime_value": _lt("everybody goes on buying at the rate and value so far"),
    "engagement": _lt("who clicked last clicks next"),
    "contact": _lt("everybody clicks as often as all do"),
    "churn": _lt("who has not bought for longest leaves first"),
    "churn_month": _lt("who has not bought for longest leaves first"),
}
_LIMITS = {
    "lifetime_value": _lt(
        "It knows orders only: no season, no price, no campaign. A customer who bought "
        "once is judged by what became of others. It is wrong where customers do not "
        "choose when to buy, such as subscriptions. Customers whose first order is of "
        "today are scored tomorrow. The interval is that of one customer: eight of ten "
        "customers end up within it."
    ),
    "engagement": _lt(
        "It holds as long as customers are written to as often as in the last months. "
        "Who was not written to for 90 days has no score. It says who clicks, not who "
        "buys because of a message."
    ),
    "contact": _lt(
        "It knows the hours, channels and paces that were tried, and no others. Who "
        "clicked in busy weeks may have clicked because of something else: it is what "
        "was tolerated, not what would be best. A customer with few messages is given "
        "what suits all."
    ),
    "churn": _lt(
        "It tells who stays away, not why, and not whom a mail would bring back. "
        "Customers silent for a year are not scored. In a young shop the longest "
        "silence that can be learned is a quarter of its age. The reasons are what "
        "the forecast rests on, not causes."
    ),
    "churn_month": _lt(
        "Where people buy rarely, 30 days without a purchase are usual and no sign of "
        "leaving: there the forecast by the own rhythm says more. It tells who stays "
        "away, not why, and not whom a mail would bring back. Customers silent for a "
        "year are not scored."
    ),
}


class PredictionModel(models.Model):
    """The model card in words: what for, on what, how good, and what it is not."""

    _inherit = "prediction.model"

    reason = fields.Text(compute="_compute_words")
    purpose = fields.Text("What It Predicts", compute="_compute_words")
    method = fields.Text(compute="_compute_words")
    limits = fields.Text(compute="_compute_words")
    data_text = fields.Text("Data", compute="_compute_words")

    @api.depends("verdict", "state", "gain", "gain_low", "needed", "metrics")
    @api.depends_context("lang")
    def _compute_words(self):
        for model in self:
            model.reason = model._explain_verdict()
            model.purpose = self.env._(_PURPOSE[model.kind])
            model.method = self.env._(_METHOD[model.kind])
            model.limits = self.env._(_LIMITS[model.kind])
            model.data_text = model._explain_data()

    def _explain_verdict(self):
        """Say in one sentence or two why this version is used, or why not."""
        if self.verdict == "not_enough":
            lacking = "; ".join(
                self._name_needed(name, *counts)
                for name, counts in (self.needed or {}).items()
            )
            return self.env._(
                "There is not enough data yet, so nothing is predicted: %(lacking)s.",
                lacking=lacking,
            )
        values = {
            "baseline": self.env._(_BASELINE[self.kind]),
            "gain": self._format_gain(self.gain),
            "low": self._format_gain(self.gain_low),
        }
        if self.verdict == "better":
            return self.env._(
                "On days that it had not seen it was closer than the naive guess "
                "(%(baseline)s) by %(gain)s, with 95 %% certainty by at least %(low)s.",
                **values,
            )
        return self.env._(
            "On days that it had not seen it was not surely better than the naive "
            "guess (%(baseline)s): by %(gain)s, but perhaps only by %(low)s. So it is "
            "not used.",
            **values,
        )

    def _name_needed(self, name, there, needed):
        sentence = self.env._(_NEEDED[name])
        return sentence % {"there": there, "needed": needed}

    def _format_gain(self, value):
        """Return the figure that decides: purchases, or a share of pairs."""
        if self.kind == "lifetime_value":
            return self.env._(
                "%(purchases)s purchases a customer", purchases=f"{value:.3f}"
            )
        if self.kind == "contact":
            return self.env._(
                "%(value)s of log-likelihood a customer", value=f"{value:.3f}"
            )
        return self.env._("%(points)s points of AUC", points=f"{100 * value:.1f}")

    def _explain_data(self):
        if not self.trained_from:
            return self.env._("%(count)s customers.", count=self.customer_count)
        return self.env._(
            "Orders of %(count)s customers from %(start)s to %(end)s. Judged by "
            "fitting it on the orders before %(cut)s and forecasting the days since.",
            count=self.customer_count,
            start=format_date(self.env, self.trained_from),
            end=format_date(self.env, self.tested_until),
            cut=format_date(self.env, self.tested_from),
        )

from odoo import api, fields, models
from odoo.tools import format_amount
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

#: Feature -> what is said of a customer; the figure is the one a reader understands.
_DRIVERS = {
    "recency": _lt("last purchase %(fact)s days ago"),
    "overdue": _lt("silent for %(fact)s %% of the usual time between purchases"),
    "window": _lt("up to %(fact)s days between purchases are usual"),
    "purchases": _lt("%(fact)s purchases so far"),
    "tenure": _lt("customer for %(fact)s days"),
    "value": _lt("a usual purchase of %(fact)s"),
    "trend": _lt("%(fact)s spent in the last 90 days compared with the 90 before"),
    "single": _lt("days with a purchase: %(fact)s"),
    "clicks": _lt("%(fact)s clicks in mails of the last 90 days"),
}
_MONEY = {"value", "trend"}


class CustomerProfile(models.Model):
    """How likely a customer stays away for longer than is usual for it."""

    _inherit = "customer.profile"

    churn_probability = fields.Float(
        "Churn Probability",
        readonly=True,
        aggregator="avg",
        help="Probability of no purchase within the days in “Churn After”. Empty for "
        "customers who have not bought for a year: they are gone, not about to go.",
    )
    churn_window = fields.Integer(
        "Churn After (Days)",
        readonly=True,
        aggregator="avg",
        help="Silence that counts as lost: longer than nine of ten of the customer's "
        "own gaps (of everybody's below four purchases), 30 to 365 days.",
    )
    churn_drivers = fields.Json(readonly=True)
    churn_model_id = fields.Many2one(
        "prediction.model", "Churn Model", readonly=True, ondelete="set null"
    )
    churn_scored_on = fields.Date("Churn as of", readonly=True)
    churn_explanation = fields.Text("Why", compute="_compute_churn_explanation")

    @api.model
    def _get_segment_paths(self):
        return super()._get_segment_paths() | {
            "churn_probability": "share",
            "churn_window": "integer",
        }

    @api.model
    def _get_segment_nouns(self):
        return super()._get_segment_nouns() | {
            "churn_probability": self.env._("churn probability"),
        }

    @api.depends("churn_probability", "churn_drivers", "churn_model_id")
    @api.depends_context("lang")
    def _compute_churn_explanation(self):
        for profile in self:
            profile.churn_explanation = (
                profile._explain_churn() if profile.churn_model_id else False
            )

    def _explain_churn(self):
        sentences = [
            self.env._(
                "Of 100 customers like this one, %(count)s buy nothing within the next "
                "%(days)s days, which would be unusually long.",
                count=f"{100 * self.churn_probability:.0f}",
                days=self.churn_window,
            ),
            *self._explain_drivers(self.churn_drivers),
            self._explain_origin(self.churn_scored_on, self.churn_model_id),
        ]
        return " ".join(sentences)

    def _explain_drivers(self, drivers):
        """Return what speaks for leaving and for staying, a sentence each."""
        sentences = []
        for sentence, sign in (
            (self.env._("Speaks for leaving: %(drivers)s."), 1),
            (self.env._("Speaks for staying: %(drivers)s."), -1),
        ):
            names = [
                self._name_driver(name, fact)
                for name, effect, fact in drivers or []
                if effect * sign > 0
            ]
            if names:
                sentences.append(sentence % {"drivers": "; ".join(names)})
        return sentences

    def _name_driver(self, name, fact):
        text = (
            format_amount(self.env, fact, self.currency_id)
            if name in _MONEY
            else f"{fact:.0f}"
        )
        if name == "trend" and fact > 0:
            text = f"+{text}"
        sentence = self.env._(_DRIVERS[name])
        return sentence % {"fact": text}

from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

_OUTCOME = {
    "won": _lt(
        "LightGBM was closer to the money of the %(days)s days of the test: its "
        "deviance was %(gain)s smaller, with 95 %% certainty by at least %(low)s. So "
        "it corrects what BG/NBD says of each customer."
    ),
    "lost": _lt(
        "LightGBM was tried and was not surely closer to the money of the %(days)s "
        "days of the test: its deviance was %(gain)s smaller, but perhaps only "
        "%(low)s. So BG/NBD stays."
    ),
    "absent": _lt(
        "LightGBM is not installed where models are fitted, so nobody challenged "
        "BG/NBD. How to install it: docs/operations.md, “The challenger”. %(reason)s"
    ),
    "not_enough": _lt(
        "LightGBM was not tried, there is not enough data for it yet: %(needed)s."
    ),
}


class PredictionModel(models.Model):
    """Who else was asked: another method, on the same days, for the same customers."""

    _inherit = "prediction.model"

    challenge = fields.Json(readonly=True)
    trees = fields.Json(readonly=True, prefetch=False)
    challenge_text = fields.Text("Challenger", compute="_compute_challenge")
    challenge_table = fields.Html(compute="_compute_challenge", sanitize=False)

    @api.depends("challenge")
    @api.depends_context("lang")
    def _compute_challenge(self):
        for model in self:
            model.challenge_text = model._explain_challenge()
            metrics = (model.challenge or {}).get("metrics")
            model.challenge_table = model._render_metrics(
                metrics or {}, "LightGBM", "BG/NBD"
            )

    def _explain_challenge(self):
        """Say who won and by how much, or why nobody was asked."""
        if not self.challenge:
            return False
        found = self.challenge
        needed = (
            self._name_needed(name, *counts) for name, counts in found["needed"].items()
        )
        sentence = self.env._(_OUTCOME[found["outcome"]])
        text = sentence % {
            "days": found["days"],
            "gain": f"{100 * (found['gain'] or 0):.1f} %",
            "low": f"{100 * (found['gain_low'] or 0):.1f} %",
            "reason": found["reason"],
            "needed": "; ".join(needed),
        }
        return text.strip()

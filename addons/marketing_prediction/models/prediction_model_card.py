import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_amount
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

MONEY, NUMBER, SHARE = "money", "number", "share"
#: Name of a metric -> (label, what is good about it, how it is written).
METRICS = {
    "root_error_purchases": (
        _lt("Root mean square error, purchases a customer"),
        _lt("Smaller is better; it decides"),
        NUMBER,
    ),
    "error_purchases": (
        _lt("Mean error, purchases a customer"),
        _lt("Smaller is better"),
        NUMBER,
    ),
    "error_value": (
        _lt("Mean error, money a customer"),
        _lt("Smaller is better"),
        MONEY,
    ),
    "loss_clicks": (
        _lt("Loss, clicks of the last month"),
        _lt("Minus log-likelihood a customer, smaller is better"),
        NUMBER,
    ),
    "loss_hours": (
        _lt("Loss, hours of the clicks"),
        _lt("Minus log-likelihood a customer, smaller is better"),
        NUMBER,
    ),
    "deviance": (
        _lt("Tweedie deviance of the money"),
        _lt("Smaller is better; it decides"),
        NUMBER,
    ),
    "gini": (
        _lt("Gini of the money"),
        _lt("1 is a perfect order, 0 is chance"),
        NUMBER,
    ),
    "spearman": (_lt("Rank correlation"), _lt("1 is a perfect order"), NUMBER),
    "auc": (
        _lt("AUC"),
        _lt("Share of pairs in the right order; half is chance"),
        NUMBER,
    ),
    "auc_cox": (
        _lt("AUC of Cox's model, for comparison"),
        _lt("Time to the next purchase by the same figures"),
        NUMBER,
    ),
    "brier": (_lt("Brier score"), _lt("Smaller is better"), NUMBER),
    "calibration_slope": (
        _lt("Slope of the calibration"),
        _lt("1 is perfect, less says too extreme"),
        NUMBER,
    ),
    "calibration_error": (
        _lt("Error of the calibration"),
        _lt("Mean gap of forecast and outcome in twentieths"),
        NUMBER,
    ),
    "total": (
        _lt("Forecast of all over what came"),
        _lt("100 % is perfect"),
        SHARE,
    ),
}
_CELL = Markup("<td class='text-end'>%s</td>")


class PredictionModel(models.Model):
    """The figures of the model card as tables that also read well on a phone."""

    _inherit = "prediction.model"

    metrics_table = fields.Html(compute="_compute_tables", sanitize=False)
    curve_table = fields.Html(compute="_compute_tables", sanitize=False)

    parameters_text = fields.Text(
        "Fitted Parameters", compute="_compute_parameters_text"
    )

    @api.depends("parameters")
    def _compute_parameters_text(self):
        for model in self:
            model.parameters_text = json.dumps(model.parameters or {}, indent=2)

    @api.depends("metrics", "curve")
    @api.depends_context("lang")
    def _compute_tables(self):
        for model in self:
            model.metrics_table = model._render_metrics(
                model.metrics or {}, self.env._("Model"), self.env._("Naive guess")
            )
            model.curve_table = model._render_curve()

    def _render_metrics(self, metrics, mine, other):
        """Return a table of figures of one method next to those of another."""
        rows = Markup("").join(
            self._render_metric(name, *metrics[name])
            for name in METRICS
            if name in metrics
        )
        heads = (
            ("", self.env._("Figure")),
            ("text-end", mine),
            ("text-end", other),
            ("", self.env._("How to read it")),
        )
        return rows and _table(heads, rows)

    def _render_metric(self, name, model, baseline):
        label, reading, kind = METRICS[name]
        texts = [
            "" if value is None else self._format_metric(value, kind)
            for value in (model, baseline)
        ]
        return Markup("<tr><th class='fw-normal'>%s</th>%s%s<td>%s</td></tr>") % (
            self.env._(label),
            _CELL % Markup("<strong>%s</strong>") % texts[0],
            _CELL % texts[1],
            self.env._(reading),
        )

    def _format_metric(self, value, kind):
        if kind == MONEY:
            return format_amount(self.env, value, self.currency_id)
        return f"{100 * value:.0f} %" if kind == SHARE else f"{value:.3f}"

    def _render_curve(self):
        """Return forecast and outcome of tenths of the customers, with bars."""
        if not self.curve:
            return False
        most = max(max(row[:2]) for row in self.curve) or 1
        rows = Markup("").join(
            self._render_tenth(number, *row, most)
            for number, row in enumerate(self.curve, 1)
        )
        heads = (
            ("", self.env._("Tenth")),
            ("text-end", self.env._("Forecast")),
            ("text-end", self.env._("Came")),
            ("w-50", self.env._("Forecast above, what came below")),
        )
        return _table(heads, rows)

    def _render_tenth(self, number, forecast, outcome, size, most):
        kind = MONEY if self.kind == "lifetime_value" else SHARE
        bars = Markup("").join(
            Markup(
                "<div class='%s rounded' style='height:.5rem;width:%s%%'></div>"
                "<div style='height:2px'></div>"
            )
            % (colour, f"{max(100 * value / most, 0.5):.1f}")
            for colour, value in (("bg-info", forecast), ("bg-success", outcome))
        )
        title = self.env._("%(count)s customers", count=size)
        return Markup(
            "<tr><th class='fw-normal' title='%s'>%s</th>%s%s<td class='align-middle'>"
            "%s</td></tr>"
        ) % (
            title,
            number,
            _CELL % self._format_metric(forecast, kind),
            _CELL % self._format_metric(outcome, kind),
            bars,
        )


def _table(heads, rows):
    head = Markup("").join(
        Markup("<th class='%s'>%s</th>") % (side, text) for side, text in heads
    )
    return Markup(
        "<table class='table table-sm mb-0'><thead><tr>%s</tr></thead>"
        "<tbody>%s</tbody></table>"
    ) % (head, rows)

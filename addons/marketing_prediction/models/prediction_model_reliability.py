from markupsafe import Markup

from odoo import api, fields, models

SIZE, EDGE = 260, 34
_LINE = Markup("<line x1='%s' y1='%s' x2='%s' y2='%s' stroke='%s' %s/>")
_TEXT = Markup("<text x='%s' y='%s' font-size='11' text-anchor='%s' %s>%s</text>")
_DOT = Markup(
    "<circle cx='%s' cy='%s' r='4' class='text-info'><title>%s</title></circle>"
)


class PredictionModel(models.Model):
    """The reliability curve: what was said against what came, tenth by tenth."""

    _inherit = "prediction.model"

    reliability_curve = fields.Html(compute="_compute_reliability", sanitize=False)

    @api.depends("curve", "metrics")
    @api.depends_context("lang")
    def _compute_reliability(self):
        for model in self:
            shown = model.curve and "auc" in (model.metrics or {})
            model.reliability_curve = shown and model._render_reliability()

    def _render_reliability(self):
        """Return a drawing of the tenths next to the line of a perfect forecast."""
        most = min(1.0, 1.1 * max(max(row[:2]) for row in self.curve)) or 1.0
        return Markup(
            "<svg viewBox='0 0 %s %s' role='img' aria-label='%s' fill='currentColor' "
            "style='width:100%%;max-width:24rem'>%s%s%s</svg>"
        ) % (
            SIZE + EDGE,
            SIZE + EDGE,
            self.env._("Reliability: what was said against what came"),
            _draw_frame(most),
            self._draw_tenths(most),
            self._draw_labels(),
        )

    def _draw_tenths(self, most):
        points = [
            (_across(forecast, most), _up(outcome, most))
            for forecast, outcome, _size in self.curve
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dots = Markup("").join(
            _DOT % (f"{x:.1f}", f"{y:.1f}", self._name_tenth(*row))
            for (x, y), row in zip(points, self.curve, strict=True)
        )
        return Markup(
            "<g class='text-info'><polyline points='%s' fill='none' "
            "stroke='currentColor' stroke-width='2'/>%s</g>"
        ) % (line, dots)

    def _name_tenth(self, forecast, outcome, size):
        return self.env._(
            "%(count)s customers: said %(forecast)s, came %(outcome)s",
            count=size,
            forecast=f"{100 * forecast:.1f} %",
            outcome=f"{100 * outcome:.1f} %",
        )

    def _draw_labels(self):
        middle, rest = EDGE + SIZE / 2, ""
        turned = Markup("transform='rotate(-90 10 %s)'") % (SIZE / 2)
        return _TEXT % (
            middle,
            SIZE + EDGE - 3,
            "middle",
            rest,
            self.env._("Forecast"),
        ) + _TEXT % (10, SIZE / 2, "middle", turned, self.env._("Came"))


def _across(share, most):
    return EDGE + SIZE * share / most - 6 * share / most


def _up(share, most):
    return SIZE - (SIZE - 10) * share / most


def _draw_frame(most):
    """Return both axes with their ends, and the line of a perfect forecast."""
    left, right, floor, top = EDGE, _across(most, most), SIZE, _up(most, most)
    faint = Markup("stroke-opacity='.4'")
    dashed = Markup("stroke-dasharray='4 4' stroke-opacity='.6'")
    shape = _LINE % (left, floor, right, floor, "currentColor", faint)
    shape += _LINE % (left, floor, left, top, "currentColor", faint)
    shape += _LINE % (left, floor, right, top, "currentColor", dashed)
    end = f"{100 * most:.0f} %"
    shape += _TEXT % (left, floor + 14, "middle", "", "0")
    shape += _TEXT % (right, floor + 14, "end", "", end)
    return shape + _TEXT % (left - 4, top + 8, "end", "", end)

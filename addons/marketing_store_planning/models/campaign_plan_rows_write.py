from collections import Counter

from odoo import models

from ..plan_rows import CHANGED, NEW


class CampaignPlan(models.Model):
    """Write what rows of a file or a program say, once all of them are in order."""

    _inherit = "campaign.plan"

    def _tell_rows(self, verdicts):
        """One note on the plan, instead of one on each of a thousand lines."""
        counts = Counter(verdict.kind for verdict in verdicts)
        if counts[NEW] or counts[CHANGED]:
            self._message_log(
                body=self.env._(
                    "From a file or a program: %(changed)s lines changed, %(new)s new.",
                    changed=counts[CHANGED],
                    new=counts[NEW],
                )
            )

    def _write_verdicts(self, verdicts):
        lines = self.env["campaign.plan.line"].with_context(tracking_disable=True)
        alike = {}
        for verdict in verdicts:
            if verdict.kind == CHANGED:
                key = tuple(sorted(verdict.values.items()))
                alike[key] = alike.get(key, lines) | verdict.line
        # prices of runs, authors and versions once, not once a line
        with lines._work_out_once():
            lines.create([v.values for v in verdicts if v.kind == NEW])
            for values, changed in alike.items():
                changed.write(dict(values))

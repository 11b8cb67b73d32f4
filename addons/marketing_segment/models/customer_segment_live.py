from odoo import Command, api, fields, models
from odoo.fields import Domain

from ..segment_problem import RuleProblem
from ..segment_rules import check_domain, get_paths
from ..segment_tree import Condition
from ..segment_witness import Witness
from .customer_segment_statistics import RULE

TOLD = 100
PEOPLE = 5


class CustomerSegment(models.Model):
    """What the editor of a rule asks while somebody edits it."""

    _inherit = "customer.segment"

    live_problem = fields.Char(compute="_compute_live_problem")

    @api.depends(*sorted(RULE))
    @api.depends_context("uid", "su", "allowed_company_ids", "lang", "tz")
    def _compute_live_problem(self):
        """Say what is wrong with the rule on the screen, without counting."""
        for segment in self:
            try:
                if segment.company_id:
                    segment._get_bound_domain()
                segment.live_problem = False
            except RuleProblem as problem:
                segment.live_problem = problem.explain(self.env)

    @api.model
    def get_rule_fields(self):
        """Return what conditions can ask for, and how each of them is edited."""
        sources = self.env["customer.profile"]._get_activity_sources()
        return {
            "paths": get_paths(self.env),
            "activities": {
                path: self._describe_source(source(self.env))
                for path, source in sources.items()
            },
        }

    def _describe_source(self, source):
        labels = {
            "count": self.env._("How often"),
            "amount": self.env._("Amount spent"),
            "quantity": self.env._("Units"),
            "days_since_last": self.env._("Days since the last time"),
        }
        return {
            "start": source.start,
            "measures": [(name, labels[name]) for name in source.measures],
            "filters": [
                {
                    "name": name,
                    "label": one.label,
                    "model": one.model,
                    "choices": list((one.choices or {}).items()),
                    "is_single": one.is_single,
                    "default": list(one.default),
                }
                for name, one in source.get_filters().items()
            ],
        }

    @api.model
    def tell_conditions(self, conditions):
        """Return each (path, operator, value) as a clause; "" for unreadable ones."""
        witness = Witness(self.env)
        told = []
        for path, operator, value in conditions[:TOLD]:
            try:
                check_domain(self.env, Domain([(path, operator, value)]))
                told.append(witness.tell_part(Condition(path, operator, value)))
            except (RuleProblem, TypeError, ValueError):
                told.append("")
        return told

    # === FIGURES OF WHAT STANDS ON THE SCREEN === #

    @api.model
    def read_live_count(self, segment_id, values):
        """Count with the rule of a form, saved or not: the one number that is quick."""
        segment = self._get_shown(segment_id, values)
        try:
            return {"count": segment._count_live(), "problem": False}
        except RuleProblem as problem:
            return {"count": 0, "problem": problem.explain(self.env)}

    @api.model
    def read_live_details(self, segment_id, values):
        """Return who may be written to, and the best customers, of the same rule."""
        segment = self._get_shown(segment_id, values)
        try:
            reasons = segment._read_reasons(segment._select_members())
        except RuleProblem as problem:
            return {"problem": problem.explain(self.env)}
        labels = segment._get_reason_labels()
        best = segment._get_sample()[:PEOPLE]
        return {
            "problem": False,
            "base": segment._get_base_count(),
            "sendable": reasons.pop(None, 0),
            "refusals": [
                (labels.get(reason, reason), number)
                for reason, number in reasons.items()
            ],
            "people": [segment._describe(one) for one in best],
        }

    def _get_shown(self, segment_id, values):
        """Return the record of a form, with what was changed and not saved yet."""
        self.check_access("read")
        origin = self.browse(segment_id or ()).exists()
        origin.check_access("read")
        shown = {name: values[name] for name in RULE if name in values}
        for name in shown:
            if self._fields[name].type == "many2many":
                shown[name] = [Command.set(shown[name])]
        return self.new(shown, origin=origin)

    def _count_live(self):
        if not self.company_id:
            return 0
        if self.segment_type == "static":
            return len(self._get_static_query().get_result_ids())
        self.env.flush_all()
        return len(self._get_members_query())

    def _describe(self, profile):
        return {
            "id": profile.id,
            "name": profile.display_name,
            "figures": self.env._(
                "%(revenue)s in 365 days, last order %(days)s days ago",
                revenue=self._format_revenue(profile),
                days=profile.recency_days,
            ),
        }

    def _format_revenue(self, profile):
        return profile.currency_id.format(profile.monetary)

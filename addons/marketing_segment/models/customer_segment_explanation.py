from odoo import api, fields, models

from ..segment_rules import RuleProblem
from ..segment_sentence import Narrator
from ..segment_tree import read_tree
from .customer_segment import PATTERN_FIELDS, SCORE_FIELDS


class CustomerSegment(models.Model):
    """What a segment means, in words."""

    _inherit = "customer.segment"

    explanation = fields.Text(
        "In Words",
        compute="_compute_explanation",
        help="What the conditions mean. Unknown values never meet a condition, so they "
        "are always on the other side of a NOT.",
    )

    @api.depends("segment_type", "filter_domain", "rfm_segment_ids", *SCORE_FIELDS)
    @api.depends(*PATTERN_FIELDS)
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_explanation(self):
        for segment in self:
            segment.explanation = segment._explain()

    def _explain(self):
        """Return the sentence of this segment; an unreadable rule has none."""
        if self.segment_type == "static":
            return self.env._("Customers who were chosen: a fixed list.")
        if self.segment_type == "rfm":
            return self._explain_rfm()
        if self.segment_type == "behavioural":
            return self._explain_patterns()
        try:
            tree = self._get_tree()
        except RuleProblem:
            return False
        env = self.with_company(self.company_id).env if self.company_id else self.env
        return Narrator(env).tell(tree)

    def _get_tree(self):
        """Return the rule as a tree.

        :raises RuleProblem: when it is not on the allow-list
        """
        domain = self._get_rule_domain()
        if self.segment_type == "dynamic":
            return read_tree(self._read_domain(self.filter_domain))
        return read_tree(list(domain))

    def _explain_rfm(self):
        join = Narrator.join
        parts = []
        if tags := self.rfm_segment_ids:
            names = [f"“{name}”" for name in tags.mapped("name")]
            parts.append(
                self.env._("in the RFM segment %s", join(names, self.env._("or")))
            )
        parts += self._explain_scores()
        if not parts:
            return self.env._("Nobody: choose RFM segments or scores.")
        return self.env._("Customers %s.", join(parts, self.env._("and")))

    def _explain_scores(self):
        """Return a phrase for each score that is limited."""
        labels = {
            "recency": self.env._("recency"),
            "frequency": self.env._("frequency"),
            "monetary": self.env._("monetary value"),
        }
        phrases = []
        for name, low, high in self._get_limited_scores():
            score = self.env._("%(low)s to %(high)s", low=low, high=high)
            phrases.append(
                self.env._(
                    "with a score of %(score)s for %(label)s",
                    score=str(low) if low == high else score,
                    label=labels[name],
                )
            )
        return phrases

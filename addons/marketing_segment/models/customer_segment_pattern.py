from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import float_compare

from ..segment_sentence import Narrator

# Scores are stored with three decimals.
DIGITS = 3


class CustomerSegment(models.Model):
    """Customers by the behavioural patterns that they carry."""

    _inherit = "customer.segment"

    pattern_type_ids = fields.Many2many("customer.pattern.type", string="Patterns")
    pattern_match = fields.Selection(
        [("any", "At least one of them"), ("all", "All of them")],
        "Customers Carry",
        required=True,
        default="any",
    )
    pattern_min_score = fields.Float(
        "Score From",
        help="How sure a pattern has to be. 0 % takes everybody who carries it.",
    )
    pattern_primary_only = fields.Boolean(
        "Main Pattern Only",
        help="Only customers who are described best by one of these patterns.",
    )

    _pattern_score_range = models.Constraint(
        "CHECK (0 <= pattern_min_score AND pattern_min_score <= 1)",
        "The score of a pattern is between 0 % and 100 %.",
    )

    @api.constrains("pattern_type_ids", "pattern_match", "pattern_primary_only")
    def _check_one_primary(self):
        for segment in self:
            wants_all = segment.pattern_primary_only and segment.pattern_match == "all"
            if wants_all and len(segment.pattern_type_ids) > 1:
                raise ValidationError(
                    self.env._(
                        "A customer has one main pattern, so nobody has all of "
                        "several: choose “At least one of them”."
                    )
                )

    def _get_pattern_domain(self):
        """Who carries the chosen patterns; nothing chosen is nobody."""
        conditions = self._get_pattern_conditions()
        if self.pattern_match == "all" and conditions:
            return Domain.AND(conditions.values())
        return Domain.OR(conditions.values())

    def _get_pattern_conditions(self):
        """Return {pattern: domain of the profiles that carry it}."""
        carried = Domain.TRUE
        if float_compare(self.pattern_min_score, 0, precision_digits=DIGITS) > 0:
            carried &= Domain("score", ">=", round(self.pattern_min_score, DIGITS))
        if self.pattern_primary_only:
            carried &= Domain("is_primary", "=", True)
        return {
            pattern: Domain(
                "pattern_ids", "any", Domain("pattern", "=", pattern.key) & carried
            )
            for pattern in self.pattern_type_ids
        }

    def _explain_patterns(self):
        names = [f"“{name}”" for name in self.pattern_type_ids.mapped("name")]
        if not names:
            return self.env._("Nobody: choose patterns.")
        is_all = self.pattern_match == "all"
        word = self.env._("and") if is_all else self.env._("or")
        values = {"patterns": Narrator.join(names, word), "score": self._tell_score()}
        if self.pattern_primary_only and self.pattern_min_score:
            return self.env._(
                "Customers whose main pattern is %(patterns)s, with a score of at "
                "least %(score)s.",
                **values,
            )
        if self.pattern_primary_only:
            return self.env._("Customers whose main pattern is %(patterns)s.", **values)
        if self.pattern_min_score:
            return self.env._(
                "Customers who carry the pattern %(patterns)s with a score of at least "
                "%(score)s.",
                **values,
            )
        return self.env._("Customers who carry the pattern %(patterns)s.", **values)

    def _tell_score(self):
        return self.env["customer.pattern"]._tell_share(self.pattern_min_score)

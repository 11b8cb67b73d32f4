from functools import partial

from odoo import models
from odoo.fields import Domain

from ..segment_answer import Fact, lay_out
from ..segment_tree import Group


class CustomerSegment(models.Model):
    """Why a customer is in a segment of patterns: pattern by pattern."""

    _inherit = "customer.segment"

    def _judge_by_rule(self, customers):
        if self.segment_type != "behavioural":
            return super()._judge_by_rule(customers)
        profiles = self._get_profiles(customers)
        by_customer = {profile.partner_id.id: profile.id for profile in profiles}
        carriers = self._find_carriers(profiles)
        verdicts = {}
        for customer in customers:
            own = by_customer.get(customer.id)
            facts = (Fact("bought", bool(own)), Fact("active", customer.active))
            patterns = tuple(
                Fact(_get_key(pattern), own in ids) for pattern, ids in carriers.items()
            )
            rule = patterns[0] if len(patterns) == 1 else None
            rule = rule or Group(self.pattern_match if patterns else "any", patterns)
            parts = (*facts, rule) if own else facts
            lines = lay_out(Group("all", parts), lambda fact: fact.answer)
            verdicts[customer.id] = list(lines)
        return verdicts

    def _find_carriers(self, profiles):
        """Return {pattern: ids of the profiles that carry it as this segment asks}."""
        model = self.env["customer.profile"]
        among = Domain("id", "in", profiles.ids)
        return {
            pattern: set(model.search(among & condition).ids)
            for pattern, condition in self._get_pattern_conditions().items()
        }

    def _get_pattern_tellers(self):
        """Return {key of a fact: what tells it of a customer}."""
        return {
            _get_key(pattern): partial(self._tell_pattern, pattern)
            for pattern in self.pattern_type_ids
        }

    def _tell_pattern(self, pattern, customer):
        values = {"pattern": pattern.name, "score": self._tell_score()}
        if self.pattern_primary_only:
            text = self.env._("whose main pattern is “%(pattern)s”", **values)
        else:
            text = self.env._("who carry the pattern “%(pattern)s”", **values)
        if self.pattern_min_score:
            text = self.env._(
                "%(text)s with a score of at least %(score)s", text=text, **values
            )
        return text, self._tell_carried(pattern, customer)

    def _tell_carried(self, pattern, customer):
        """Return why the customer carries a pattern, and how sure that is."""
        rows = self.env["customer.pattern"]
        row = rows.search(
            [
                ("partner_id", "=", customer.id),
                ("company_id", "=", self.company_id.id),
                ("pattern", "=", pattern.key),
            ]
        )
        if not row:
            return self.env._("not carried")
        values = {"why": row.explanation, "score": rows._tell_share(row.score)}
        if row.is_primary:
            return self.env._("%(why)s; score %(score)s, main pattern", **values)
        return self.env._("%(why)s; score %(score)s", **values)


def _get_key(pattern):
    return f"pattern:{pattern.key}"

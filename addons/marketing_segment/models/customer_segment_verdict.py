from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..segment_answer import Fact, lay_out
from ..segment_rules import get_kind
from ..segment_tree import Condition, Group, iter_conditions


class CustomerSegment(models.Model):
    """Whether single customers are in a segment, condition by condition."""

    _inherit = "customer.segment"

    def _judge_customers(self, customers):
        """Return {customer id: lines}; the first line answers "is it a member?".

        The answer is that of `_select_members` for the user of this environment.

        :raises RuleProblem: when the rule is not on the allow-list
        """
        self.ensure_one()
        self.check_access("read")
        customers.check_access("read")
        if self.segment_type == "static":
            return self._judge_by_list(customers)
        return self._judge_by_rule(customers)

    def _judge_by_list(self, customers):
        memberships = self.env["segment.membership"].search(
            self._get_current_domain() & Domain("partner_id", "in", customers.ids)
        )
        listed = set(memberships.partner_id.ids)
        verdicts = {}
        for customer in customers:
            company = customer.company_id
            facts = (
                Fact("listed", customer.id in listed),
                Fact("active", customer.active),
                Fact("company", not company or company == self.company_id),
            )
            verdicts[customer.id] = list(lay_out(Group("all", facts), _answer_fact))
        return verdicts

    def _judge_by_rule(self, customers):
        """Judge by the rule; whoever never bought has no values to compare."""
        tree = self._get_tree()
        profiles = self._get_profiles(customers)
        met = self._find_met(profiles, iter_conditions(tree))
        by_customer = {profile.partner_id.id: profile.id for profile in profiles}
        verdicts = {}
        for customer in customers:
            own = by_customer.get(customer.id)
            facts = (Fact("bought", bool(own)), Fact("active", customer.active))
            parts = facts + (_get_parts(tree) if own else ())
            verdicts[customer.id] = list(
                lay_out(
                    Group("all", parts),
                    lambda leaf, own=own: (
                        own in met[repr(leaf)]
                        if isinstance(leaf, Condition)
                        else _answer_fact(leaf)
                    ),
                )
            )
        return verdicts

    def _get_profiles(self, customers):
        """Return the profiles of customers in the company of this segment."""
        return self.env["customer.profile"].search(
            [
                ("partner_id", "in", customers.ids),
                ("company_id", "=", self.company_id.id),
            ]
        )

    def _find_met(self, profiles, conditions):
        """Return {condition as text: ids of the profiles that meet it}.

        PostgreSQL compares, as it does for the members: one statement for all.
        """
        by_text = {repr(condition): condition for condition in conditions}
        met = {text: set() for text in by_text}
        if not (profiles and met):
            return met
        self.env.flush_all()
        candidates = profiles.with_context(active_test=False)
        columns = [
            SQL(
                "given.id IN %s",
                candidates._search(self._bind(condition, profiles)).subselect(),
            )
            for condition in by_text.values()
        ]
        rows = self.env.execute_query(
            SQL(
                "SELECT given.id, %s FROM unnest(%s::int[]) given(id)",
                SQL(", ").join(columns),
                profiles.ids,
            )
        )
        for profile_id, *answers in rows:
            for ids, is_met in zip(met.values(), answers, strict=True):
                if is_met:
                    ids.add(profile_id)
        return met

    def _bind(self, condition, profiles):
        """Return the condition as a domain that looks at these profiles only."""
        domain = Domain("id", "in", profiles.ids) & Domain(condition.to_domain())
        if get_kind(self.env, condition.path) not in ("activity", "segment"):
            return domain
        return profiles._bind_rule(domain, self.company_id, profiles.partner_id.ids)


def _answer_fact(fact):
    return fact.answer


def _get_parts(tree):
    """Return what stands at the top of a rule; "everybody" adds nothing."""
    if isinstance(tree, Condition):
        return (tree,)
    if tree.logic == "all" or (tree.logic == "none" and not tree.parts):
        return tree.parts
    return (tree,)

from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..segment_compiler import join_contact
from ..segment_graph import MAX_INCLUDED, count_included, find_cycle
from ..segment_problem import RuleProblem
from ..segment_values import is_many

_EDGES = """
    WITH RECURSIVE edge AS (
        SELECT segment_id, included_id FROM customer_segment_inclusion
         WHERE segment_id = ANY(%(ids)s)
         UNION
        SELECT next.segment_id, next.included_id
          FROM edge JOIN customer_segment_inclusion next
            ON next.segment_id = edge.included_id
    )
    SELECT segment_id, array_agg(included_id ORDER BY included_id)
      FROM edge GROUP BY segment_id
"""


class CustomerSegment(models.Model):
    """Segments that depend on segments."""

    _inherit = "customer.segment"

    included_segment_ids = fields.Many2many(
        "customer.segment",
        "customer_segment_inclusion",
        "segment_id",
        "included_id",
        string="Depends On",
        compute="_compute_included_segment_ids",
        store=True,
        copy=False,
        help="The segments that the conditions of this one refer to.",
    )

    @api.depends("segment_type", "filter_domain")
    def _compute_included_segment_ids(self):
        for segment in self:
            ids = []
            if segment.segment_type == "dynamic":
                try:
                    ids = segment._get_included_ids(
                        segment._parse_domain(segment.filter_domain)
                    )
                except RuleProblem:
                    ids = []  # an unreadable rule is refused elsewhere
            # superuser: a foreign segment is refused by name, not by an access error
            segment.included_segment_ids = self.browse(ids).sudo().exists()

    @api.model
    def _get_included_ids(self, domain):
        """Return the ids of the segments to which a rule refers, each once."""
        ids = {}
        for condition in domain.iter_conditions():
            if condition.field_expr == "segment_ids":
                value = condition.value
                values = value if is_many(value) else [value]
                ids |= {item: True for item in values if type(item) is int and item > 0}
        return list(ids)

    @api.constrains("company_id")
    def _check_company_of_including(self):
        for segment in self:
            # superuser: the company of whatever refers to it decides, seen or not
            for other in segment._get_direct_including().sudo():
                if other.company_id != segment.company_id:
                    raise ValidationError(
                        self.env._(
                            "“%(segment)s” is used by a segment of another company "
                            "(“%(other)s”). Take it out of that one first.",
                            segment=segment.display_name,
                            other=other.display_name,
                        )
                    )

    def _check_inclusion(self, domain):
        """Refuse a rule that depends on itself, on too much, or on foreign segments.

        :raises RuleProblem: naming the chain, or the segment
        """
        ids = self._get_included_ids(domain)
        if not ids:
            return
        self.browse(ids)._check_included(self.company_id.id)
        own = self._origin.id or 0
        edges = self._get_inclusion_edges(ids) | {own: ids}
        if chain := find_cycle(edges, own):
            # superuser: the chain is within one company, whose segments the user sees
            names = self.browse(chain).sudo().mapped("display_name")
            told = " → ".join(f"“{name}”" for name in names)
            raise RuleProblem("cycle", chain=told)
        if count_included(edges, own) > MAX_INCLUDED:
            raise RuleProblem("chain", limit=MAX_INCLUDED)

    def _get_inclusion_edges(self, ids):
        """Return {id: ids that it refers to} of everything behind these segments."""
        self.flush_model(["included_segment_ids"])
        return dict(self.env.execute_query(SQL(_EDGES, ids=ids)))

    def _check_included(self, company_id):
        """Return these segments, all of them there and visible, of one company.

        Archived ones have members too: what refers to them goes on as before.

        :raises RuleProblem: naming the first that is not
        """
        visible = self.exists()._filtered_access("read")
        for segment in self:
            # a record of another company has no name for this user
            if segment not in visible or company_id not in (
                None,
                segment.company_id.id,
            ):
                raise RuleProblem("segment", id=segment.id)
        return self

    def _select_included(self, partner_ids):
        """Return SQL of the members, for the rule of another segment."""
        with self._naming_problems():
            return self._select_members(partner_ids)

    def _included_sql(self, profiles, alias, query, scope):
        """Return this rule as a condition on the row of another segment's rule.

        The other one is about the same company and says itself whose contact may be
        seen.
        """
        with self._naming_problems():
            rule = self._get_rule_domain()
            domain = profiles._bind_rule(rule, self.company_id, scope.partner_ids)
            if scope.partner_ids is not None:
                domain = join_contact(domain, profiles)
            return domain.optimize_full(profiles)._to_sql(profiles, alias, query)

    @contextmanager
    def _naming_problems(self):
        """Say of which segment a rule is that cannot be read."""
        try:
            yield
        except RuleProblem as problem:
            name = self.display_name
            raise RuleProblem("inner", segment=name, problem=problem) from problem

    def _get_all_included(self):
        """Return the segments on which this one depends, directly or not, by id."""
        edges = self._get_inclusion_edges(self.ids)
        return self.browse(sorted({item for ids in edges.values() for item in ids}))

    def _get_direct_including(self):
        """Return the segments whose rules name one of these, seen or not."""
        self.flush_model(["included_segment_ids"])
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT segment_id FROM customer_segment_inclusion
                    WHERE included_id = ANY(%s) AND segment_id <> included_id
                    ORDER BY segment_id""",
                self.ids,
            )
        )
        return self.browse(segment_id for (segment_id,) in rows)

    def _get_including(self):
        """Return all segments that depend on these, directly or not, and these."""
        found = todo = self
        while todo:
            todo = todo._get_direct_including() - found
            found |= todo
        return found

    def _get_usage(self):
        """Also segments that depend on this one."""
        # superuser: what the user may not see is used all the same
        return super()._get_usage() + [
            self.env._("Segment “%(name)s”", name=segment.name)
            for segment in self._get_direct_including().sudo()
        ]

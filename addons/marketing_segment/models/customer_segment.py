import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..segment_activity_sql import among_domain
from ..segment_rules import RuleProblem, check_domain, size_problem

MAX_RULE_LENGTH = 200_000
SCORES = ("recency", "frequency", "monetary")
#: The two ends of each score that an RFM segment asks for.
SCORE_FIELDS = tuple(f"{name}_{end}" for name in SCORES for end in ("min", "max"))
#: What a segment of behavioural patterns asks for.
PATTERN_FIELDS = ("pattern_type_ids", "pattern_match") + (
    "pattern_min_score",
    "pattern_primary_only",
)


class CustomerSegment(models.Model):
    """Customers with something in common: a rule or a fixed list."""

    _name = "customer.segment"
    _description = "Customer Segment"
    _order = "name, id"

    name = fields.Char("Segment Name", required=True, translate=True)
    description = fields.Text(translate=True)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    segment_type = fields.Selection(
        [
            ("dynamic", "Conditions"),
            ("rfm", "RFM"),
            ("behavioural", "Behaviour"),
            ("static", "Fixed List"),
        ],
        "Type",
        required=True,
        default="dynamic",
    )
    filter_domain = fields.Char(
        "Conditions",
        default="[]",
        help="Who belongs to the segment. Without a condition: everybody who ever "
        "bought.",
    )
    rfm_segment_ids = fields.Many2many("customer.rfm.segment", string="RFM Segments")
    recency_min = fields.Integer("Recency From", default=1)
    recency_max = fields.Integer("Recency To", default=5)
    frequency_min = fields.Integer("Frequency From", default=1)
    frequency_max = fields.Integer("Frequency To", default=5)
    monetary_min = fields.Integer("Monetary From", default=1)
    monetary_max = fields.Integer("Monetary To", default=5)

    _score_range = models.Constraint(
        """CHECK (1 <= recency_min AND recency_min <= recency_max
              AND recency_max <= 5
              AND 1 <= frequency_min AND frequency_min <= frequency_max
              AND frequency_max <= 5
              AND 1 <= monetary_min AND monetary_min <= monetary_max
              AND monetary_max <= 5)""",
        "Scores run from 1 to 5, and “from” cannot be above “to”.",
    )

    @api.constrains("filter_domain", "segment_type", "company_id")
    def _check_filter_domain(self):
        for segment in self:
            try:
                domain = segment._get_rule_domain()
                segment._check_references(domain)
            except RuleProblem as problem:
                raise ValidationError(problem.explain(self.env)) from problem

    def _get_rule_domain(self):
        """Return the checked rule as a domain on customer.profile.

        :raises RuleProblem: when the rule is not on the allow-list
        """
        self.ensure_one()
        if self.segment_type == "rfm":
            return self._get_rfm_domain()
        if self.segment_type == "behavioural":
            return self._get_pattern_domain()
        if self.segment_type == "static":
            return Domain.TRUE
        domain = self._parse_domain(self.filter_domain)
        check_domain(self.env, domain)
        self._check_inclusion(domain)
        try:
            domain.validate(self.env["customer.profile"])
        except (TypeError, ValueError) as error:
            raise RuleProblem("syntax", value=str(error)[:80]) from error
        return domain

    @api.model
    def _read_domain(self, text):
        """Read a list of literals; nothing in it is ever evaluated."""
        text = (text or "[]").strip()
        if len(text) > MAX_RULE_LENGTH:
            raise size_problem()
        try:
            items = ast.literal_eval(text)
            if not isinstance(items, list):
                raise TypeError(type(items).__name__)
            return items
        except (RecursionError, MemoryError) as error:
            raise size_problem() from error
        except Exception as error:  # a parser fails in many ways, all mean unreadable
            raise RuleProblem("syntax", value=str(error)[:80]) from error

    @api.model
    def _parse_domain(self, text):
        items = self._read_domain(text)
        try:
            return Domain(items)
        except (RecursionError, MemoryError) as error:
            raise size_problem() from error
        except Exception as error:  # a parser fails in many ways, all mean unreadable
            raise RuleProblem("syntax", value=str(error)[:80]) from error

    def _get_rfm_domain(self):
        """Chosen segments and score ranges; nothing chosen is nobody."""
        keys = self.rfm_segment_ids.mapped("key")
        ranges = [
            Domain(f"{name}_score", ">=", low) & Domain(f"{name}_score", "<=", high)
            for name, low, high in self._get_limited_scores()
        ]
        if not keys and not ranges:
            return Domain.FALSE
        by_key = Domain("rfm_segment", "in", keys) if keys else Domain.TRUE
        return by_key & Domain.AND(ranges)

    def _get_limited_scores(self):
        """Return (score, lowest, highest) of those that do not take any value."""
        ranges = [(name, self[f"{name}_min"], self[f"{name}_max"]) for name in SCORES]
        return [limits for limits in ranges if limits[1:] != (1, 5)]

    def _get_members_domain(self):
        """The rule inside the segment's company; never wider than the company.

        For clients, who get a list: `_get_bound_domain` is quicker.
        """
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("partner_id.active", "=", True)
            & self._get_rule_domain()
        )

    def _get_bound_domain(self, partner_ids=None):
        """The members, ready for the server: what they did is asked of one company.

        :param partner_ids: the only customers of interest, None for everybody
        """
        profiles = self.env["customer.profile"]
        if partner_ids is None:
            domain = Domain("company_id", "=", self.company_id.id)
            domain &= profiles._visible_domain() & self._get_rule_domain()
        else:  # nothing is looked up beforehand: such rules are compiled and kept
            domain = self._get_members_domain() & among_domain(partner_ids)
        return profiles._bind_rule(domain, self.company_id, partner_ids)

    def _get_members_query(self, partner_ids=None):
        """Evaluate a rule with the rights of the user of this environment.

        Countries, tags and the like stay usable in a rule after they are archived.
        """
        profiles = self.env["customer.profile"].with_context(active_test=False)
        query = profiles._search(self._get_bound_domain(partner_ids))
        return profiles._scan(query) if partner_ids is None else query

    def _select_members(self, partner_ids=None):
        """Return SQL selecting the partner ids that the user of this environment sees.

        :param partner_ids: the only customers of interest, None for everybody
        :raises RuleProblem: when the rule is not on the allow-list
        """
        if self.segment_type == "static":
            column = SQL.identifier("segment_membership", "partner_id")
            return self._get_static_query(partner_ids).subselect(column)
        column = SQL.identifier("customer_profile", "partner_id")
        return self._get_members_query(partner_ids).subselect(column)

    def _members_sql(self):
        """Return SQL selecting the distinct partner ids of the segment.

        What the rule reads is flushed here: the caller embeds it in a statement of its
        own.
        """
        try:
            members = self._select_members()
        except RuleProblem as problem:
            raise ValidationError(problem.explain(self.env)) from problem
        self.env.flush_all()
        return members

    def _get_segment_customers(self):
        """Return the customers of these segments, each once."""
        ids = set()
        for segment in self:
            rows = self.env.execute_query(
                SQL("SELECT * FROM %s members", segment._members_sql())
            )
            ids.update(partner_id for (partner_id,) in rows)
        return self.env["res.partner"].browse(sorted(ids))

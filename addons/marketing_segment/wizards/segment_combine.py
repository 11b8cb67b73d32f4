from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..segment_rules import RuleProblem
from ..segment_sets import combined_sql

MAX_COMBINED = 40
MEMBER_PATH = "segment_ids"


class SegmentCombine(models.TransientModel):
    """Make a segment of others: in any or all of these, in none of those."""

    _name = "segment.combine"
    _description = "Combine Segments"

    how = fields.Selection(
        [("any", "in any of"), ("all", "in all of")],
        "Customers Who Are",
        required=True,
        default="any",
    )
    include_ids = fields.Many2many(
        "customer.segment", "segment_combine_include_rel", string="These Segments"
    )
    exclude_ids = fields.Many2many(
        "customer.segment", "segment_combine_exclude_rel", string="But in None Of"
    )
    name = fields.Char("Name", compute="_compute_name", store=True, readonly=False)
    keeps_up = fields.Boolean(
        "Keep Up to Date",
        default=lambda self: self._can_keep_up(),
        help="The new segment asks the chosen ones again each time. Otherwise it is a "
        "fixed list of who is in them now.",
    )
    can_keep_up = fields.Boolean(compute="_compute_can_keep_up")
    member_count = fields.Integer("Customers", compute="_compute_member_count")

    @api.model
    def _can_keep_up(self):
        """Whether a rule may ask for segments."""
        profiles = self.env["customer.profile"]
        return MEMBER_PATH in profiles._get_segment_paths()

    def _compute_can_keep_up(self):
        self.can_keep_up = self._can_keep_up()

    @api.depends("how", "include_ids", "exclude_ids")
    def _compute_name(self):
        for wizard in self:
            word = (
                wizard.env._(" and ") if wizard.how == "all" else wizard.env._(" or ")
            )
            name = word.join(wizard.include_ids.mapped("name"))
            if wizard.exclude_ids:
                others = wizard.env._(" or ").join(wizard.exclude_ids.mapped("name"))
                name = wizard.env._(
                    "%(name)s, not %(others)s", name=name, others=others
                )
            wizard.name = name

    @api.depends("how", "include_ids", "exclude_ids")
    def _compute_member_count(self):
        for wizard in self:
            wizard.member_count = wizard._count()

    def _count(self):
        if not self.include_ids or self._find_problem():
            return 0
        members = self._members_sql()
        ((count,),) = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM %s member", members)
        )
        return count

    def _find_problem(self):
        chosen = self.include_ids | self.exclude_ids
        if not self.include_ids:
            return self.env._("Choose at least one segment to be in.")
        if len(chosen) > MAX_COMBINED:
            return self.env._("Combine %s segments at most.", MAX_COMBINED)
        if len(chosen.company_id) > 1:
            return self.env._("Combine segments of one company.")
        return False

    def _members_sql(self):
        """Return SQL of the members of now, of whom the user may see."""
        try:
            sets = [
                [segment._origin._select_members() for segment in segments]
                for segments in (self.include_ids, self.exclude_ids)
            ]
        except RuleProblem as problem:
            raise UserError(problem.explain(self.env)) from problem
        self.env.flush_all()
        return combined_sql(*sets, every=self.how == "all")

    def action_combine(self):
        """Make the segment and open it."""
        self.ensure_one()
        if problem := self._find_problem():
            raise UserError(problem)
        made = self.env["customer.segment"].create(self._prepare_segment())
        if made.segment_type == "static":
            # of one segment it is told which, of several their names are in the title
            origin = self.include_ids if len(self.include_ids) == 1 else None
            made._add_members(self._members_sql(), "segment", origin)
        return made.get_formview_action()

    def _prepare_segment(self):
        segments = self.env["customer.segment"]
        values = {
            "name": segments._get_free_name(self.name or self.env._("Combined")),
            "company_id": self.include_ids.company_id.id,
        }
        if self.keeps_up and self.can_keep_up:
            return values | {"filter_domain": repr(self._get_rule())}
        return values | {"segment_type": "static"}

    def _get_rule(self):
        """Return the same as a rule that asks for the segments."""
        terms = [(MEMBER_PATH, "in", [segment.id]) for segment in self.include_ids]
        if self.how == "any":
            terms = [(MEMBER_PATH, "in", self.include_ids.ids)]
        if self.exclude_ids:
            terms.append((MEMBER_PATH, "not in", self.exclude_ids.ids))
        return ["&"] * (len(terms) - 1) + terms

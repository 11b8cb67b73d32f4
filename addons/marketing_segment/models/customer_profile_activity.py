from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..segment_activity import read_activity
from ..segment_activity_event import EventSource
from ..segment_activity_purchase import PurchaseSource
from ..segment_activity_sql import Scope, activity_domain, select_figures
from ..segment_problem import RuleProblem
from ..segment_rules import get_kind
from ..segment_values import is_many


def ActivityField(name, label, **kwargs):
    """A field without values: conditions on it ask what customers did."""
    return fields.Char(
        label,
        compute="_compute_activity",
        search=lambda self, operator, value: self._search_activity(
            name, operator, value
        ),
        exportable=False,
        **kwargs,
    )


class CustomerProfile(models.Model):
    """Conditions on what customers did, and on the segments they are in."""

    _inherit = "customer.profile"

    purchases = ActivityField(
        "purchases",
        "Purchases",
        help="How often, how much or when last something was bought.",
    )
    events = ActivityField(
        "events", "Events", help="How often, or when last, something happened."
    )
    segment_ids = fields.Many2many(
        "customer.segment",
        string="Segments",
        compute="_compute_segment_ids",
        search="_search_segment_ids",
        help="As the segments noted it when they were counted last.",
    )

    @api.model
    def _get_segment_paths(self):
        return super()._get_segment_paths() | {
            "purchases": "activity",
            "events": "activity",
            "segment_ids": "segment",
        }

    @api.model
    def _get_activity_sources(self):
        """Return {path: class of what can be asked}; addons add their own."""
        return {"purchases": PurchaseSource, "events": EventSource}

    @api.model
    def _get_activity_source(self, path):
        return self._get_activity_sources()[path](self.env)

    def _compute_activity(self):
        for name in self._get_activity_sources():
            self[name] = False

    def _compute_segment_ids(self):
        memberships = self.env["segment.membership"].search(
            [("partner_id", "in", self.partner_id.ids), ("left_at", "=", False)]
        )
        by_partner = memberships.grouped("partner_id")
        for profile in self:
            noted = by_partner.get(profile.partner_id, memberships.browse())
            profile.segment_ids = noted.segment_id.filtered(
                lambda segment, own=profile.company_id: segment.company_id == own
            )

    # === SEARCH: of any company, with the rights of the user === #

    @api.model
    def _search_activity(self, path, operator, value):
        if operator == "not like":
            return NotImplemented  # the opposite of `like`
        try:
            if operator != "like":
                raise RuleProblem(
                    "operator", operator=operator, field=path, allowed="like, not like"
                )
            activity = read_activity(self.env, path, value)
        except RuleProblem as problem:
            raise UserError(problem.explain(self.env)) from problem
        return activity_domain(path, value, activity, Scope())

    @api.model
    def _search_segment_ids(self, operator, value):
        if operator != "in" or not all(type(item) is int for item in value):
            return NotImplemented
        domain = self._segments_domain(list(value), Scope())

        def to_sql(*args):
            try:
                return domain._to_sql(*args)
            except RuleProblem as problem:
                raise UserError(problem.explain(self.env)) from problem

        return Domain.custom(to_sql=to_sql)

    # === COMPILING A RULE: of one company === #

    @api.model
    def _bind_rule(self, domain, company, partner_ids=None):
        """Return `domain` with what customers did compiled for one company.

        :param partner_ids: customers to whom all of it is confined (ids, or SQL of an
            array), None for everybody
        """
        scope = Scope(company.id, partner_ids)

        def bind(condition):
            kind = get_kind(self.env, condition.field_expr)
            positive = condition.operator.removeprefix("not ").replace("!=", "=")
            if kind == "activity":
                path, text = condition.field_expr, condition.value
                activity = read_activity(self.env, path, text)
                bound = activity_domain(path, text, activity, scope)
            elif kind == "segment":
                value = condition.value
                ids = list(value) if is_many(value) else [value]
                bound = self._segments_domain(ids, scope)
            else:
                return self._guard_unknown(condition)
            return bound if positive == condition.operator else ~bound

        return domain.map_conditions(bind)

    @api.model
    def _segments_domain(self, segment_ids, scope):
        """Return who is in one of these segments now, as a domain.

        :raises RuleProblem: when the domain becomes SQL
        """

        def to_sql(model, alias, query):
            found = []
            segments = model.env["customer.segment"].browse(segment_ids)
            for segment in segments._check_included(scope.company_id):
                if scope.company_id and segment.segment_type != "static":
                    rule = segment._included_sql(model, alias, query, scope)
                    found.append(SQL("(%s) IS TRUE", rule))
                    continue
                selected = segment._select_included(scope.partner_ids)
                joined = query.make_alias(alias, f"segment_{segment.id}")
                column = SQL.identifier(joined, "partner_id")
                query.add_join(
                    "LEFT JOIN",
                    joined,
                    selected,
                    SQL(
                        "%s = %s AND %s = %s",
                        column,
                        SQL.identifier(alias, "partner_id"),
                        SQL.identifier(alias, "company_id"),
                        segment.sudo().company_id.id,  # checked above
                    ),
                )
                found.append(SQL("%s IS NOT NULL", column))
            return SQL("(%s)", SQL(" OR ").join(found)) if found else SQL("FALSE")

        return Domain.custom(to_sql=to_sql)

    # === SINGLE CUSTOMERS === #

    def _get_activity_figures(self, path, activity):
        """Return {customer id: (measure, number, last moment)} of those who did it.

        The profiles are of one company.
        """
        scope = Scope(self.company_id.id, tuple(self.partner_id.ids))
        self.env.flush_all()
        rows = self.env.execute_query(select_figures(self.env, path, activity, scope))
        return {partner_id: figures for partner_id, *figures in rows}

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..segment_rules import RuleProblem
from .customer_segment import SCORE_FIELDS

_RULE = ("segment_type", "filter_domain", *SCORE_FIELDS)


class CustomerSegmentTemplate(models.Model):
    """A common audience that becomes somebody's own segment by one click.

    The rule is written as in a segment. A template whose fields this database does not
    know, because the addon that computes them is not installed, is not offered.
    """

    _name = "customer.segment.template"
    _description = "Audience Template"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=100)
    topic = fields.Selection(
        [
            ("value", "Value"),
            ("start", "New Customers"),
            ("stay", "Regulars"),
            ("leave", "Slipping Away"),
            ("habit", "Habits"),
            ("email", "E-mail"),
        ],
        "About",
        required=True,
        default="value",
    )
    segment_type = fields.Selection(
        [("dynamic", "Conditions"), ("rfm", "RFM")],
        "Type",
        required=True,
        default="dynamic",
    )
    filter_domain = fields.Char("Conditions", required=True, default="[]")
    rfm_segment_ids = fields.Many2many("customer.rfm.segment", string="RFM Segments")
    recency_min = fields.Integer("Recency From", default=1)
    recency_max = fields.Integer("Recency To", default=5)
    frequency_min = fields.Integer("Frequency From", default=1)
    frequency_max = fields.Integer("Frequency To", default=5)
    monetary_min = fields.Integer("Monetary From", default=1)
    monetary_max = fields.Integer("Monetary To", default=5)
    is_available = fields.Boolean(
        compute="_compute_is_available",
        search="_search_is_available",
        help="Whether everything that its rule asks for is known here.",
    )
    explanation = fields.Text("In Words", compute="_compute_is_available")

    @api.depends(*_RULE, "rfm_segment_ids")
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_is_available(self):
        for template in self:
            segment = template._imagine_segment()
            template.is_available = not template._find_problem(segment)
            template.explanation = template.is_available and segment._explain()

    @api.model
    def _search_is_available(self, operator, value):
        if operator != "in":
            return NotImplemented
        # a few dozen records: whether a rule can be read is not a column
        templates = self.search([("active", "in", [True, False])])
        wanted = templates.filtered(lambda template: template.is_available in value)
        return Domain("id", "in", wanted.ids)

    @api.constrains("filter_domain")
    def _check_syntax(self):
        """A rule may ask for fields of an addon to come, but it must be a rule."""
        for template in self:
            problem = template._find_problem(template._imagine_segment())
            if problem and problem.problem != "path":
                raise ValidationError(problem.explain(self.env))

    def _imagine_segment(self):
        return self.env["customer.segment"].new(self._prepare_segment())

    def _find_problem(self, segment):
        try:
            segment._get_rule_domain()
        except RuleProblem as problem:
            return problem
        return None

    def _prepare_segment(self):
        self.ensure_one()
        return {
            "name": self.name,
            "description": self.description,
            "company_id": self.env.company.id,
            "rfm_segment_ids": [(6, 0, self.rfm_segment_ids.ids)],
            **{name: self[name] for name in _RULE},
        }

    def action_use(self):
        """Make an own segment of this template and open it."""
        self.ensure_one()
        if not self.is_available:
            raise ValidationError(
                self._find_problem(self._imagine_segment()).explain(self.env)
            )
        values = self._prepare_segment()
        values["name"] = self.env["customer.segment"]._get_free_name(values["name"])
        return self.env["customer.segment"].create(values).get_formview_action()

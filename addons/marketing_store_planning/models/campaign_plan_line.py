from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .campaign_plan_totals import SUMS

AI_STATUSES = [
    ("auto", "Auto-approve"),
    ("review", "Needs Review"),
    ("skip", "Skip"),
]


class CampaignPlanLine(models.Model):
    """What one store sends in one wave, beside what was recommended for it."""

    _name = "campaign.plan.line"
    _description = "Plan Line"
    _inherit = ["campaign.versioned", "mail.thread"]
    _order = "plan_id, store_id, id"
    _rec_name = "store_id"
    _check_company_auto = True

    plan_id = fields.Many2one(
        "campaign.plan", required=True, index=True, ondelete="cascade"
    )
    plan_state = fields.Selection(related="plan_id.state", string="Plan Status")
    store_id = fields.Many2one(
        "marketing.store",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    creative_id = fields.Many2one(
        "store.creative",
        index=True,
        check_company=True,
        ondelete="restrict",
        tracking=True,
    )
    quantity = fields.Integer("Pieces", tracking=True)
    wave_id = fields.Many2one(
        "campaign.plan.wave",
        index=True,
        domain="[('plan_id', '=', plan_id)]",
        group_expand="_read_group_waves",
        ondelete="set null",
    )
    is_included = fields.Boolean("Included", default=True, tracking=True)
    notes = fields.Text()
    ai_status = fields.Selection(AI_STATUSES, "Status", default="review")
    confidence = fields.Float(
        aggregator="avg",
        digits=(16, 0),
        help="Probability in percent that the drop earns more than it costs.",
    )
    expected_rate = fields.Float("Conversions a Piece", digits=(16, 5), aggregator=None)
    expected_rate_low = fields.Float("Rate, Low", digits=(16, 5), aggregator=None)
    expected_rate_high = fields.Float("Rate, High", digits=(16, 5), aggregator=None)
    conversion_value = fields.Monetary("Revenue a Conversion", aggregator=None)
    expected_conversions = fields.Float(
        compute="_compute_expected", store=True, digits=(16, 1)
    )
    expected_conversions_low = fields.Float(
        compute="_compute_expected", store=True, digits=(16, 1)
    )
    expected_conversions_high = fields.Float(
        compute="_compute_expected", store=True, digits=(16, 1)
    )
    expected_revenue = fields.Monetary(compute="_compute_expected", store=True)
    expected_revenue_low = fields.Monetary(compute="_compute_expected", store=True)
    expected_revenue_high = fields.Monetary(compute="_compute_expected", store=True)
    region_id = fields.Many2one(
        related="store_id.region_id", store=True, index="btree_not_null"
    )
    state_id = fields.Many2one(related="store_id.state_id", store=True, string="State")
    store_type_id = fields.Many2one(related="store_id.store_type_id", string="Type")
    quantity_limit = fields.Integer(compute="_compute_quantity_limit")
    company_id = fields.Many2one(
        related="plan_id.company_id", store=True, precompute=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    _once = models.UniqueIndex(
        "(plan_id, store_id, COALESCE(creative_id, 0), COALESCE(wave_id, 0))",
        "The plan already has this store with this creative in this wave.",
    )
    _quantity_positive = models.Constraint(
        "CHECK (quantity >= 0)", "A number of pieces cannot be negative."
    )
    _confidence_range = models.Constraint(
        "CHECK (confidence BETWEEN 0 AND 100)", "Confidence is between 0 and 100."
    )

    @api.depends(
        "quantity",
        "expected_rate",
        "expected_rate_low",
        "expected_rate_high",
        "conversion_value",
    )
    def _compute_expected(self):
        for line in self:
            for end in ("", "_low", "_high"):
                conversions = line.quantity * line[f"expected_rate{end}"]
                line[f"expected_conversions{end}"] = conversions
                line[f"expected_revenue{end}"] = conversions * line.conversion_value

    @api.depends("store_id.households", "store_id.largest_drop")
    def _compute_quantity_limit(self):
        for line in self:
            store = line.store_id
            line.quantity_limit = store.households or store.largest_drop

    @api.constrains("wave_id", "plan_id")
    def _check_wave(self):
        for line in self:
            if line.wave_id and line.wave_id.plan_id != line.plan_id:
                raise ValidationError(
                    self.env._(
                        "The wave “%(wave)s” belongs to another plan.",
                        wave=line.wave_id.name,
                    )
                )

    @api.model
    def _read_group_waves(self, waves, domain):
        """Return all waves of the plans shown, in order, so that empty ones show."""
        # waves of a plan that has no line in `domain` cannot be told apart from others
        plans = self.env["campaign.plan"].union(
            *(plan for (plan,) in self._read_group(domain, ["plan_id"]))
        )
        return waves | plans.wave_ids

    @api.model
    def _read_sums(self, group, ids):
        """Return {id: {name: figure}} of plans or waves: one statement."""
        rows = self._read_group(
            [(group, "in", ids)],
            [group, "is_included"],
            [*SUMS.values(), "__count", "wave_id:count", "override_date:count"],
        )
        figures = {}
        for record, is_included, *values in rows:
            count, assigned, overridden = values[-3:]
            found = figures.setdefault(record.id, Counter(dict.fromkeys(SUMS, 0)))
            found["override_count"] += overridden
            if is_included:
                sums = [value or 0 for value in values[:-3]]
                found.update(dict(zip(SUMS, sums, strict=True)))
                found["unassigned_count"] = count - assigned
            else:
                found["excluded_count"] = count
        return figures

    def _name_stores(self, limit=5):
        return self.store_id._name_first(limit)

    def _read_values(self, names):
        """Return {name: value} of one line, as `create` takes it."""
        return {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in names
        }

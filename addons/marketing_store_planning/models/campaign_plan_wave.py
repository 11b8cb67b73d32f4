from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from .campaign_plan_totals import SUMS


class CampaignPlanWave(models.Model):
    """Part of a plan that is printed and sent together."""

    _name = "campaign.plan.wave"
    _description = "Plan Wave"
    _inherit = ["campaign.versioned"]
    _order = "plan_id, sequence, date_start, id"

    name = fields.Char(required=True)
    plan_id = fields.Many2one(
        "campaign.plan", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    date_start = fields.Date("From")
    date_end = fields.Date("To")
    budget = fields.Monetary(help="0: no limit.")
    capacity = fields.Integer(help="Pieces that the printer can do. 0: no limit.")
    line_ids = fields.One2many("campaign.plan.line", "wave_id")
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    total_stores = fields.Integer("Stores", compute="_compute_totals")
    total_quantity = fields.Integer("Pieces", compute="_compute_totals")
    total_cost = fields.Monetary("Cost", compute="_compute_totals")
    is_over_budget = fields.Boolean(compute="_compute_totals")
    is_over_capacity = fields.Boolean(compute="_compute_totals")

    _name_unique = models.Constraint(
        "UNIQUE (plan_id, name)", "The plan already has a wave of this name."
    )
    _limits_positive = models.Constraint(
        "CHECK (budget >= 0 AND capacity >= 0)",
        "Budget and capacity cannot be negative.",
    )
    _period_order = models.Constraint(
        "CHECK (date_end >= date_start)", "The wave ends before it starts."
    )

    @api.depends("name", "date_start", "date_end")
    def _compute_display_name(self):
        for wave in self:
            dates = [
                format_date(self.env, day, date_format="d MMM")
                for day in (wave.date_start, wave.date_end)
                if day
            ]
            parts = (wave.name, " – ".join(dates))
            wave.display_name = " · ".join(filter(None, parts))

    @api.depends("line_ids", "budget", "capacity")
    @api.depends_context("uid")
    def _compute_totals(self):
        figures = self.env["campaign.plan.line"]._read_sums("wave_id", self.ids)
        for wave in self:
            values = figures.get(wave.id, dict.fromkeys(SUMS, 0))
            for name in ("total_stores", "total_quantity", "total_cost"):
                wave[name] = values[name]
            wave.is_over_budget = 0 < wave.budget < wave.total_cost
            wave.is_over_capacity = 0 < wave.capacity < wave.total_quantity

    @api.constrains("date_start", "date_end", "plan_id")
    def _check_within_plan(self):
        for wave in self:
            plan = wave.plan_id
            first, last = plan.period_start, plan.period_end
            early = first and wave.date_start and wave.date_start < first
            late = last and wave.date_end and wave.date_end > last
            if early or late:
                raise ValidationError(
                    self.env._(
                        "“%(wave)s” is outside the period of “%(plan)s”: change one "
                        "of the two.",
                        wave=wave.name,
                        plan=plan.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        waves = super().create(vals_list)
        waves.plan_id._check_open()
        return waves

    def write(self, vals):
        self.plan_id._check_open()
        result = super().write(vals)
        if "plan_id" in vals:
            self.plan_id._check_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.plan_id.filtered(lambda plan: plan.state != "cancelled")._check_open()

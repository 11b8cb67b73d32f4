from odoo import api, fields, models
from odoo.tools import SQL

from .campaign_plan_line import AI_STATUSES

#: What a planner may decide otherwise, and where the recommendation of it stands.
DECISIONS = {
    "creative_id": "recommended_creative_id",
    "quantity": "recommended_quantity",
    "ai_status": "recommended_status",
}
SCORES = ("score_store", "score_creative", "score_region", "score_timing")
RATES = ("expected_rate", "expected_rate_low", "expected_rate_high")
EXPECTED = ("confidence", *RATES, "conversion_value")
NOTED = ("override_user_id", "override_date")


def _plain(value):
    """Return a value as `write` takes it."""
    return value.id if isinstance(value, models.BaseModel) else value


class CampaignPlanLine(models.Model):
    """The recommendation, which nobody changes, and what a planner made of it."""

    _inherit = "campaign.plan.line"

    recommended_creative_id = fields.Many2one(
        "store.creative", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    recommended_quantity = fields.Integer(readonly=True)
    recommended_status = fields.Selection(AI_STATUSES, readonly=True)
    score_store = fields.Float("Store Performance", readonly=True, aggregator="avg")
    score_creative = fields.Float("Creative Fit", readonly=True, aggregator="avg")
    score_region = fields.Float("Geographic Fit", readonly=True, aggregator="avg")
    score_timing = fields.Float("Timing", readonly=True, aggregator="avg")
    reasoning = fields.Json(
        "Raw Reasoning",
        readonly=True,
        help="List of reasons as codes and numbers, put into words when it is read.",
    )
    reasoning_text = fields.Text("Reasoning", compute="_compute_reasoning_text")
    is_overridden = fields.Boolean(
        "Override", compute="_compute_is_overridden", store=True
    )
    override_user_id = fields.Many2one(
        "res.users", "Overridden By", readonly=True, copy=False, ondelete="set null"
    )
    override_date = fields.Datetime("Overridden On", readonly=True, copy=False)
    override_reason = fields.Char(
        "Reason", help="Why not as recommended? Asked for before the plan is reviewed."
    )
    override_text = fields.Char("Recommended", compute="_compute_override_text")

    @api.depends(*DECISIONS, *DECISIONS.values(), "is_included")
    def _compute_is_overridden(self):
        for line in self:
            line.is_overridden = line._is_otherwise({})

    def _is_otherwise(self, values):
        """Whether the line, with these values, is not as it was recommended."""
        self.ensure_one()
        if not self.recommended_creative_id:
            return False
        included = values.get("is_included", self.is_included)
        return included == (self.recommended_status == "skip") or any(
            values.get(mine, _plain(self[mine])) != _plain(self[advised])
            for mine, advised in DECISIONS.items()
        )

    @api.depends(*DECISIONS.values())
    @api.depends_context("lang")
    def _compute_override_text(self):
        labels = dict(self._fields["ai_status"]._description_selection(self.env))
        for line in self:
            advised = line.recommended_creative_id
            line.override_text = advised and self.env._(
                "%(creative)s, %(quantity)s pieces, %(status)s",
                creative=advised.name,
                quantity=line.recommended_quantity,
                status=labels.get(line.recommended_status, "–"),
            )

    @api.depends("reasoning")
    @api.depends_context("lang")
    def _compute_reasoning_text(self):
        for line in self:
            texts = map(self._describe_reason, line.reasoning or [])
            line.reasoning_text = "\n".join(filter(None, texts))

    @api.model
    def _describe_reason(self, reason):
        """Put one reason into words; upper addons know more codes."""
        return reason if isinstance(reason, str) else reason.get("text", "")

    @api.model
    def _get_server_fields(self):
        """Fields that people see and only the server writes."""
        return {*DECISIONS.values(), *SCORES, "reasoning", *EXPECTED, *NOTED}

    def _note_override(self):
        """Note who decided otherwise and when; forget it when the decision is back."""
        self.flush_model()
        self.env.execute_query(
            SQL(
                """UPDATE campaign_plan_line
                      SET override_user_id = CASE WHEN is_overridden THEN %(user)s END,
                          override_date = CASE WHEN is_overridden
                                               THEN now() AT TIME ZONE 'UTC' END,
                          override_reason = CASE WHEN is_overridden
                                                 THEN override_reason END
                    WHERE id = ANY(%(ids)s)
                      AND (is_overridden OR override_date IS NOT NULL)
                RETURNING id""",
                user=self.env.uid,
                ids=self.ids,
            )
        )
        self.invalidate_recordset([*NOTED, "override_reason"], flush=False)

    def action_restore_recommendation(self):
        """Decide as recommended again."""
        for line in self.filtered("recommended_creative_id"):
            advice = {mine: line[advised] for mine, advised in DECISIONS.items()}
            advice["creative_id"] = line.recommended_creative_id.id
            line.write({**advice, "is_included": line.recommended_status != "skip"})
        return True

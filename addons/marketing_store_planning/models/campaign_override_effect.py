from odoo import api, fields, models
from odoo.tools import SQL, format_amount

_FIGURES = (
    "pairs",
    "difference",
    "low",
    "high",
    "wins",
    "win_low",
    "win_high",
    "verdict",
)

# Lines that were recommended, with the complete result of what was sent.
_LINES = """
    SELECT line.override_user_id AS author, line.override_reason AS reason,
           COALESCE(result.is_randomised, FALSE) AS lot,
           CASE WHEN result.creative_id <> line.recommended_creative_id THEN 'creative'
                WHEN NOT line.is_overridden THEN NULL
                WHEN line.recommended_status = 'skip' THEN 'included'
                WHEN line.quantity <> line.recommended_quantity THEN 'quantity'
            END AS kind,
           CONCAT_WS('|', store.market, DATE_TRUNC('month', result.period_start)::date,
                     line.recommended_creative_id) AS cohort,
           ((%(margin)s * result.revenue - result.cost) / result.pieces)::float8
               AS profit,
           COALESCE(line.recommended_rate, 0)::float8 AS rate,
           COALESCE(line.recommended_value, 0)::float8 AS value,
           LN(1 + GREATEST(line.recommended_quantity, 0))::float8 AS pieces,
           COALESCE(line.score_store, 0)::float8 AS score
      FROM store_campaign_result result
      JOIN campaign_plan_line line ON line.id = result.plan_line_id
      JOIN marketing_store store ON store.id = result.store_id
     WHERE result.company_id = %(company)s AND result.pieces > 0
       AND result.incomplete IS NULL AND line.recommended_creative_id IS NOT NULL
     ORDER BY result.id
"""


class CampaignOverrideEffect(models.Model):
    """Did planners who decided otherwise earn more than like lines that did not?

    Worked out as a whole after each change of results; nobody writes it.
    """

    _name = "campaign.override.effect"
    _description = "Effect of Overrides"
    _order = "sequence, pairs desc, id"
    _rec_name = "label"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer()
    scope = fields.Selection(
        [
            ("all", "All overrides"),
            ("lot", "Drawn by lot"),
            ("kind", "What was changed"),
            ("author", "Author"),
            ("reason", "Reason"),
        ],
        "Compared By",
        required=True,
    )
    label = fields.Char("Code")
    user_id = fields.Many2one("res.users", "Author", ondelete="cascade")
    name = fields.Char(compute="_compute_name")
    line_count = fields.Integer("Overridden Lines", aggregator=None)
    pairs = fields.Integer(
        aggregator=None,
        help="Overridden lines with a like one: same market, month and recommended "
        "creative, not overridden, each used once.",
    )
    difference = fields.Float(
        "Profit a Piece beyond Like Lines", digits=(16, 4), aggregator=None
    )
    low = fields.Float("Low", digits=(16, 4), aggregator=None)
    high = fields.Float("High", digits=(16, 4), aggregator=None)
    wins = fields.Integer(aggregator=None)
    win_low = fields.Float("Wins, Low", aggregator=None)
    win_high = fields.Float("Wins, High", aggregator=None)
    verdict = fields.Selection(
        [
            ("few", "Too few to tell"),
            ("unclear", "No clear difference"),
            ("better", "Better"),
            ("worse", "Worse"),
        ],
        required=True,
    )
    sentence = fields.Char("In Words", compute="_compute_sentence")

    @api.depends("scope", "label", "user_id")
    @api.depends_context("lang")
    def _compute_name(self):
        scopes = dict(self._fields["scope"]._description_selection(self.env))
        kinds = {
            "creative": self.env._("Another creative"),
            "quantity": self.env._("Another number of pieces"),
            "included": self.env._("Sent though it should be skipped"),
        }
        for effect in self:
            label = effect.label or scopes[effect.scope]
            effect.name = effect.user_id.name or kinds.get(effect.label, label)

    @api.depends("pairs", "verdict", "difference")
    @api.depends_context("lang")
    def _compute_sentence(self):
        from ..override_evidence import SUPPORT

        for effect in self:
            if effect.verdict == "few":
                effect.sentence = self.env._(
                    "Too few to tell: %(pairs)s pairs of %(least)s.",
                    pairs=effect.pairs,
                    least=SUPPORT,
                )
                continue
            effect.sentence = self.env._(
                "%(difference)s a thousand pieces (%(low)s to %(high)s), better in "
                "%(wins)s of %(pairs)s pairs.",
                difference=effect._money(effect.difference),
                low=effect._money(effect.low),
                high=effect._money(effect.high),
                wins=effect.wins,
                pairs=effect.pairs,
            )

    def _money(self, amount):
        return format_amount(self.env, 1000 * amount, self.currency_id)

    @api.model
    def _refresh(self, company_id):
        """Replace the findings of a company."""
        # it loads scipy.optimize, which web processes do without
        from ..override_evidence import compare

        # superuser: a job; all of it is of this company
        company = self.env["res.company"].sudo().browse(company_id)
        self.env.flush_all()
        margin = company.marketing_plan_margin / 100
        rows = self.env.execute_query_dict(
            SQL(_LINES, company=company.id, margin=margin)
        )
        effects = self.sudo()
        effects.search([("company_id", "=", company.id)]).unlink()
        scopes = [name for name, _text in self._fields["scope"].selection]
        effects.create(
            [
                {
                    "company_id": company.id,
                    "sequence": scopes.index(found["scope"]),
                    "scope": found["scope"],
                    "label": found["label"],
                    "user_id": found["user"],
                    "line_count": found["lines"],
                    **{name: found[name] for name in _FIGURES if name in found},
                }
                for found in compare(rows)
            ]
        )

import random

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.campaign_plan_experiment import FIGURES, KINDS

SHOWN = 30


class CampaignPlanExperimentSetup(models.TransientModel):
    """Shows who would be in which arm and what that finds, before anything changes."""

    _name = "campaign.plan.experiment.setup"
    _description = "Set up an Experiment"

    plan_id = fields.Many2one("campaign.plan", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    name = fields.Char(required=True, default=lambda self: self.env._("Experiment"))
    kind = fields.Selection(KINDS, "What to Try", required=True, default="pairs")
    share = fields.Float(
        "Control Share (%)", default=10.0, help="Of the included stores."
    )
    pair_count = fields.Integer(
        "Pairs", help="0: as many as there are, or as a tenth of the stores makes."
    )
    creative_a_id = fields.Many2one(
        "store.creative",
        "Creative A",
        domain="[('company_id', '=', company_id), ('state', '=', 'active')]",
    )
    creative_b_id = fields.Many2one(
        "store.creative",
        "Creative B",
        domain="[('company_id', '=', company_id), ('state', '=', 'active'), "
        "('id', '!=', creative_a_id)]",
    )
    target = fields.Float(
        "Worth Finding (Points)", help="0: a fifth of the usual rate of these stores."
    )
    seed = fields.Integer(
        "Lot",
        required=True,
        default=lambda self: random.SystemRandom().randrange(1, 10**6),
        help="Number that chance is drawn from: the same one draws the same stores.",
    )
    problem_text = fields.Text(compute="_compute_preview")
    first_count = fields.Integer("Treated Stores", compute="_compute_preview")
    second_count = fields.Integer("Control Stores", compute="_compute_preview")
    power_text = fields.Text("Power", compute="_compute_preview")
    saved_cost = fields.Monetary("Not Printed", compute="_compute_preview")
    second_text = fields.Text("Stores", compute="_compute_preview")

    @api.depends(
        "plan_id",
        "kind",
        "share",
        "pair_count",
        "creative_a_id",
        "creative_b_id",
        "target",
        "seed",
    )
    def _compute_preview(self):
        for wizard in self:
            try:
                found, lines = wizard._design()
            except UserError as error:
                wizard.update({**EMPTY, "problem_text": str(error.args[0])})
                continue
            wizard.update({**EMPTY, **wizard._preview(found, lines)})

    def _design(self):
        self.ensure_one()
        options = self._read_options()
        return self.plan_id._design_experiment(self.kind, **options)

    def _read_options(self):
        """Return what the design takes; a UserError where something is missing."""
        if self.kind == "ab" and not (self.creative_a_id and self.creative_b_id):
            raise UserError(self.env._("Choose the two creatives that are compared."))
        if self.kind == "ab" and self.creative_a_id == self.creative_b_id:
            raise UserError(self.env._("Two different creatives are compared."))
        if self.kind == "share" and not 0 < self.share < 100:
            raise UserError(
                self.env._("The control share is between 0 and 100 percent.")
            )
        if self.pair_count < 0 or self.target < 0 or self.seed < 0:
            raise UserError(self.env._("Pairs, points and lot are numbers from 0 on."))
        creatives = (
            (self.creative_a_id, self.creative_b_id) if self.kind == "ab" else None
        )
        return {
            "creatives": creatives,
            "share": self.share / 100,
            "count": self._get_count(),
            "seed": self.seed,
            "target": self.target / 100,
        }

    def _get_count(self):
        """Return the pairs: of control stores not more than a tenth by default."""
        if self.pair_count or self.kind != "pairs":
            return self.pair_count
        stores = self.plan_id.line_ids.filtered("is_included").store_id
        return max(2, len(stores) // 10)

    def _preview(self, found, lines):
        experiment = self.env["campaign.plan.experiment"]
        second = [
            key
            for key, arm in zip(found.key, found.arm, strict=True)
            if arm in ("control", "b")
        ]
        by_store = {store.id: (store, own) for store, own in lines.items()}
        names = [by_store[key][0].display_name for key in second]
        figures = {
            "detectable": found.detectable,
            "target": found.target,
            "stores_needed": found.needed,
            "usual_rate": found.rate,
            "imbalance": found.imbalance,
        }
        saved = 0.0
        if self.kind in ("pairs", "share"):
            saved = sum(sum(by_store[key][1].mapped("cost")) for key in second)
        return {
            "first_count": len(found.key) - len(second),
            "second_count": len(second),
            "power_text": experiment._describe_power(
                {name: figures[name] for name in FIGURES}, len(found.key)
            ),
            "saved_cost": saved,
            "second_text": self._list_names(sorted(names)),
        }

    def _list_names(self, names):
        more = len(names) - SHOWN
        rest = [self.env._("%(count)s more", count=more)] if more > 0 else []
        return "; ".join(names[:SHOWN] + rest)

    def action_draw(self):
        """Draw another lot, before anybody knows what comes of it."""
        self.ensure_one()
        self.seed = random.SystemRandom().randrange(1, 10**6)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_apply(self):
        """Put the stores into their arms, and show the experiment."""
        self.ensure_one()
        experiment = self.plan_id._create_experiment(
            self.name, self.kind, **self._read_options()
        )
        return experiment.get_formview_action()


EMPTY = {
    "problem_text": False,
    "first_count": 0,
    "second_count": 0,
    "power_text": False,
    "saved_cost": 0.0,
    "second_text": False,
}

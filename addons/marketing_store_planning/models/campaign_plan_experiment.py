from odoo import api, fields, models
from odoo.exceptions import AccessError

KINDS = [
    ("pairs", "Matched control stores: of two like stores chance leaves one out"),
    ("share", "Control share: chance leaves out a part of the stores"),
    ("ab", "Two creatives: of two like stores each gets the other one"),
    ("like", "Like stores that get nothing anyway: no chance, so less proof"),
]
#: What the power is told from.
FIGURES = ("detectable", "target", "stores_needed", "usual_rate", "imbalance")


class CampaignPlanExperiment(models.Model):
    """What a plan tries out: who is left out or gets another creative, by what lot.

    It is set up by a wizard and undone by a button, as long as the plan is open; nobody
    writes its figures. What it found is worked out when it is looked at.
    """

    _name = "campaign.plan.experiment"
    _description = "Plan Experiment"
    _order = "plan_id, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    plan_id = fields.Many2one(
        "campaign.plan", required=True, index=True, ondelete="cascade"
    )
    plan_state = fields.Selection(related="plan_id.state", string="Plan Status")
    company_id = fields.Many2one(
        related="plan_id.company_id", store=True, precompute=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(KINDS, required=True)
    is_randomised = fields.Boolean(
        "Chosen by Chance",
        help="Only then the difference is caused by what was sent, and learned from.",
    )
    seed = fields.Integer(help="The same seed draws the same stores again.")
    creative_a_id = fields.Many2one(
        "store.creative", "Creative A", check_company=True, ondelete="restrict"
    )
    creative_b_id = fields.Many2one(
        "store.creative", "Creative B", check_company=True, ondelete="restrict"
    )
    line_ids = fields.One2many("campaign.plan.line", "experiment_id", "Lines")
    first_count = fields.Integer("Treated Stores")
    second_count = fields.Integer("Control Stores")
    usual_rate = fields.Float(
        digits=(16, 5), help="Conversions a piece that these stores usually bring."
    )
    store_spread = fields.Float(
        digits=(16, 3),
        help="By how much drops of one store differ beyond chance, relatively.",
    )
    detectable = fields.Float(
        "Can Detect", digits=(16, 5), help="Found in four of five such experiments."
    )
    target = fields.Float("Worth Finding", digits=(16, 5))
    stores_needed = fields.Integer(help="To find what is worth finding.")
    imbalance = fields.Float(
        digits=(16, 2),
        help="Largest standardised difference between the arms before the mailing. "
        "Below 0.1 is usually called balanced, below 0.25 acceptable.",
    )
    power_text = fields.Text("Power", compute="_compute_power_text")

    @api.depends(*FIGURES)
    @api.depends_context("lang")
    def _compute_power_text(self):
        for experiment in self:
            experiment.power_text = experiment._describe_power(
                {name: experiment[name] for name in FIGURES},
                experiment.first_count + experiment.second_count,
            )

    @api.model
    def _describe_power(self, figures, stores):
        """Return what the experiment can find, in sentences."""
        if not figures["detectable"]:
            return self.env._(
                "What it can detect is not known: these stores have no past rate."
            )
        lines = [
            self.env._(
                "It can detect ± %(points)s points: such a difference from the usual "
                "%(rate)s %% is found in four of five experiments.",
                points=self._points(figures["detectable"]),
                rate=self._points(figures["usual_rate"]),
            )
        ]
        more = figures["stores_needed"] - stores
        target = self._points(figures["target"])
        if more > 0:
            lines.append(
                self.env._(
                    "To find ± %(target)s points it would need %(more)s more stores in "
                    "the same proportion.",
                    target=target,
                    more=more,
                )
            )
        else:
            lines.append(
                self.env._("That is enough to find ± %(target)s points.", target=target)
            )
        if figures["imbalance"] > 0.25:
            lines.append(
                self.env._(
                    "The arms differ by %(spread)s standard deviations in what they "
                    "did before: take more stores.",
                    spread=f"{figures['imbalance']:.2f}",
                )
            )
        return "\n".join(lines)

    @api.model
    def _points(self, share):
        """Return a share as percent, with as many digits as tell something."""
        percent = 100 * share
        return f"{percent:.{1 if abs(percent) >= 1 else 2}f}"

    def _get_creative(self, arm):
        """Return the creative that an arm has to get; empty for any."""
        self.ensure_one()
        names = {"a": "creative_a_id", "b": "creative_b_id"}
        return self[names[arm]] if arm in names else self.creative_a_id.browse()

    def action_undo(self):
        """Put the stores back as they were, and forget the experiment."""
        self.plan_id.check_access("write")
        if not self.env.user.has_group("marketing_base.group_user"):
            raise AccessError(self.env._("Experiments are undone by marketing."))
        self.plan_id._check_open()
        for experiment in self:
            lines = experiment.line_ids
            groups = lines.grouped(lambda line: str(line.experiment_before))
            before = [(group, group[0].experiment_before) for group in groups.values()]
            if lines:
                lines._write_arms([(line.id, *[None] * 7) for line in lines])
            for group, values in before:
                if values:
                    group.write(values)
        plan = self.plan_id[:1]
        # superuser: nobody deletes one in another way
        self.sudo().unlink()
        return plan.get_formview_action()

    def action_open_lines(self):
        self.ensure_one()
        action = self.plan_id.action_open_lines()
        return {**action, "domain": [("experiment_id", "=", self.id)]}

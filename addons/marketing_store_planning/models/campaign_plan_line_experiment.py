from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

ARMS = [
    ("treated", "Treated"),
    ("control", "Control"),
    ("a", "Creative A"),
    ("b", "Creative B"),
]
#: Of a line, written by the server when an experiment is set up or undone.
EXPERIMENT_FIELDS = (
    "experiment_id",
    "experiment_arm",
    "experiment_pair",
    "experiment_propensity",
    "experiment_usual",
    "experiment_size",
    "experiment_before",
)


class CampaignPlanLine(models.Model):
    """The arm of an experiment that chance, or a match, has put a line into."""

    _inherit = "campaign.plan.line"

    experiment_id = fields.Many2one(
        "campaign.plan.experiment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    experiment_arm = fields.Selection(ARMS, "Arm", readonly=True, copy=False)
    experiment_pair = fields.Integer("Pair", readonly=True, copy=False, aggregator=None)
    experiment_propensity = fields.Float(
        "Chance of the Arm",
        readonly=True,
        copy=False,
        digits=(16, 4),
        aggregator=None,
        help="With which probability chance put the store into this arm. 0: no chance.",
    )
    experiment_usual = fields.Float(
        "Usual Rate", readonly=True, copy=False, digits=(16, 5), aggregator=None
    )
    experiment_size = fields.Integer(
        "Size",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Pieces that the store gets, or would have got.",
    )
    experiment_before = fields.Json(
        "Before the Experiment", readonly=True, copy=False, help="To undo it."
    )

    @api.constrains("is_included", "creative_id", "experiment_id")
    def _check_experiment(self):
        for line in self.filtered("experiment_id"):
            experiment = line.experiment_id
            creative = experiment._get_creative(line.experiment_arm)
            if line.is_included != (line.experiment_arm != "control") or (
                creative and creative != line.creative_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(store)s is part of the experiment “%(experiment)s”: whether "
                        "and what it sends is fixed. Undo the experiment to change it.",
                        store=line.store_id.display_name,
                        experiment=experiment.name,
                    )
                )

    @api.depends("experiment_arm")
    def _compute_is_overridden(self):
        """What an experiment has decided is nobody's override."""
        own = self.filtered("experiment_id")
        result = super(CampaignPlanLine, self - own)._compute_is_overridden()
        for line in own:
            other = line.quantity != line.recommended_quantity
            other |= line.ai_status != line.recommended_status
            if line.experiment_arm not in ("a", "b"):
                other |= line.creative_id != line.recommended_creative_id
            line.is_overridden = bool(line.recommended_creative_id) and other
        return result

    def _check_server_fields(self, names):
        if set(EXPERIMENT_FIELDS) & names and not self.env.su:
            raise AccessError(
                self.env._("Arms of an experiment are drawn, and not written by hand.")
            )
        return super()._check_server_fields(names)

    def _write_arms(self, rows):
        """Write the arms by one statement: ``rows`` are tuples of id and the fields."""
        names = ("ids", *EXPERIMENT_FIELDS)
        arrays = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        self.flush_model()
        self.env.execute_query(
            SQL(
                """UPDATE campaign_plan_line line
                      SET experiment_id = arm.experiment, experiment_arm = arm.arm,
                          experiment_pair = arm.pair,
                          experiment_propensity = arm.propensity,
                          experiment_usual = arm.usual, experiment_size = arm.size,
                          experiment_before = arm.before,
                          edit_version = line.edit_version + 1
                     FROM unnest(%(ids)s::int[], %(experiment_id)s::int[],
                                 %(experiment_arm)s::text[], %(experiment_pair)s::int[],
                                 %(experiment_propensity)s::float8[],
                                 %(experiment_usual)s::float8[],
                                 %(experiment_size)s::int[],
                                 %(experiment_before)s::jsonb[])
                       AS arm(id, experiment, arm, pair, propensity, usual, size,
                              before)
                    WHERE line.id = arm.id
                RETURNING line.id""",
                **arrays,
            )
        )
        self.invalidate_model([*EXPERIMENT_FIELDS, "edit_version"], flush=False)

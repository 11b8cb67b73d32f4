import json

import numpy as np

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..experiment_design import Unit, design

_DROPS = """
    SELECT result.store_id, result.conversions, result.pieces,
           result.revenue::float8 AS revenue
      FROM store_campaign_result result
     WHERE result.store_id = ANY(%s) AND result.pieces > 0
       AND result.conversions <= result.pieces
       AND NOT COALESCE(result.is_holdout, FALSE)
     ORDER BY result.id
"""


class CampaignPlan(models.Model):
    """Experiments of a plan: shown with their power before anything is printed."""

    _inherit = "campaign.plan"

    experiment_ids = fields.One2many(
        "campaign.plan.experiment", "plan_id", "Experiments", copy=False
    )
    experiment_count = fields.Integer(compute="_compute_experiment_count")

    @api.depends("experiment_ids")
    def _compute_experiment_count(self):
        for plan in self:
            plan.experiment_count = len(plan.experiment_ids)

    def _design_experiment(self, kind, creatives=None, **options):
        """Return the design, and {store id: its lines}; a UserError when impossible."""
        self.ensure_one()
        lines = self._get_experiment_lines(kind, creatives)
        units, drops = self._read_units(lines)
        few = sum(unit.is_sent for unit in units) < 4
        none = kind == "like" and all(unit.is_sent for unit in units)
        if few or none:
            raise UserError(self._describe_few(kind, none))
        try:
            return design(units, drops, kind, **options), lines
        except ValueError as error:
            raise UserError(
                self.env._(
                    "The plan has too few like stores for this experiment: choose "
                    "fewer, or a greater share (%(reason)s).",
                    reason=error,
                )
            ) from error

    def _describe_few(self, kind, none):
        if none:
            return self.env._(
                "No store of this plan is left out: let chance choose the controls."
            )
        if kind == "ab":
            return self.env._(
                "Two creatives need four included stores at least, with one line each "
                "that both creatives are made for, and in no experiment yet."
            )
        return self.env._(
            "An experiment needs four included stores at least that are in none yet."
        )

    def _get_experiment_lines(self, kind, creatives):
        """Return {store: its lines} of the stores that can take part."""
        groups = self.line_ids.grouped("store_id")
        found = {}
        for store, lines in groups.items():
            if lines.experiment_id:
                continue
            sent = lines.filtered(lambda line: line.is_included and line.quantity > 0)
            if kind == "ab" and (
                len(lines) > 1
                or any(
                    creative.store_type_ids
                    and store.store_type_id not in creative.store_type_ids
                    for creative in creatives
                )
            ):
                continue
            if sent or (kind == "like" and not any(lines.mapped("is_included"))):
                found[store] = sent or lines[:1]
        return found

    def _read_units(self, lines):
        """Return the stores as the design takes them, and their past drops."""
        stores = self.env["marketing.store"].union(*lines) if lines else []
        self.env["store.campaign.result"].flush_model()
        rows = self.env.execute_query(SQL(_DROPS, [store.id for store in stores]))
        drops = np.array(rows, dtype=float).reshape(-1, 4)
        sums = {}
        for store, conversions, pieces, revenue in rows:
            past = sums.setdefault(store, [0, 0, 0, 0.0])
            for place, amount in enumerate((1, conversions, pieces, revenue or 0.0)):
                past[place] += amount
        units = [
            self._read_unit(store, own, sums.get(store.id))
            for store, own in lines.items()
        ]
        return units, (drops[:, 1], drops[:, 2], drops[:, 0])

    def _read_unit(self, store, lines, past):
        is_sent = lines[:1].is_included
        pieces = sum(lines.mapped("quantity"))
        nothing = float("nan")
        count, conversions, total, revenue = past or (0, 0, 0, 0.0)
        expected = sum(line.quantity * line.expected_rate for line in lines)
        if is_sent and expected:
            usual = expected / pieces
        else:
            usual = conversions / total if total else lines[:1].expected_rate or nothing
        return Unit(
            store.id,
            store.region_id.id or 0,
            is_sent,
            pieces or store.households or store.largest_drop or 1,
            usual,
            total / count if count else nothing,
            revenue / total if total else nothing,
        )

    def _create_experiment(self, name, kind, *, creatives=None, **options):
        """Set up an experiment: lines get their arms, controls are left out."""
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        found, lines = self._design_experiment(kind, creatives, **options)
        first, second = (creatives or [])[:2] if kind == "ab" else (None, None)
        # superuser: people see what was drawn, and only the server writes it
        experiment = (
            self.env["campaign.plan.experiment"]
            .sudo()
            .create(
                {
                    "name": name,
                    "plan_id": self.id,
                    "kind": kind,
                    "is_randomised": kind != "like",
                    "seed": options.get("seed", 0),
                    "creative_a_id": first and first.id,
                    "creative_b_id": second and second.id,
                    "first_count": sum(arm in ("treated", "a") for arm in found.arm),
                    "second_count": sum(arm in ("control", "b") for arm in found.arm),
                    "usual_rate": found.rate,
                    "store_spread": found.spread,
                    "detectable": found.detectable,
                    "target": found.target,
                    "stores_needed": found.needed,
                    "imbalance": found.imbalance,
                }
            )
        )
        self._put_into_arms(experiment, found, lines)
        return experiment.with_env(self.env)

    def _put_into_arms(self, experiment, found, lines):
        by_store = {store.id: own for store, own in lines.items()}
        rows, arms = [], {}
        columns = (found.key, found.arm, found.pair, found.propensity, found.usual)
        for store, arm, pair, chance, usual in zip(*columns, strict=True):
            for line in by_store[store]:
                before = {"is_included": line.is_included}
                before["creative_id"] = line.creative_id.id
                size = line.quantity or line.store_id.households or 1
                values = (experiment.id, arm, pair, chance, usual, size)
                rows.append((line.id, *values, json.dumps(before)))
                arms.setdefault(arm, []).append(line.id)
        all_lines = self.env["campaign.plan.line"]
        all_lines._write_arms(rows)
        for arm, ids in arms.items():
            own = all_lines.browse(ids)
            if creative := experiment._get_creative(arm):
                changed = own.filtered(lambda line, c=creative: line.creative_id != c)
                changed.write({"creative_id": creative.id})
            elif arm == "control":
                own.filtered("is_included").write({"is_included": False})

    def _copy_lines_to(self, plan):
        """A copy has no experiment: its stores are as they were before it."""
        result = super()._copy_lines_to(plan)
        copies = plan.line_ids.sorted("id")
        for line, copy in zip(self.line_ids, copies, strict=True):
            if line.experiment_id and line.experiment_before:
                copy.write(line.experiment_before)
        return result

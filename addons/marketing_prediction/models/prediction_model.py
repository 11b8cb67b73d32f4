from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

KINDS = [
    ("lifetime_value", "Lifetime Value"),
    ("churn", "Churn"),
    ("churn_month", "Churn within 30 Days"),
    ("engagement", "Engagement"),
    ("contact", "Next Best Contact"),
]


class PredictionModel(models.Model):
    """One fitted version of a model, with its proof on customers it had not seen.

    Written by the fitting job only: people may retire a version or have the next one
    fitted, but never change what was found.
    """

    _name = "prediction.model"
    _description = "Prediction Model"
    _order = "fitted_at desc, id desc"
    _log_access = False

    kind = fields.Selection(KINDS, "Predicts", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    version = fields.Integer(required=True, readonly=True, aggregator=None)
    state = fields.Selection(
        [
            ("candidate", "Candidate"),
            ("in_use", "In Use"),
            ("refused", "Refused"),
            ("retired", "Retired"),
        ],
        default="candidate",
        required=True,
        readonly=True,
    )
    verdict = fields.Selection(
        [
            ("better", "Better Than the Baseline"),
            ("no_better", "No Better Than the Baseline"),
            ("not_enough", "Not Enough Data"),
        ],
        readonly=True,
        help="Judged on days after those it was fitted on.",
    )
    retired_reason = fields.Selection(
        [
            ("replaced", "Replaced by the next version"),
            ("person", "Retired by a person"),
            ("no_better", "The next version proved no better than its baseline"),
        ],
        "Retired Because",
        readonly=True,
    )
    trained_from = fields.Date("History From", readonly=True)
    tested_from = fields.Date("Tested From", readonly=True)
    tested_until = fields.Date("Tested Until", readonly=True)
    data_hash = fields.Char(
        "Fingerprint of the Data",
        readonly=True,
        help="SHA-256 of the histories that it was fitted on.",
    )
    customer_count = fields.Integer("Customers", readonly=True, aggregator=None)
    parameters = fields.Json(readonly=True)
    needed = fields.Json(readonly=True)
    metrics = fields.Json(readonly=True)
    curve = fields.Json(readonly=True)
    spread = fields.Json(readonly=True)
    ranking = fields.Float(
        "Ranks Customers",
        readonly=True,
        aggregator=None,
        help="How well it orders customers it was not fitted on: Gini of the money for "
        "lifetime value, AUC for probabilities.",
    )
    ranking_baseline = fields.Float(
        "Baseline Ranks",
        readonly=True,
        aggregator=None,
        help="The same of a naive guess.",
    )
    gain = fields.Float(
        "Better By",
        readonly=True,
        aggregator=None,
        help="In the figure that decides whether it is used.",
    )
    gain_low = fields.Float(
        "At Least",
        readonly=True,
        aggregator=None,
        help="With 95 % certainty it is better by this much. Above 0 it is used.",
    )
    drift = fields.Float(
        readonly=True,
        aggregator=None,
        help="Population stability index of today's scores against the first ones of "
        "this version: below 0.1 hardly anything moved, above 0.25 a lot.",
    )
    drift_on = fields.Date("Drift Measured On", readonly=True)
    has_drifted = fields.Boolean("Drifted", readonly=True)
    scored_count = fields.Integer("Scored Customers", readonly=True, aggregator=None)
    fitted_at = fields.Datetime("Fitted On", readonly=True)
    duration = fields.Float("Seconds to Fit", readonly=True, aggregator=None)

    _version_uniq = models.Constraint(
        "UNIQUE(company_id, kind, version)", "This version exists already."
    )
    _one_in_use = models.UniqueIndex(
        "(company_id, kind) WHERE state = 'in_use'",
        "Another version of this model is in use.",
    )

    @api.depends("kind", "version")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for model in self:
            model.display_name = self.env._(
                "%(kind)s, version %(version)s",
                kind=kinds.get(model.kind, ""),
                version=model.version,
            )

    def write(self, vals):
        if not self.env.su:
            raise AccessError(
                self.env._("What a model found is not edited: retire it, or fit anew.")
            )
        return super().write(vals)

    def action_fit(self):
        """Fit the next version in the background."""
        self.check_access("write")
        for model in self:
            self._enqueue_fit(model.company_id, model.kind)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The next version is being fitted. It appears here in a minute."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_retire(self):
        """Take the model out of use; its scores are removed in the background."""
        self.check_access("write")
        if any(model.state != "in_use" for model in self):
            raise UserError(self.env._("Only a model in use can be retired."))
        # sudo: the check above decides who may, `write` keeps everything else out.
        self.sudo().write({"state": "retired", "retired_reason": "person"})
        for model in self:
            model._enqueue_clear()
        return True

    def action_open_customers(self):
        """Open the customers that this version scored."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_segment.customer_profile_action"
        )
        field = self._get_method().model_field
        return action | {
            "name": self.display_name,
            "domain": [(field, "=", self.id), ("partner_id.active", "=", True)],
        }

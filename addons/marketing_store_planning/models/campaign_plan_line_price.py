from odoo import api, fields, models
from odoo.exceptions import AccessError

from .campaign_plan_line_override import DECISIONS

#: Changes of these change what a run costs.
PRICED = {"creative_id", "quantity", "wave_id", "is_included", "plan_id"}


class CampaignPlanLine(models.Model):
    """What a line costs: its share of a print run, all pieces of a creative in a wave.

    So one line's price depends on the others: prices of a plan are worked out together,
    by one statement, after each change.
    """

    _inherit = "campaign.plan.line"

    unit_price = fields.Float(
        "Price a Piece",
        readonly=True,
        digits="Product Price",
        copy=False,
        aggregator="avg",
    )
    cost = fields.Monetary(readonly=True, copy=False)
    is_price_missing = fields.Boolean(readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_server_fields({name for name, value in vals.items() if value})
        ids = {vals.get("plan_id") for vals in vals_list} - {None, False}
        self.env["campaign.plan"].browse(ids)._check_open()
        lines = super().create(vals_list)
        lines.plan_id._check_open()
        lines._read_expectations()
        lines.plan_id._refresh_prices()
        return lines

    def write(self, vals):
        self._check_server_fields(set(vals))
        before = self.plan_id
        if vals:
            before._check_open()
        result = super().write(vals)
        if "plan_id" in vals:
            self.plan_id._check_open()
        if {"creative_id", "store_id"} & set(vals):
            self._read_expectations()
        if {*DECISIONS, "is_included"} & set(vals):
            self._note_override()
        if PRICED & set(vals):
            (before | self.plan_id)._refresh_prices()
        return result

    def unlink(self):
        plans = self.plan_id
        plans.filtered(lambda plan: plan.state != "cancelled")._check_open()
        result = super().unlink()
        plans._refresh_prices()
        return result

    def _check_server_fields(self, names):
        priced = {"unit_price", "cost", "is_price_missing"}
        told = (self._get_server_fields() | priced) & names
        if told and not self.env.su:
            raise AccessError(
                self.env._(
                    "What was recommended, expected and priced is worked out by the "
                    "server and cannot be written: %(fields)s.",
                    fields=", ".join(sorted(told)),
                )
            )

    def _read_expectations(self):
        """Fill in rates and value of store and creative, where somebody knows them.

        Empty here: the performance matrix extends it.
        """

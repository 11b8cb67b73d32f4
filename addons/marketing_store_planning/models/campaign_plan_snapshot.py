from datetime import date

from odoo import fields, models

from .campaign_plan_line_override import DECISIONS

#: What people decide about a line; a comparison shows it and a restore brings it back.
DECIDED = (
    "creative_id",
    "wave_id",
    "quantity",
    "is_included",
    "ai_status",
    "override_reason",
    "notes",
)
#: Columns of a row of a snapshot.
ADVISED = (*DECISIONS.values(), "recommended_rate", "recommended_value")
LINE = ("id", "store_id", *DECIDED, *ADVISED)
WAVE = ("id", "name", "sequence", "date_start", "date_end", "budget", "capacity")
PLAN = ("name", "period_start", "period_end", "budget")
TOTALS = ("total_stores", "total_quantity", "total_cost", "expected_conversions")


class CampaignPlan(models.Model):
    """A compact copy of a plan each time that somebody hands it on."""

    _inherit = "campaign.plan"

    version_ids = fields.One2many(
        "campaign.plan.version", "plan_id", "Versions", readonly=True, copy=False
    )

    def action_submit(self):
        result = super().action_submit()
        self._take_version("submitted")
        return result

    def action_approve(self):
        result = super().action_approve()
        self._take_version("approved")
        return result

    def action_reopen(self):
        result = super().action_reopen()
        self._take_version("reopened")
        return result

    def _take_version(self, kind):
        """Keep the plans as they are now; the caller has checked who may do this."""
        # superuser: a version has all lines, and only the server writes it
        plans = self.sudo()
        self.env["campaign.plan.version"].sudo().create(
            [
                {
                    "plan_id": plan.id,
                    "number": plan.version,
                    "kind": kind,
                    "user_id": self.env.uid,
                    "date": fields.Datetime.now(),
                    "content": plan._read_content(),
                    **{name: plan[name] for name in TOTALS},
                }
                for plan in plans
            ]
        )

    def _read_content(self):
        """Return plan, waves and lines as plain values; lines as rows of `LINE`."""
        self.ensure_one()
        rows = [[_plain(line, name) for name in LINE] for line in self.line_ids]
        return {
            "plan": {name: _plain(self, name) for name in PLAN},
            "waves": [
                {name: _plain(wave, name) for name in WAVE} for wave in self.wave_ids
            ],
            "lines": rows,
        }


def read_lines(content):
    """Return the lines of a snapshot as dicts."""
    return [dict(zip(LINE, row, strict=True)) for row in content["lines"]]


def _plain(record, name):
    value = record[name]
    if isinstance(value, models.BaseModel):
        return value.id
    return value.isoformat() if isinstance(value, date) else value

from odoo import models

#: Of a line, beside store and wave.
DECIDED = ("creative_id", "quantity", "is_included", "ai_status")
COPIED = (*DECIDED, "notes", "override_reason")


class CampaignPlan(models.Model):
    """A duplicate has the waves and the lines, with what was recommended for them."""

    _inherit = "campaign.plan"

    def copy(self, default=None):
        plans = super().copy(default)
        for old, new in zip(self, plans, strict=True):
            old._copy_lines_to(new)
        return plans

    def copy_data(self, default=None):
        names = (default or {}).get("name")
        return [
            {**values, "name": names or self.env._("%s (copy)", plan.name)}
            for plan, values in zip(self, super().copy_data(default), strict=True)
        ]

    def _copy_lines_to(self, plan):
        waves = dict(zip(self.wave_ids.ids, plan.wave_ids.ids, strict=True))
        # Lines that the user may see, with what only the server writes: superuser.
        lines = self.line_ids.sudo()
        names = [*COPIED, *lines._get_server_fields()]
        lines.create(
            [
                {
                    "plan_id": plan.id,
                    "store_id": line.store_id.id,
                    "wave_id": waves.get(line.wave_id.id),
                    **line._read_values(names),
                }
                for line in lines
            ]
        )

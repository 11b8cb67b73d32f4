from odoo import api, models


class CampaignPlan(models.Model):
    """What else forbids an approval: creatives that do not fit, waves outside."""

    _inherit = "campaign.plan"

    @api.constrains("period_start", "period_end")
    def _check_waves_within(self):
        self.wave_ids._check_within_plan()

    def _list_problems(self):
        problems = super()._list_problems()
        # superuser: a plan is approved as a whole, whichever lines the reader may see
        lines = self.sudo().line_ids.filtered(lambda x: x.is_included and x.creative_id)
        retired = lines.filtered(lambda line: line.creative_id.state == "retired")
        late = (lines - retired).filtered(
            lambda line: not line.creative_id._is_in_season(line._get_day())
        )
        for creative, its in retired.grouped("creative_id").items():
            problems.append(
                self.env._(
                    "“%(creative)s” is retired: %(stores)s.",
                    creative=creative.name,
                    stores=its._name_stores(),
                )
            )
        for creative, its in late.grouped("creative_id").items():
            problems.append(
                self.env._(
                    "“%(creative)s” is out of season in the waves of: %(stores)s.",
                    creative=creative.name,
                    stores=its._name_stores(),
                )
            )
        return problems

from odoo import api, models


class CampaignPlanLine(models.Model):
    _inherit = "campaign.plan.line"

    @api.model
    def web_read_group(self, domain, groupby, *args, opening_info=None, **kwargs):
        """Also open the column of lines without a wave: it is what is left to do."""
        is_board = kwargs.get("auto_unfold") and groupby and groupby[0] == "wave_id"
        if is_board and not opening_info:
            limit = kwargs.get("unfold_read_default_limit", 80)
            opening_info = [
                {"value": False, "folded": False, "limit": limit, "offset": 0}
            ]
        return super().web_read_group(
            domain, groupby, *args, opening_info=opening_info, **kwargs
        )

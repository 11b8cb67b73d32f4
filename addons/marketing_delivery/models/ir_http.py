from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the web client of marketers when nothing is sent."""
        info = super().session_info()
        user = self.env.user
        if user.has_groups("marketing_base.group_user,marketing_base.group_compliance"):
            hold = self.env["marketing.installation"]._get_sending_hold()
            if hold:
                info["marketing_sending_hold"] = {
                    "text": hold,
                    "can_decide": user.has_group("marketing_base.group_administrator"),
                }
        return info

import base64
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import UserError


class CampaignOrderFile(models.TransientModel):
    """The list of stores of some orders, kept until it is downloaded."""

    _name = "campaign.order.file"
    _description = "Store Distribution List"

    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    @api.model
    def _offer(self, orders):
        """Write the list of ``orders`` and return the action that downloads it."""
        orders.check_access("read")
        orders = orders.filtered("store_count")
        if not orders:
            raise UserError(self.env._("None of these orders goes to a store."))
        name = orders._name_distribution()
        content = base64.b64encode(orders._write_distribution())
        created = self.create({"file": content, "file_name": name})
        for order in orders:
            self.env["marketing.audit.log"]._record(
                "data_exported",
                order,
                {"line_count": [None, len(order._get_store_lines())]},
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{created.id}/file/{quote(name)}"
            "?download=true",
            "target": "download",
        }

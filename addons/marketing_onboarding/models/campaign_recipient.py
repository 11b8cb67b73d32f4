from odoo import api, models
from odoo.tools import SQL

from ..sample_marks import REASON, is_sample_address_sql


class CampaignRecipient(models.Model):
    _inherit = "campaign.recipient"

    @api.model
    def _gate_conditions(self):
        """Also for transactional messages, which ask for no consent."""
        made_up = is_sample_address_sql(SQL("message.email_address"))
        return [*super()._gate_conditions(), (REASON, made_up)]

    @api.model
    def _get_reason_labels(self):
        return super()._get_reason_labels() | {
            REASON: self.env._("Sample customer, never written to")
        }

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_delivery.models.campaign_recipient import GuardedMany2one


class CampaignRecipient(models.Model):
    _inherit = "campaign.recipient"

    # No foreign key, as for the company: one look-up a row. What was sent stays.
    creative_id = GuardedMany2one("email.creative", readonly=True)
    creative_propensity = fields.Float(
        readonly=True, help="Probability of this creative among those of the campaign."
    )

    # Conditions on messages of a period read these instead of the messages. All but the
    # first hold the few to whom it happened.
    _got_idx = models.Index(
        "(company_id, sent_at) INCLUDE (customer_id)"
        " WHERE sent_at IS NOT NULL AND state = 'sent'"
    )
    _opened_idx = models.Index(
        "(company_id, opened_at) INCLUDE (customer_id) WHERE opened_at IS NOT NULL"
    )
    _clicked_idx = models.Index(
        "(company_id, clicked_at) INCLUDE (customer_id) WHERE clicked_at IS NOT NULL"
    )
    _unsubscribed_idx = models.Index(
        "(company_id, unsubscribed_at) INCLUDE (customer_id)"
        " WHERE unsubscribed_at IS NOT NULL"
    )
    _bounced_idx = models.Index(
        "(company_id, bounced_at) INCLUDE (customer_id) WHERE bounced_at IS NOT NULL"
    )

    @api.model
    def _get_reason_labels(self):
        """Why somebody of the audience gets nothing."""
        return super()._get_reason_labels() | {
            "no_email": self.env._("No e-mail address"),
            "invalid_email": self.env._("E-mail address is not valid"),
            "duplicate_address": self.env._("Same address as another customer"),
            "archived": self.env._("Customer is archived"),
            "global_holdout": self.env._("Control group"),
        }

    @api.model
    def _get_columns_taken_over(self):
        """A message that is sent again has the same creative."""
        return [
            *super()._get_columns_taken_over(),
            "creative_id",
            "creative_propensity",
        ]

    @api.model
    def _gate_conditions(self):
        """Within its sending hours only; a message without a time waits for one."""
        return [
            *super()._gate_conditions(),
            (
                "outside_window",
                SQL(
                    """campaign.use_send_window AND (message.not_after IS NULL
                       OR message.not_after <= clock_timestamp() AT TIME ZONE 'UTC')"""
                ),
            ),
        ]

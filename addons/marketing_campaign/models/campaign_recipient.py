from odoo import api, fields, models
from odoo.tools import SQL, LazyTranslate

from odoo.addons.marketing_delivery.models.campaign_recipient import GuardedMany2one

_lt = LazyTranslate(__name__)

# Why somebody of the audience gets nothing, in words.
REASONS = {
    "no_email": _lt("No e-mail address"),
    "invalid_email": _lt("E-mail address is not valid"),
    "duplicate_address": _lt("Same address as another customer"),
    "archived": _lt("Customer is archived"),
    "no_consent": _lt("No consent"),
    "unsubscribed": _lt("Unsubscribed"),
    "blacklisted": _lt("Blacklisted"),
    "paused_by_person": _lt("Asked for a break"),
    "topic_opt_out": _lt("Does not want this topic"),
    "global_holdout": _lt("Control group"),
    "held_out": _lt("Control group"),
    "cancelled": _lt("Campaign was cancelled"),
    "company_inactive": _lt("Company is archived"),
    "no_address": _lt("No e-mail address"),
    "bad_address": _lt("E-mail address is not valid"),
    "bad_header": _lt("Subject or name cannot be put into a header"),
    "no_data": _lt("Customer has disappeared"),
    "frequency_cap": _lt("Had enough messages lately"),
    "quiet_hours": _lt("Quiet hours where the customer is"),
    "deferred": _lt("Put off by the mail server"),
    "no_trace": _lt("The provider never told of it"),
    "by_person": _lt("Decided by a person"),
    "sent_again": _lt("Given up on and sent again"),
    "render_error": _lt("Template could not be filled in"),
}


class CampaignRecipient(models.Model):
    _inherit = "campaign.recipient"

    # No foreign key, as for the company: one look-up a row. What was sent stays.
    creative_id = GuardedMany2one("email.creative", readonly=True)
    creative_propensity = fields.Float(
        readonly=True, help="Probability of this creative among those of the campaign."
    )

    def _get_reason_label(self, reason):
        """Words for a reason; other addons' reasons are shown as they are."""
        if reason in REASONS:
            return self.env._(REASONS[reason])
        return (reason or "").replace("_", " ").capitalize()

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

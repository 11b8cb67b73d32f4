from odoo import api, fields, models


class CampaignRecipientReason(models.Model):
    """Why a message did not leave, in words."""

    _inherit = "campaign.recipient"

    reason_label = fields.Char("Reason in Words", compute="_compute_reason_label")

    @api.depends("reason")
    @api.depends_context("lang")
    def _compute_reason_label(self):
        labels = self._get_reason_labels()
        for row in self:
            row.reason_label = self._describe_reason(row.reason, labels)

    @api.model
    def _describe_reason(self, reason, labels):
        """Return the words for a reason; one that nobody knows is shown as it is."""
        return labels.get(reason) or (reason or "").replace("_", " ").capitalize()

    @api.model
    def _get_reason_labels(self):
        """Return ``{reason: words}``; each addon adds the reasons that it gives."""
        return self._get_gate_reasons() | {
            # the sender
            "no_address": self.env._("No e-mail address"),
            "bad_address": self.env._("E-mail address is not valid"),
            "bad_header": self.env._("Subject or name cannot be put into a header"),
            "no_data": self.env._("Customer has disappeared"),
            "render_error": self.env._("Template could not be filled in"),
            "deferred": self.env._("Put off by the mail server"),
            "rejected": self.env._("Refused by the provider"),
            "too_many_attempts": self.env._("Given up after several attempts"),
            "no_answer": self.env._("No answer"),
            "lease_lost": self.env._("Refused after it was given up on"),
            # the end of a doubt
            "no_trace": self.env._("The provider never told of it"),
            "answer_lost": self.env._("The answer was lost, so it is sent again"),
            "objected": self.env._("Has said stop to the provider"),
            "by_person": self.env._("Decided by a person"),
            "sent_again": self.env._("Given up on and sent again"),
        }

    @api.model
    def _get_gate_reasons(self):
        return {
            "no_consent": self.env._("No consent"),
            "unsubscribed": self.env._("Unsubscribed"),
            "blacklisted": self.env._("Blacklisted"),
            "paused_by_person": self.env._("Asked for a break"),
            "topic_opt_out": self.env._("Does not want this topic"),
            "company_inactive": self.env._("Company is archived"),
            "frequency_cap": self.env._("Had enough messages lately"),
            "quiet_hours": self.env._("Quiet hours where the customer is"),
            "cancelled": self.env._("Campaign was cancelled"),
            "held_out": self.env._("Control group"),
        }

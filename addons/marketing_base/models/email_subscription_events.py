from odoo import api, models

from ..events import Event, insert_events


class EmailSubscriptionEvents(models.Model):
    """An objection is an event too, once; the consent itself decides what is sent."""

    _inherit = "email.subscription.preference"

    @api.model
    def _opt_out(self, *args, **kwargs):
        preference = super()._opt_out(*args, **kwargs)
        preference._log_unsubscribed()
        return preference

    def _write_subscribed(self, vals):
        changed = self.filtered("is_subscribed")
        result = super()._write_subscribed(vals)
        if not vals["is_subscribed"]:
            changed._log_unsubscribed()
        return result

    def _log_unsubscribed(self):
        """Repeating an objection keeps its time, and so the event's identifier."""
        insert_events(
            self.env.cr,
            [
                Event(
                    event_type="user_unsubscribed",
                    event_id=f"objection:{preference.id}"
                    f":{preference.unsubscribed_at.isoformat()}",
                    occurred_at=preference.unsubscribed_at,
                    company_id=preference.company_id.id,
                    partner_id=preference.partner_id.commercial_partner_id.id,
                    properties={
                        "channel": preference.channel,
                        "via": (preference.consent_source or "unknown")[:64],
                        "unsubscribe_reason": (
                            preference.unsubscribe_reason or "unknown"
                        )[:100],
                    },
                )
                # sudo: the event names the company's own customer, whoever acts
                for preference in self.sudo()
            ],
        )

from odoo import models
from odoo.tools import SQL

from odoo.addons.marketing_base.evidence import Evidence

from ..sender import feedback as kinds
from .delivery_feedback import UNREACHABLE

_OBJECTIONS = (kinds.COMPLAINED, kinds.UNSUBSCRIBED)


class DeliveryFeedback(models.AbstractModel):
    """What ends with a provider's word: consents and addresses."""

    _inherit = "delivery.feedback"

    def _stop(self, fresh):
        """Write no more to who objected, and to addresses that do not exist."""
        ordered = sorted(fresh, key=lambda pair: (pair[0].address_key, pair[0].id))
        objections = [pair for pair in ordered if pair[1].kind in _OBJECTIONS]
        returned = self._find_returned([message for message, _f in objections])
        for message, f in objections:
            moment = returned.get((message.company_id, message.address_key))
            if not moment or not f.occurred_at or moment <= f.occurred_at:
                self._opt_out(message, f)
        dead = [
            message.email_address
            for message, f in ordered
            if f.kind in UNREACHABLE and f.bounce_type == "hard"
            if message.channel == "email" and message.email_address
        ]
        if dead:
            self.env["mail.blacklist"]._stop_dead(dead)

    def _find_returned(self, messages):
        """Return when each address last consented: a later yes outlives an old no."""
        if not messages:
            return {}
        self.env["email.subscription.preference"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT company_id, address_key, consent_given_at
                     FROM email_subscription_preference
                    WHERE is_subscribed
                      AND address_key = ANY(%s)""",
                [message.address_key for message in messages],
            )
        )
        # providers tell whole seconds: of the same second the objection counts
        return {
            (company, key): moment.replace(microsecond=0)
            for company, key, moment in rows
            if moment
        }

    def _opt_out(self, message, f):
        self.env["email.subscription.preference"]._opt_out(
            message.company_id,
            message.channel,
            message.address_key,
            reason="complained" if f.kind == kinds.COMPLAINED else None,
            source="complaint" if f.kind == kinds.COMPLAINED else "provider",
            address=message.email_address,
            evidence=Evidence(campaign_id=message.campaign_id),
        )

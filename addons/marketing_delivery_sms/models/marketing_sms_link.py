import time

from odoo import api, models

from odoo.addons.marketing_base.links import LinkSigner
from odoo.addons.marketing_delivery.tracking.recipient_links import (
    LIFETIME_SECONDS,
    RecipientLinks,
)

from ..tracking.short_links import WAY_OUT

_IS_YOUNG = """
    SELECT FROM campaign_recipient
     WHERE id = %s AND channel = 'sms'
       AND queued_at > now() AT TIME ZONE 'UTC' - make_interval(secs => %s)
"""


class MarketingSmsLink(models.AbstractModel):
    """Where a short link leads to."""

    _name = "marketing.sms.link"
    _description = "Short Links"

    @api.model
    def _follow(self, recipient_id, position, visit):
        """Return the address to go to, None when there is none."""
        self.env.cr.execute(_IS_YOUNG, [recipient_id, LIFETIME_SECONDS])
        if not self.env.cr.rowcount:
            return None
        if position == WAY_OUT:
            return self._get_way_out(recipient_id)
        intake = self.env["marketing.engagement.intake"]
        return intake._record_click(recipient_id, position, visit)

    def _get_way_out(self, recipient_id):
        """The page on which a person leaves; only what is pressed there does it."""
        expires = int(time.time()) + LIFETIME_SECONDS
        signer = LinkSigner.from_env(self.env)
        return RecipientLinks("", signer, recipient_id, expires).unsubscribe()

import time

from odoo import models

from odoo.addons.marketing_base.links import LinkSigner
from odoo.addons.marketing_delivery.tracking.targets import is_own, with_utm

# the visitor's first page says who came; afterwards the link says nothing
LANDING_SECONDS = 3600


class MarketingEngagementIntake(models.AbstractModel):
    _inherit = "marketing.engagement.intake"

    def _get_target(self, recipient_id, position):
        """Let a link to our own website say, signed, whose message it was in."""
        target = super()._get_target(recipient_id, position)
        if not target or not is_own(target, self.env["website"]._get_recorded_hosts()):
            return target
        token = LinkSigner.from_env(self.env).sign(
            "landing", recipient_id, position, expires=time.time() + LANDING_SECONDS
        )
        return with_utm(target, {"mmv": token})

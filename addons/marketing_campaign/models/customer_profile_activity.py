from odoo import api, models

from odoo.addons.marketing_segment.models.customer_profile_activity import (
    ActivityField,
)

from ..segment_activity_message import MessageSource


class CustomerProfile(models.Model):
    """Conditions on what customers got, opened and clicked."""

    _inherit = "customer.profile"

    messages = ActivityField(
        "messages",
        "Messages",
        help="How often, or when last, a message was got, opened or clicked.",
    )

    @api.model
    def _get_segment_paths(self):
        return super()._get_segment_paths() | {"messages": "activity"}

    @api.model
    def _get_activity_sources(self):
        return super()._get_activity_sources() | {"messages": MessageSource}

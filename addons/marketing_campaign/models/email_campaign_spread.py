# Messages get their times on a cursor of the sender, in portions.
# pylint: disable=invalid-commit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.marketing_delivery.send_window import find_country_zone, find_zone

from ..send_window import spread


class EmailCampaign(models.Model):
    """A campaign whose messages leave at the hours at which customers click."""

    _inherit = "email.campaign"

    spread_hours = fields.Boolean(
        "Spread over a Day",
        help="Messages leave within 24 hours, between 06:00 and 22:00 on the clock of"
        " each customer, most of them at the hours at which customers click.",
    )

    @api.constrains("spread_hours", "use_send_window")
    def _check_spread(self):
        if any(c.spread_hours and c.use_send_window for c in self):
            raise ValidationError(
                self.env._(
                    "Choose sending hours, or spread the messages over a day: not both."
                )
            )

    def _plan_messages(self):
        result = super()._plan_messages()
        if self.spread_hours and self.status == "running":
            cr = self.env.cr
            zone = self._find_customer_zone
            while spread.write_hours(cr, self.id, self.company_id.id, zone):
                cr.commit()
        return result

    def _find_customer_zone(self, tz="", country=""):
        """Each customer's own, whatever the clock of the sending hours."""
        return (
            find_zone(tz)
            or find_country_zone(country)
            or find_zone(self.window_tz)
            or find_zone("UTC")
        )

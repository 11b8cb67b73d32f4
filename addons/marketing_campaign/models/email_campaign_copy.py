from itertools import count

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Sending, or about to: hiding it would hide what customers receive.
BUSY = ("scheduled", "running", "paused")


class EmailCampaign(models.Model):
    """Duplicating, archiving and deleting."""

    _inherit = "email.campaign"

    active = fields.Boolean(default=True, copy=False)

    @api.constrains("active", "status")
    def _check_active(self):
        for campaign in self:
            if not campaign.active and campaign.status in BUSY:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is archived or would be, and it is %(status)s."
                        " Cancel it before archiving, or restore it before sending.",
                        name=campaign.name,
                        status=campaign._get_status_label(),
                    )
                )

    def copy_data(self, default=None):
        return [
            vals
            if (default or {}).get("name")
            else dict(vals, name=campaign._get_copy_name())
            for campaign, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _get_copy_name(self):
        """“Autumn (copy)”, then “Autumn (copy 2)”: two of one name are mixed up."""
        every = self.with_context(active_test=False)
        for number in count(1):
            name = (
                self.env._("%(name)s (copy)", name=self.name)
                if number == 1
                else self.env._(
                    "%(name)s (copy %(number)s)", name=self.name, number=number
                )
            )
            if not every.search_count([("name", "=", name)], limit=1):
                return name

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        """What customers received must be traceable for as long as they may ask."""
        for campaign in self:
            if campaign.start_date or campaign.recipient_ids[:1]:
                raise UserError(
                    self.env._(
                        "“%(name)s” has been started; its history must stay."
                        " Archive it instead.",
                        name=campaign.name,
                    )
                )
            if campaign.status == "scheduled":
                raise UserError(
                    self.env._(
                        "“%(name)s” is scheduled. Take it back to draft before"
                        " deleting it.",
                        name=campaign.name,
                    )
                )

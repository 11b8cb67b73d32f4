from odoo import SUPERUSER_ID, api, models
from odoo.fields import Domain

from ..masking import mask_address
from .marketing_pii import PII


class MarketingMasked(models.AbstractModel):
    """Mixin of models named by an address: analysts see it masked, and cannot ask.

    The fields that hold it carry ``groups=PII``; this covers the display name, which
    is read without naming a field, and the search by it.
    """

    _name = "marketing.masked"
    _description = "Masked Address"

    @api.model
    def _reads_pii(self):
        """Judge the user, never the superuser mode: Odoo names groups with sudo."""
        return self.env.uid == SUPERUSER_ID or self.env.user.has_groups(PII)

    def _get_masked_name(self):
        # superuser: whoever may read the record may read the masked address
        record = self.sudo()
        return mask_address(record.channel, record.email_address)

    @api.model
    def _search_display_name(self, operator, value):
        if self.env.su or self._reads_pii() or not value:
            return super()._search_display_name(operator, value)
        # a search that answers tells the address, one guess at a time
        return Domain.FALSE

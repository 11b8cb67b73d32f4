from odoo import api, models
from odoo.tools import SQL

from ..sample_marks import REASON, is_sample_address_sql


class EmailSubscriptionPreference(models.Model):
    _inherit = "email.subscription.preference"

    @api.model
    def _refusal_sql(
        self, *, company, channel, address_key, email, partner, topic=None
    ):
        """A made-up address is never written to, whatever consent it was given."""
        refusal = super()._refusal_sql(
            company=company,
            channel=channel,
            address_key=address_key,
            email=email,
            partner=partner,
            topic=topic,
        )
        return SQL(
            "CASE WHEN %s THEN %s ELSE %s END",
            is_sample_address_sql(email),
            REASON,
            refusal,
        )

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from .email_campaign_delivery import AFTERMATH


class EmailCampaign(models.Model):
    """What the providers charge for the messages they accepted."""

    _inherit = "email.campaign"

    spend = fields.Monetary(
        readonly=True,
        copy=False,
        help="Accepted messages at the cost per message of the provider that took each;"
        " counted until three days after the end, so that a new price leaves it alone.",
    )

    @api.model
    def _get_server_fields(self):
        return super()._get_server_fields() | {"spend": 0.0}

    def _refresh_statistics(self):
        changed = super()._refresh_statistics()
        self._refresh_spend()
        return changed

    def _refresh_spend(self):
        """Price the accepted messages, two statements for any number of campaigns."""
        since = fields.Datetime.now() - AFTERMATH
        campaigns = self.filtered(lambda c: not c.end_date or c.end_date >= since)
        providers = self._get_priced_providers()
        if not campaigns or not (providers or any(campaigns.mapped("spend"))):
            return
        amounts = campaigns._price_messages(providers)
        rows = self.env.execute_query(
            SQL(
                """UPDATE email_campaign c SET spend = n.amount
                     FROM unnest(%s::int[], %s::numeric[]) AS n(id, amount)
                    WHERE c.id = n.id AND c.spend IS DISTINCT FROM n.amount
                RETURNING c.id""",
                campaigns.ids,
                [amounts[campaign] for campaign in campaigns],
            )
        )
        campaigns.invalidate_recordset(["spend"], flush=False)
        self.env["campaign.daily.stats"]._mark([row[0] for row in rows])

    @api.model
    def _get_priced_providers(self):
        # Superuser: an archived provider, or one of another company, charged as well.
        providers = self.env["delivery.provider"].sudo().with_context(active_test=False)
        return providers.search([("cost_per_message", ">", 0)])

    def _price_messages(self, providers):
        """{campaign: amount in the currency of its company}."""
        amounts = defaultdict(float)
        groups = self.env["campaign.recipient"]._read_group(
            [
                ("campaign_id", "in", self.ids),
                ("provider_id", "in", providers.ids),
                ("state", "=", "sent"),
            ],
            ["campaign_id", "provider_id"],
            ["units:sum"],
        )
        for campaign, provider, units in groups:
            amounts[campaign] += campaign._price(provider.sudo(), units)
        return amounts

    def _price(self, provider, units):
        """Cost of messages, or of their segments, in the company's currency."""
        company = self.company_id
        date = self.start_date or fields.Datetime.now()
        cost = units * provider.cost_per_message
        return provider.currency_id._convert(
            cost, company.currency_id, company, date.date()
        )

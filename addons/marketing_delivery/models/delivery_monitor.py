from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

GROUPS = ("group_analyst", "group_user", "group_compliance")
MINUTES = 60
# Open messages and those in doubt are few beside all that was ever sent: each count is
# read from a partial index, or from that of campaign and state.
_CAMPAIGNS = """
    SELECT campaign.id, campaign.name, campaign.status,
           NULLIF(campaign.status_reason, '') AS reason, waiting.number AS waiting,
           moving.number AS moving, doubtful.number AS in_doubt,
           (SELECT queued_at FROM campaign_recipient WHERE id = waiting.first) AS oldest
      FROM email_campaign campaign,
           LATERAL (SELECT count(*) AS number, min(id) AS first
                      FROM campaign_recipient
                     WHERE campaign_id = campaign.id AND state = 'queued') waiting,
           LATERAL (SELECT count(*) AS number FROM campaign_recipient
                     WHERE campaign_id = campaign.id
                       AND state IN ('claimed', 'submitting')) moving,
           LATERAL (SELECT count(*) AS number FROM campaign_recipient
                     WHERE campaign_id = campaign.id AND state = 'in_doubt') doubtful
     WHERE campaign.company_id = ANY(%(companies)s)
       AND (campaign.status IN ('running', 'paused')
            OR campaign.id IN (SELECT campaign_id FROM campaign_recipient
                                WHERE state = 'in_doubt'))
     ORDER BY campaign.status <> 'running', campaign.status <> 'paused',
              campaign.id DESC
     LIMIT 50
"""
_SENT = """
    SELECT event.campaign_id,
           div(EXTRACT(epoch FROM now() AT TIME ZONE 'UTC' - event.occurred_at),
               60)::int AS age,
           count(*) AS number
      FROM email_campaign campaign
      JOIN marketing_event event ON event.campaign_id = campaign.id
       AND event.event_type IN ('email_sent', 'sms_sent')
       AND event.occurred_at > now() AT TIME ZONE 'UTC' - interval '1 hour'
       AND event.occurred_at <= now() AT TIME ZONE 'UTC'
     WHERE campaign.company_id = ANY(%(companies)s)
       AND (campaign.status IN ('running', 'paused')
            OR campaign.end_date > now() AT TIME ZONE 'UTC' - interval '1 hour')
     GROUP BY 1, 2
"""


class DeliveryMonitor(models.AbstractModel):
    """What is being sent now, in one look; nothing of it is stored."""

    _name = "delivery.monitor"
    _description = "Delivery Monitor"

    @api.readonly
    @api.model
    def get_data(self):
        """Return the campaigns, the rate of the last hour, the providers and holds."""
        has_group = self.env.user.has_group
        if not any(has_group(f"marketing_base.{name}") for name in GROUPS):
            raise AccessError(
                self.env._("Only people of marketing look at what is being sent.")
            )
        sent, minutes = self._count_sent()
        campaigns = self._read_campaigns(sent)
        oldest = [campaign["oldest"] for campaign in campaigns if campaign["oldest"]]
        return {
            "campaigns": campaigns,
            "minutes": minutes,
            "rate": sum(minutes[-6:-1]) / 5.0,  # the five whole minutes before this one
            "totals": {
                name: sum(campaign[name] for campaign in campaigns)
                for name in ("waiting", "moving", "in_doubt")
            },
            "oldest": min(oldest, default=False),
            "providers": self._read_providers(),
            "brakes": self._read_brakes(),
            "hold": self.env["marketing.installation"]._get_sending_hold(),
        }

    def _query(self, statement):
        self.env.flush_all()
        values = {"companies": self.env.companies.ids}
        return self.env.execute_query_dict(SQL(statement, **values))  # pylint: disable=sql-injection

    def _count_sent(self):
        """Return ({campaign id: sent in an hour}, [sent by minute, oldest first])."""
        sent, minutes = defaultdict(int), [0] * MINUTES
        for row in self._query(_SENT):
            sent[row["campaign_id"]] += row["number"]
            minutes[MINUTES - 1 - min(row["age"], MINUTES - 1)] += row["number"]
        return sent, minutes

    def _read_campaigns(self, sent):
        labels = dict(
            self.env["email.campaign"]
            ._fields["status"]
            ._description_selection(self.env)
        )
        return [
            {
                **row,
                "reason": row["reason"] or False,
                "status_label": labels[row["status"]],
                "sent_in_hour": sent[row["id"]],
                "oldest": row["oldest"] and fields.Datetime.to_string(row["oldest"]),
            }
            for row in self._query(_CAMPAIGNS)
        ]

    def _read_providers(self):
        providers = self.env["delivery.provider"].search(
            [("company_id", "in", [*self.env.companies.ids, False])]
        )
        labels = dict(providers._fields["status"]._description_selection(self.env))
        return [
            {
                "id": provider.id,
                "name": provider.name,
                "state": provider.status,
                "state_label": labels[provider.status],
                "error": provider.status_detail,
                "allowances": provider._read_allowances(),
            }
            for provider in providers
        ]

    def _read_brakes(self):
        brakes = self.env["delivery.brake"].search(
            [
                ("level", "!=", "released"),
                ("campaign_id.status", "in", ("running", "paused")),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        return [
            {
                "campaign_id": brake.campaign_id.id,
                "campaign": brake.campaign_id.name,
                "level": brake.level,
                "reason": brake.reason,
            }
            for brake in brakes
        ]

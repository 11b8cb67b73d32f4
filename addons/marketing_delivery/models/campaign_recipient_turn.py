from odoo import api, models
from odoo.tools import SQL

# What a person chose, as a factor on the company's caps.
FACTORS = {"low": 0.5, "normal": 1.0, "high": 2.0}
# One row a message that nothing else refuses: from when on it is its person's turn.
# A person is a customer, at whichever address, and an address, whosever it is.
_TURN = """
    SELECT GREATEST(
               had.times[%(day)s] + interval '24 hours',
               had.times[%(week)s] + interval '7 days',
               had.times[1] + make_interval(
                   secs => 3600 * NULLIF(judged.marketing_cap_gap, 0))) AS opens
      FROM (SELECT %(factor)s * COALESCE((
                SELECT CASE preferred_frequency %(factors)s ELSE 1 END
                  FROM email_subscription_preference consent
                 WHERE consent.company_id = judged.company_id
                   AND consent.channel = judged.channel
                   AND consent.address_key = judged.address_key), 1) AS factor) chosen,
           LATERAL (
               SELECT array_agg(counted_at ORDER BY counted_at DESC) AS times
                 FROM (SELECT id, counted_at FROM campaign_recipient past
                        WHERE past.customer_id = judged.customer_id
                          AND past.company_id = judged.company_id
                          AND past.counted_at > %(since)s
                        UNION
                       SELECT id, counted_at FROM campaign_recipient past
                        WHERE past.address_key COLLATE "C" = judged.address_key
                          AND past.company_id = judged.company_id
                          AND past.counted_at > %(since)s) past
           ) had
     WHERE judged.refusal IS NULL AND judged.is_capped
"""


class CampaignRecipient(models.Model):
    """How often a person is written to, over all campaigns and channels."""

    _inherit = "campaign.recipient"

    @api.model
    def _turn_sql(self):
        """Return SQL for the time (or NULL) from which on the caps allow a message.

        The N-th latest message of a window of N makes room when it leaves the window.
        What two senders let through at once cannot hide from each other: they hold
        the persons' locks (``outbox.pass_gate``) until they commit.
        """
        return SQL(
            _TURN,
            day=self._scaled_cap_sql("marketing_cap_day"),
            week=self._scaled_cap_sql("marketing_cap_week"),
            factor=SQL("judged.frequency_cap"),
            factors=SQL(" ").join(
                SQL("WHEN %s THEN %s", choice, factor)
                for choice, factor in FACTORS.items()
            ),
            since=SQL("(clock_timestamp() AT TIME ZONE 'UTC') - interval '7 days'"),
        )

    def _scaled_cap_sql(self, name):
        """Rounded down, but at least one message; NULL for no limit."""
        return SQL(
            "CASE WHEN judged.%(cap)s > 0 THEN"
            " GREATEST(1, floor(judged.%(cap)s * chosen.factor))::int END",
            cap=SQL.identifier(name),
        )

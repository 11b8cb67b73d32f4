from odoo import api, models
from odoo.tools import SQL

# `asked` is the batch of `outbox.pass_gate`: the messages, and for each the hours in
# which its customer may be written to (NULL: always).
_GATE = """
    WITH judged AS MATERIALIZED (
        SELECT message.id, message.company_id, message.channel, message.customer_id,
               message.address_key, message.frequency_cap, message.queued_at,
               asked.opens, asked.closes, campaign.cap_wait_hours,
               company.marketing_cap_day, company.marketing_cap_week,
               company.marketing_cap_gap,
               campaign.is_transactional IS NOT TRUE AS is_capped,
               row_number() OVER (PARTITION BY message.address_key ORDER BY message.id)
               = 1 AND (message.customer_id IS NULL OR row_number() OVER (
                   PARTITION BY message.customer_id ORDER BY message.id) = 1)
               AS is_first,
               CASE %(conditions)s ELSE %(refusal)s END AS refusal
          FROM asked
          JOIN campaign_recipient message ON message.id = asked.id
          JOIN email_campaign campaign ON campaign.id = message.campaign_id
          JOIN res_company company ON company.id = message.company_id
    ), timed AS (
        SELECT judged.*, turn.opens AS turn, %(now)s AS now
          FROM judged LEFT JOIN LATERAL (%(turn)s) turn ON TRUE
    )
    SELECT id, is_capped, is_first,
           CASE WHEN refusal IS NOT NULL THEN refusal
                WHEN now < opens OR now >= closes THEN 'quiet_hours'
                WHEN turn > now THEN 'frequency_cap' END AS reason,
           CASE WHEN refusal IS NOT NULL THEN NULL
                WHEN now < opens OR now >= closes THEN GREATEST(opens, now)
                WHEN turn > now
                 AND turn <= queued_at + make_interval(hours => cap_wait_hours)
                THEN turn END AS not_before
      FROM timed
"""


class CampaignRecipient(models.Model):
    _inherit = "campaign.recipient"

    @api.model
    def _gate_sql(self):
        """Return the verdicts: ``(id, is_capped, is_first, reason, not_before)``.

        First is one of several messages to a person; the others are asked again.

        No reason: it may go. A ``not_before`` sends it back into the queue until then,
        any other reason is what :meth:`_gate_conditions` says. Evaluated inside the one
        UPDATE that lets messages through, so a stop that was committed before that
        statement began always wins.
        """
        conditions = [
            SQL("WHEN %s THEN %s", condition, reason)
            for reason, condition in self._gate_conditions()
        ]
        return SQL(
            _GATE,
            conditions=SQL(" ").join(conditions),
            refusal=self._gate_refusal_sql(),
            turn=self._turn_sql(),
            now=SQL("clock_timestamp() AT TIME ZONE 'UTC'"),
        )

    @api.model
    def _gate_conditions(self):
        """Return ``(reason, SQL condition)`` in order of precedence.

        The reasons paused, too_early and outside_window put a message back into the
        queue, cancelled and held_out are states, any other reason skips it for good.
        """
        return [
            ("cancelled", SQL("campaign.status = 'cancelled'")),
            ("paused", SQL("campaign.status <> 'running'")),
            ("held_out", SQL("message.arm <> 'treated'")),
            ("company_inactive", SQL("company.active IS NOT TRUE")),
            (
                "too_early",
                SQL("message.not_before > clock_timestamp() AT TIME ZONE 'UTC'"),
            ),
        ]

    @api.model
    def _gate_refusal_sql(self):
        """Consent; a transactional message only respects the stop lists."""
        consent = self.env["email.subscription.preference"]
        address = {
            "channel": SQL("message.channel"),
            "email": SQL("message.email_address"),
        }
        return SQL(
            "CASE WHEN campaign.is_transactional THEN %s ELSE %s END",
            consent._stop_sql(**address),
            consent._refusal_sql(
                **address,
                company=SQL("message.company_id"),
                address_key=SQL("message.address_key"),
                partner=SQL("message.customer_id"),
                topic=SQL("campaign.topic_id"),
            ),
        )

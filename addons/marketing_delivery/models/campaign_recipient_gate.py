from odoo import api, models
from odoo.tools import SQL


class CampaignRecipient(models.Model):
    _inherit = "campaign.recipient"

    @api.model
    def _gate_sql(self):
        """Return the verdicts: a row ``(id, reason)`` each, reason NULL = may go.

        Evaluated inside the one UPDATE that lets messages through, so a stop that was
        committed before that statement began always wins.
        """
        conditions = [
            SQL("WHEN %s THEN %s", condition, reason)
            for reason, condition in self._gate_conditions()
        ]
        return SQL(
            """
            SELECT message.id, CASE %(conditions)s ELSE %(refusal)s END AS reason
              FROM campaign_recipient message
              JOIN email_campaign campaign ON campaign.id = message.campaign_id
              JOIN res_company company ON company.id = message.company_id
            """,
            conditions=SQL(" ").join(conditions),
            refusal=self._gate_refusal_sql(),
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
        """Consent; a transactional message only respects the blacklist."""
        return SQL(
            """CASE WHEN campaign.is_transactional THEN
                   CASE WHEN EXISTS (
                       SELECT FROM mail_blacklist stop WHERE stop.active
                          AND stop.email = lower(btrim(message.email_address)))
                   THEN 'blacklisted' END
               ELSE %s END""",
            self.env["email.subscription.preference"]._refusal_sql(
                company=SQL("message.company_id"),
                channel=SQL("message.channel"),
                address_key=SQL("message.address_key"),
                email=SQL("message.email_address"),
                partner=SQL("message.customer_id"),
                topic=SQL("campaign.topic_id"),
            ),
        )

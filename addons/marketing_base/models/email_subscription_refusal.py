from odoo import api, models
from odoo.tools import SQL

from ..addresses import normalised_sql

SIMILAR_PRODUCTS_MONTHS = 24


class EmailSubscriptionRefusal(models.Model):
    """The one definition of "may we write to this address now"."""

    _inherit = "email.subscription.preference"

    @api.model
    def _refusal_sql(
        self, *, company, channel, address_key, email, partner, topic=None
    ):
        """Return a scalar SQL expression: NULL when sendable, else the reason.

        'no_consent' | 'unsubscribed' | 'blacklisted' | 'paused_by_person' |
        'topic_opt_out'. All arguments are SQL expressions over the row in question;
        ``email`` is the clear address or number, ``partner`` and ``topic`` an id or
        NULL. An invalid address has no key and no consent. Without ``topic`` nothing is
        looked up for it. A pause that is over is none: nobody has to end it.
        """
        for model in ("email.subscription.preference", "mail.blacklist", "res.company"):
            self.env[model].flush_model()
        return SQL(
            """(SELECT CASE
                    WHEN asked.key IS NULL THEN 'no_consent'
                    WHEN consent.is_subscribed IS FALSE THEN 'unsubscribed'
                    WHEN %(blacklisted)s THEN 'blacklisted'
                    WHEN consent.paused_until > clock_timestamp() AT TIME ZONE 'UTC'
                    THEN 'paused_by_person'
                    WHEN consent.is_subscribed OR %(similar)s THEN %(unwanted)s
                    ELSE 'no_consent' END
                  FROM (SELECT %(key)s AS key, %(company)s AS company,
                               %(channel)s AS channel, %(email)s AS email,
                               %(partner)s::int AS partner,
                               %(topic)s::int AS topic OFFSET 0) asked
             LEFT JOIN email_subscription_preference consent
                    ON consent.company_id = asked.company
                   AND consent.channel = asked.channel
                   AND consent.address_key = asked.key)""",
            blacklisted=self._get_blacklisted_sql(),
            unwanted=self._get_unwanted_topic_sql() if topic else SQL("NULL"),
            topic=topic or SQL("NULL"),
            similar=self._get_similar_products_sql(),
            key=address_key,
            company=company,
            channel=channel,
            email=email,
            partner=partner,
        )

    @api.model
    def _stop_sql(self, *, channel, email):
        """The same for a message that needs no consent: the stop lists only."""
        return SQL(
            """(SELECT CASE WHEN %s THEN 'blacklisted' END
                  FROM (SELECT %s AS channel, %s AS email OFFSET 0) asked)""",
            self._get_blacklisted_sql(),
            channel,
            email,
        )

    @api.model
    def _get_blacklisted_sql(self):
        return SQL(
            """CASE asked.channel
               WHEN 'email' THEN EXISTS (
                   SELECT FROM mail_blacklist stop
                    WHERE stop.active AND stop.email = %s)
               WHEN 'sms' THEN EXISTS (
                   SELECT FROM phone_blacklist stop
                    WHERE stop.active AND stop.number = btrim(asked.email))
               ELSE FALSE END""",
            normalised_sql("email", SQL("asked.email")),
        )

    @api.model
    def _get_unwanted_topic_sql(self):
        """The reason of whoever left this topic, or never chose an optional one."""
        self.env["marketing.topic"].flush_model()
        return SQL(
            """CASE WHEN asked.topic IS NOT NULL
                     AND NOT COALESCE(
                         (consent.category_preferences
                              ->> asked.topic::text)::boolean,
                         (SELECT topic.is_default FROM marketing_topic topic
                           WHERE topic.id = asked.topic), TRUE)
                    THEN 'topic_opt_out' END"""
        )

    @api.model
    def _get_similar_products_sql(self):
        """A customer who ordered lately, where the company chose to rely on that."""
        return SQL(
            """asked.channel = 'email' AND EXISTS (
                   SELECT FROM res_company company
                    WHERE company.id = asked.company
                      AND company.marketing_similar_products)
               AND EXISTS (
                   SELECT FROM res_partner given
                     JOIN res_partner buyer
                       ON buyer.commercial_partner_id = given.commercial_partner_id
                     JOIN sale_order bought ON bought.partner_id = buyer.id
                    WHERE given.id = asked.partner
                      AND bought.company_id = asked.company
                      AND bought.state = 'sale'
                      AND bought.date_order >= (now() AT TIME ZONE 'UTC')
                          - make_interval(months => %s))""",
            SIMILAR_PRODUCTS_MONTHS,
        )

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..addresses import address_key, normalise_address


class EmailSubscriptionConsent(models.Model):
    """The verbs of consent: opt in, opt out, opt in many."""

    _inherit = "email.subscription.preference"

    @api.model
    def _opt_in(
        self, company, address, *, channel="email", partner=None, source, ip=None
    ):
        """Record a fresh consent that a person gave; it ends an earlier objection.

        :raises ValidationError: not exactly one valid address
        """
        value = normalise_address(channel, address)
        if not value:
            raise ValidationError(self.env._("This is not one valid address."))
        preference = self._upsert(
            company.id,
            channel,
            self._address_key(channel, value),
            SQL(
                """is_subscribed = TRUE, unsubscribed_at = NULL,
                   unsubscribe_reason = NULL, consent_given_at = %(now)s,
                   consent_source = %(source)s, consent_ip_address = %(ip)s,
                   email_address = %(address)s,
                   partner_id = COALESCE(%(partner)s, preference.partner_id)""",
                now=self.env.cr.now(),
                source=source,
                ip=ip,
                address=value,
                partner=partner.id if partner else None,
            ),
        )
        preference._remove_from_blacklist()
        return preference

    def action_opt_out(self):
        """Record an objection received on paper, by phone or in person."""
        self.check_access("write")
        for preference in self:
            preference.write(
                {"is_subscribed": False, "consent_source": self.env.user.login}
            )

    @api.model
    def _opt_out(
        self,
        company_id,
        channel,
        address_key,
        *,
        reason=None,
        source,
        ip=None,
        address=None,
    ):
        """Record an objection; it wins over any consent until a fresh one.

        :param address: the clear address when it is known, for Odoo's own blacklist
        """
        value = normalise_address(channel, address)
        if value and self._address_key(channel, value) != address_key:
            value = None  # never blacklist an address that did not object
        preference = self._upsert(
            company_id,
            channel,
            address_key,
            SQL(
                """is_subscribed = FALSE,
                   unsubscribed_at = COALESCE(preference.unsubscribed_at, %(now)s),
                   unsubscribe_reason =
                       COALESCE(%(reason)s, preference.unsubscribe_reason),
                   consent_source = %(source)s, consent_ip_address = %(ip)s,
                   email_address = COALESCE(preference.email_address, %(address)s)""",
                now=self.env.cr.now(),
                reason=reason,
                source=source,
                ip=ip,
                address=value,
            ),
        )
        preference._add_to_blacklist()
        return preference

    @api.model
    def _upsert(self, company_id, channel, key, assignments):
        """Make the row of an address if there is none, then assign; return it.

        The insert decides a race; under REPEATABLE READ the loser is retried.
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """INSERT INTO email_subscription_preference
                       (company_id, channel, address_key, is_subscribed,
                        preferred_frequency, create_uid, write_uid, create_date,
                        write_date)
                   VALUES (%s, %s, %s, FALSE, 'normal', %s, %s, %s, %s)
                       ON CONFLICT (company_id, channel, address_key) DO NOTHING""",
                *(company_id, channel, key, self.env.uid, self.env.uid),
                *(self.env.cr.now(), self.env.cr.now()),
            )
        )
        self.env.cr.execute(
            SQL(
                """UPDATE email_subscription_preference preference
                      SET %s, write_uid = %s, write_date = %s
                    WHERE company_id = %s AND channel = %s AND address_key = %s
                RETURNING id""",
                *(assignments, self.env.uid, self.env.cr.now()),
                *(company_id, channel, key),
            )
        )
        preference = self.browse(self.env.cr.fetchone()[0])
        self.invalidate_model(flush=False)
        return preference

    @api.model
    def _opt_in_many(self, company, rows, *, source):
        """Record e-mail consents set-based; an objection is never undone.

        :param rows: iterable of (partner id, e-mail); unusable addresses are left out
        :return: how many addresses gained a consent
        """
        secret = self._get_address_secret()
        values = {}
        for partner_id, email in rows:
            address = normalise_address("email", email)
            if address:
                key = address_key(secret, "email", address)
                values.setdefault(key, (partner_id or None, address))
        if not values:
            return 0
        self.flush_model()
        keys = sorted(values)
        self.env.cr.execute(
            self._get_opt_in_many_sql(
                company,
                source,
                keys,
                [values[key][0] for key in keys],
                [values[key][1] for key in keys],
            )
        )
        self.invalidate_model(flush=False)
        return self.env.cr.fetchone()[0]

    @api.model
    def _get_opt_in_many_sql(self, company, source, keys, partner_ids, addresses):
        """One insert; a row without a customer is linked to the one given here."""
        return SQL(
            """WITH written AS (
                   INSERT INTO email_subscription_preference AS preference
                       (company_id, channel, address_key, partner_id, email_address,
                        is_subscribed, consent_given_at, consent_source,
                        preferred_frequency, create_uid, write_uid, create_date,
                        write_date)
                   SELECT %(company)s, 'email', row.key, row.partner_id, row.address,
                          TRUE, %(now)s, %(source)s,
                          'normal', %(uid)s, %(uid)s, %(now)s, %(now)s
                     FROM unnest(%(keys)s::text[], %(partners)s::int[],
                                 %(addresses)s::text[]) AS row(key, partner_id, address)
                    ORDER BY row.key
                       ON CONFLICT (company_id, channel, address_key) DO UPDATE
                      SET partner_id = EXCLUDED.partner_id,
                          write_date = EXCLUDED.write_date
                    WHERE preference.partner_id IS NULL
                      AND EXCLUDED.partner_id IS NOT NULL
                RETURNING xmax = 0 AS inserted)
               SELECT count(*) FILTER (WHERE inserted) FROM written""",
            company=company.id,
            now=fields.Datetime.now(),
            source=source,
            uid=self.env.uid,
            keys=keys,
            partners=partner_ids,
            addresses=addresses,
        )

    # === BLACKLISTS OF ODOO ===#

    def _get_blacklist(self):
        """Return the ERP-wide stop list of this channel, or None (push has none)."""
        models_by_channel = {"email": "mail.blacklist", "sms": "phone.blacklist"}
        model = models_by_channel.get(self.channel)
        # a shopper's request or a marketing user may not write the list directly
        return self.env[model].sudo() if model else None

    def _add_to_blacklist(self):
        """Let the rest of Odoo respect the objection too."""
        for preference in self.filtered("email_address"):
            blacklist = preference._get_blacklist()
            field = "email" if preference.channel == "email" else "number"
            domain = [(field, "=", preference.email_address)]
            if blacklist is None or blacklist.search_count(domain, limit=1):
                continue
            blacklist._add(preference.email_address)
            preference._write_server({"lifts_blacklist": True})

    def _remove_from_blacklist(self):
        """Leave the stop list again where our own objection had written to it."""
        for preference in self:
            twins = self.sudo().search(  # the entry may come from another company
                [
                    ("channel", "=", preference.channel),
                    ("address_key", "=", preference.address_key),
                    ("lifts_blacklist", "=", True),
                ]
            )
            if twins and preference.email_address:
                preference._get_blacklist()._remove(preference.email_address)
                twins._write_server({"lifts_blacklist": False})

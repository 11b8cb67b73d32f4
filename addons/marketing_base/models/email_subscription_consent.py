from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..addresses import address_key, normalise_address
from ..networks import cut_network


class EmailSubscriptionConsent(models.Model):
    """The verbs of consent: opt in, opt out, opt in many."""

    _inherit = "email.subscription.preference"

    @api.model
    def _opt_in(
        self,
        company,
        address,
        *,
        channel="email",
        partner=None,
        source,
        ip=None,
        evidence=None,
    ):
        """Record a fresh consent that a person gave; it ends an earlier objection.

        :param evidence: an :class:`Evidence`, kept in the history
        :raises ValidationError: not exactly one valid address
        """
        value = normalise_address(channel, address)
        if not value:
            raise ValidationError(self.env._("This is not one valid address."))
        with self._telling(source, ip=ip, evidence=evidence):
            preference = self._upsert(
                company.id,
                channel,
                self._address_key(channel, value),
                {
                    "is_subscribed": True,
                    "unsubscribed_at": None,
                    "unsubscribe_reason": None,
                    "consent_given_at": self.env.cr.now(),
                    "consent_source": source,
                    "consent_ip_address": cut_network(ip),
                    "email_address": value,
                    "partner_id": partner.id or None if partner else None,
                },
                prefer_new=("partner_id",),
            )
            preference._remove_from_blacklist()
        preference._mirror_choices()
        return preference

    def action_opt_out(self):
        """Record an objection received on paper, by phone or in person."""
        self.check_access("write")
        for preference in self:
            preference.write({"is_subscribed": False, "consent_source": "manual"})

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
        evidence=None,
    ):
        """Record an objection; it wins over any consent until a fresh one.

        :param address: the clear address when it is known, for Odoo's own blacklist
        :param evidence: an :class:`Evidence`, kept in the history
        """
        value = normalise_address(channel, address)
        if value and self._address_key(channel, value) != address_key:
            value = None  # never blacklist an address that did not object
        with self._telling(source, ip=ip, evidence=evidence):
            preference = self._upsert(
                company_id,
                channel,
                address_key,
                {
                    "is_subscribed": False,
                    "unsubscribed_at": self.env.cr.now(),
                    "unsubscribe_reason": reason,
                    "consent_source": source,
                    "consent_ip_address": cut_network(ip),
                    "email_address": value,
                },
                keep_old=("unsubscribed_at", "email_address"),
                prefer_new=("unsubscribe_reason",),
            )
            preference._add_to_blacklist()
        preference._mirror_choices()
        return preference

    @api.model
    def _upsert(self, company_id, channel, key, values, keep_old=(), prefer_new=()):
        """Write the row of an address in one statement, so one line of history.

        Of the columns in ``keep_old`` what was there stays; an empty new value of those
        in ``prefer_new`` does not erase the old one. Under REPEATABLE READ the loser of
        a race is retried.
        """
        self.flush_model()
        by, at = self.env.uid, self.env.cr.now()
        changed = {**values, "write_uid": by, "write_date": at}
        added = {
            **changed,
            "company_id": company_id,
            "channel": channel,
            "address_key": key,
            "preferred_frequency": "normal",
            "create_uid": by,
            "create_date": at,
        }
        self.env.cr.execute(
            SQL(
                """INSERT INTO email_subscription_preference AS preference (%s)
                   VALUES %s
                       ON CONFLICT (company_id, channel, address_key) DO UPDATE SET %s
                RETURNING id""",
                SQL(", ").join(map(SQL.identifier, added)),
                tuple(added.values()),
                self._get_assignments(changed, keep_old, prefer_new),
            )
        )
        preference = self.browse(self.env.cr.fetchone()[0])
        self.invalidate_model(flush=False)
        return preference

    @staticmethod
    def _get_assignments(names, keep_old, prefer_new):
        """Return what a row that is there already becomes."""

        def assign(name):
            column = SQL.identifier(name)
            old, new = SQL("preference.%s", column), SQL("EXCLUDED.%s", column)
            if name in keep_old:
                new = SQL("COALESCE(%s, %s)", old, new)
            elif name in prefer_new:
                new = SQL("COALESCE(%s, %s)", new, old)
            return SQL("%s = %s", column, new)

        return SQL(", ").join(map(assign, names))

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
        query = self._get_opt_in_many_sql(
            company,
            source,
            keys,
            [values[key][0] for key in keys],
            [values[key][1] for key in keys],
        )
        with self._telling(source):
            self.env.cr.execute(query)
            count = self.env.cr.fetchone()[0]
        self.invalidate_model(flush=False)
        return count

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

from odoo import api, models


class EmailSubscriptionPerson(models.Model):
    """What happens to consent when customers are merged or erased."""

    _inherit = "email.subscription.preference"

    @api.model
    def _merge_partners(self, sources, target):
        """Extend each objection of one of these partners to all their addresses.

        They turn out to be one person, who said stop. Rows of their addresses without
        a customer become the target's: it may forget the address of a source.
        """
        pairs, preferences = self._find_of_partners(sources | target)
        with self._telling("merge"):
            for objection in preferences.filtered(lambda p: not p.is_subscribed):
                self._spread_objection(objection, pairs, preferences)
            preferences._spread_restraint()
        _pairs, preferences = self._find_of_partners(sources | target)
        preferences.filtered(lambda p: not p.partner_id).partner_id = target

    def _spread_objection(self, objection, pairs, preferences):
        same = preferences.filtered(
            lambda p: (
                (p.company_id, p.channel) == (objection.company_id, objection.channel)
            )
        )
        silent = set(same.filtered(lambda p: not p.is_subscribed).mapped("address_key"))
        for channel, key in sorted(pairs):
            if channel == objection.channel and key not in silent:
                self._opt_out(
                    objection.company_id.id,
                    channel,
                    key,
                    reason=objection.unsubscribe_reason or None,
                    source="merge",
                )

    def _spread_restraint(self):
        """Give each address of one person the quietest of their choices.

        Who asked for a break, or left a topic, meant all of their addresses.
        """
        subscribed = self.filtered("is_subscribed")
        for rows in subscribed.grouped("company_id").values():
            if len(rows) > 1:
                rows._write_server(rows._get_quietest())

    @api.model
    def _find_of_partners(self, partners):
        """Return the (channel, key) pairs of these partners and all their rows."""
        pairs = partners._get_marketing_keys()
        keys = [key for _channel, key in pairs]
        preferences = self.search(
            ["|", ("partner_id", "in", partners.ids), ("address_key", "in", keys)]
        )
        pairs |= {(p.channel, p.address_key) for p in preferences}
        return pairs, preferences

    @api.model
    def _erase(self, partners):
        """Keep nothing of these persons but the keys that stop every message."""
        pairs, preferences = self._find_of_partners(partners)
        preferences._erase_blacklist(partners)
        with self._telling("erasure"):
            self._erase_consents(partners, pairs)
        self.env["email.subscription.history"]._erase(
            self.env["marketing.identity"]._get_all_ids(partners.ids),
            {key for _channel, key in pairs},
        )

    def _erase_consents(self, partners, pairs):
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        for company in companies:
            for channel, key in sorted(pairs):
                self._opt_out(company.id, channel, key, source="erasure")
        _pairs, preferences = self._find_of_partners(partners)
        preferences._blank()

    @api.model
    def _erase_in_company(self, company, pairs):
        """Keep nothing of these addresses in one company but keys that stop messages.

        An entry of Odoo's stop list stays in clear while another company may write to
        the address: it is what stops that one.
        """
        keys = [key for _channel, key in pairs]
        rows = self.search([("address_key", "in", keys)])
        mine = rows.filtered(lambda row: row.company_id == company)
        if any((rows - mine).mapped("is_subscribed")):
            mine._write_server({"email_address": False})
        else:
            rows._erase_blacklist(self.env["res.partner"], rows=mine)
        with self._telling("erasure"):
            objections = [
                self._opt_out(company.id, channel, key, source="erasure")
                for channel, key in sorted(pairs)
            ]
            self.concat(*objections)._blank()

    def _blank(self):
        """Leave of a consent nothing but its key and its objection."""
        self._write_server(
            {
                "email_address": False,
                "partner_id": False,
                "consent_ip_address": False,
                "unsubscribe_reason": False,
                "category_preferences": False,
                "preferred_frequency": "normal",
                "paused_until": False,
                "lifts_blacklist": False,
            }
        )

    def _erase_blacklist(self, partners, rows=None):
        """Remove the clear addresses from Odoo's stop lists; the keys replace them.

        :param rows: which of these rows forget their address; all when None
        """
        emails = {p.email_address for p in self if p.channel == "email"}
        numbers = {p.email_address for p in self if p.channel == "sms"}
        emails |= set(partners.mapped("email_normalized"))
        numbers |= set(partners.mapped("phone_sanitized"))
        (self if rows is None else rows)._write_server({"email_address": False})
        for model, field, values in (
            ("mail.blacklist", "email", emails),
            ("phone.blacklist", "number", numbers),
        ):
            stop_list = self.env[model].with_context(active_test=False)
            values = [value for value in values if value]
            stop_list.search([(field, "in", values)]).unlink()

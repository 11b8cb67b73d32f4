import hmac
import re

from odoo import api, models

from .marketing_api_key import PREFIX_LENGTH, digest

_BEARER = re.compile(r"Bearer +mmk_([0-9a-f]{64})", re.IGNORECASE)
USED_EVERY = "10 minutes"
ALERT = "mail.mail_activity_data_warning"


class MarketingApiKey(models.Model):
    """What a request does with a key: find it, use it, or give it away."""

    _inherit = "marketing.api.key"

    @api.model
    def _find(self, header):
        """Return the working key of an Authorization header; called as superuser."""
        given = _BEARER.fullmatch(header.strip())
        if not given:
            return self.browse()
        key = self._find_by_secret(given.group(1).lower())
        return key if key and key._is_usable() else self.browse()

    @api.model
    def _find_by_secret(self, secret):
        wanted = digest(secret).encode()
        for key in self.search([("prefix", "=", secret[:PREFIX_LENGTH])]):
            if hmac.compare_digest((key.key_hash or "").encode(), wanted):
                return key
        return self.browse()

    @api.model
    def _revoke_leaked(self, secrets_):
        """Revoke the keys of these secrets, usable or not; called as superuser.

        Only who has a whole key can have it revoked. Archived ones count as well.
        """
        keys = self.with_context(active_test=False)
        leaked = keys.browse().union(*map(keys._find_by_secret, secrets_))
        leaked._revoke(is_leaked=True)
        leaked._alert_administrators()
        return leaked

    def _alert_administrators(self):
        """A to-do for each administrator of the key's company, once a key."""
        group = self.env.ref("marketing_base.group_administrator")
        for key in self:
            asked = key.activity_search([ALERT]).user_id
            for user in group._get_people(key.company_id) - asked:
                told = key.with_context(lang=user.lang)
                told.activity_schedule(
                    ALERT,
                    user_id=user.id,
                    summary=told.env._(
                        "Replace the API key of %(program)s", program=key.name
                    ),
                    note=told.env._(
                        "The program sent it in the address of a request, so it is"
                        " revoked: servers write addresses to their logs. Have the"
                        " program send it in the header, then replace the key."
                    ),
                )

    def _withdraw_alert(self):
        # superuser: the to-dos of colleagues; a new key settles all of them
        self.sudo().activity_unlink([ALERT])

    def _is_usable(self):
        user = self.user_id
        return (
            self.state == "active"
            and user.active
            and not user.share
            and self.company_id in user.company_ids
        )

    def _get_context(self):
        """The context of the key's requests: its one company, its user's language."""
        user = self.user_id
        return {
            "allowed_company_ids": self.company_id.ids,
            "lang": user.lang,
            "tz": user.tz,
        }

    @api.model
    def _touch(self, cr, key_id):
        """Note a use, at most once in a while: busy keys would wait for each other."""
        cr.execute(
            """UPDATE marketing_api_key
                  SET last_used_at = now() AT TIME ZONE 'UTC'
                WHERE id = %s AND (last_used_at IS NULL OR last_used_at
                      < now() AT TIME ZONE 'UTC' - %s::interval)""",
            [key_id, USED_EVERY],
        )

from typing import NamedTuple

from odoo import api, models

from odoo.addons.marketing_base.links import LinkSigner

_BY_MESSAGE = """
    SELECT r.id, r.company_id, r.campaign_id, r.customer_id, r.channel, r.address_key,
           r.email_address, r.send_key::text, p.lang
      FROM campaign_recipient r LEFT JOIN res_partner p ON p.id = r.customer_id
     WHERE r.id = %s
"""
_BY_CONSENT = """
    SELECT NULL, c.company_id, NULL, c.partner_id, c.channel, c.address_key,
           c.email_address, NULL, p.lang
      FROM email_subscription_preference c
      LEFT JOIN res_partner p ON p.id = c.partner_id
     WHERE c.id = %s
"""
# which record a token of the scope `data` names, as the number it carries
FROM_MESSAGE, FROM_CONSENT = 0, 1


class Addressee(NamedTuple):
    """The person behind a signed link; `email` is empty once erased.

    A link in a message also says which message it was.
    """

    recipient_id: int | None
    company_id: int
    campaign_id: int | None
    partner_id: int | None
    channel: str
    address_key: str
    email: str | None
    send_key: str | None
    lang: str | None


class MarketingAddressee(models.AbstractModel):
    """Find the person whom a link was sent to. Reading only."""

    _name = "marketing.addressee"
    _description = "Person Behind a Link"

    @api.model
    def _find_message(self, recipient_id):
        return self._read(_BY_MESSAGE, recipient_id)

    @api.model
    def _find_consent(self, consent_id):
        return self._read(_BY_CONSENT, consent_id)

    @api.model
    def _find_by_token(self, token):
        """Return who may choose by this token, of a message or a consent, or None."""
        signer = LinkSigner.from_env(self.env)
        found = signer.verify("unsubscribe", token)
        if found:
            return self._find_message(found[0])
        found = signer.verify("preferences", token)
        return self._find_consent(found[0]) if found else None

    @api.model
    def _find_by_data_token(self, token):
        """Return who may see all their data by this token, or None."""
        found = LinkSigner.from_env(self.env).verify("data", token)
        if not found:
            return None
        record_id, kind = found
        if kind == FROM_CONSENT:
            return self._find_consent(record_id)
        return self._find_message(record_id)

    @api.model
    def _read(self, statement, record_id):
        self.env.flush_all()
        self.env.cr.execute(statement, (record_id,))
        row = self.env.cr.fetchone()
        return Addressee(*row) if row else None

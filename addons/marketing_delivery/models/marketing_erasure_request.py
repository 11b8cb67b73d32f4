from odoo import api, models

from odoo.addons.marketing_base.events import IDENTIFYING_PROPERTIES


class MarketingErasureRequest(models.Model):
    _inherit = "marketing.erasure.request"

    @api.model
    def _forget(self, company, pairs, partners):
        """Blank the messages to these addresses, and whose they and their events were.

        The key stays on a message: it keeps the address from getting it twice.
        """
        result = super()._forget(company, pairs, partners)
        values = {
            "company": company.id,
            "keys": [key for _channel, key in pairs],
            "partners": partners.ids,
            "names": list(IDENTIFYING_PROPERTIES),
        }
        self.env["marketing.signup"]._erase_addresses(values["keys"], company)
        self._run_erasure(_EVENTS, values)
        self._run_erasure(_MESSAGES, values)
        self.env["campaign.recipient"].invalidate_model(flush=False)
        return result


_OF_PERSON = """
    company_id = %(company)s
    AND (address_key = ANY(%(keys)s) OR customer_id = ANY(%(partners)s))
"""
# by campaign: the log has no index on the message
_EVENTS = f"""
    UPDATE marketing_event event
       SET partner_id = NULL, properties = properties - %(names)s::text[]
      FROM (SELECT id, campaign_id FROM campaign_recipient WHERE {_OF_PERSON}) message
     WHERE event.campaign_id = message.campaign_id
       AND event.recipient_id = message.id
       AND (event.partner_id IS NOT NULL OR event.properties ?| %(names)s::text[])
"""
_MESSAGES = f"""
    UPDATE campaign_recipient
       SET email_address = NULL, customer_id = NULL, bounce_reason = NULL,
           reason_detail = NULL
     WHERE {_OF_PERSON}
"""

import logging
import time

from odoo import api, models

from odoo.addons.marketing_base.links import LinkSigner

from ..sender.content import Recipient
from ..tracking.recipient_links import LIFETIME_SECONDS, RecipientLinks

_logger = logging.getLogger(__name__)
_SHOWN_STATES = ("submitting", "sent", "in_doubt")


class MarketingBrowserView(models.AbstractModel):
    """The message as a web page, rendered anew by the campaign's own renderer."""

    _name = "marketing.browser.view"
    _description = "Message in the Browser"

    @api.model
    def _render(self, recipient_id):
        """Return the HTML, None when there is nothing (any more) to show."""
        # the signed link names exactly this message
        recipient = self.env["campaign.recipient"].sudo().browse(recipient_id).exists()
        if not recipient.email_address or recipient.state not in _SHOWN_STATES:
            return None
        try:
            return self._render_content(recipient).html
        except Exception as error:
            # a template changed after sending must not become an error page; the
            # text of the error may quote the customer's data
            kind = type(error).__name__
            _logger.info("Message %s cannot be shown: %s", recipient.id, kind)
            return None

    def _render_content(self, recipient):
        row = self._prepare_row(recipient)
        renderer = recipient.campaign_id._get_renderer()
        context = renderer.contexts(self.env.cr, [row])[row.id]
        links = RecipientLinks(
            recipient.campaign_id.get_base_url(),
            LinkSigner.from_env(self.env),
            row.id,
            int(time.time()) + LIFETIME_SECONDS,
        )
        return renderer.render(row, context, links)

    @staticmethod
    def _prepare_row(recipient):
        """Return the row as the sender shows it to a renderer."""
        return Recipient(
            id=recipient.id,
            customer_id=recipient.customer_id.id or None,
            company_id=recipient.company_id.id,
            email_address=recipient.email_address,
            send_key=recipient.send_key,
            step_key=recipient.step_key,
            variant=recipient.variant or None,
            offer_reference=recipient.offer_reference or None,
            attempt=recipient.attempt,
            customer_name=recipient.customer_id.name or None,
        )

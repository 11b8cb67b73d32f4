from odoo import api, models

from odoo.addons.marketing_base.events import Event, insert_events
from odoo.addons.marketing_base.evidence import Evidence
from odoo.addons.marketing_base.masking import mask_address
from odoo.addons.marketing_base.scrub import clean_text

_IS_SUBSCRIBED = """
    SELECT is_subscribed FROM email_subscription_preference
     WHERE company_id = %s AND channel = %s AND address_key = %s
"""
MAX_REASON = 500


class MarketingUnsubscribePage(models.AbstractModel):
    """The page behind the unsubscribe link, without account and without script."""

    _name = "marketing.unsubscribe.page"
    _inherit = ["marketing.public.page"]
    _description = "Unsubscribe Page"

    @api.model
    def _get_reasons(self):
        """Return the reasons a person can choose from, key by label."""
        return {
            "too_many": self.env._("I get too many emails"),
            "not_relevant": self.env._("They are not relevant to me"),
            "never_signed_up": self.env._("I never signed up"),
            "not_customer": self.env._("I no longer shop here"),
            "other": self.env._("Another reason"),
        }

    @api.model
    def _find(self, recipient_id):
        return self.env["marketing.addressee"]._find_message(recipient_id)

    @api.model
    def _read_reason(self, reason="", words=""):
        """Return (code, what is kept): a code of ours and the person's own words."""
        code = reason if reason in self._get_reasons() else None
        words = " ".join(clean_text(words or "").split())[:MAX_REASON]
        return code, ": ".join(filter(None, (code, words))) or None

    @api.model
    def _apply(self, message, action, visit, *, reason="", words=""):
        """Do what the form says; return the notice to show, if any.

        Anything unknown is a wish to leave.
        """
        if action == "resubscribe":
            return "resubscribed" if self._resubscribe(message, visit) else None
        code, kept = self._read_reason(reason, words)
        self._unsubscribe(
            message, visit, code=code, reason=kept, source="unsubscribe_page"
        )
        return None

    @api.model
    def _unsubscribe(self, message, visit, *, code=None, reason=None, source):
        """Stop mail to the address; repeating it changes nothing.

        :param code: one of our reasons, for the log; ``reason`` may add own words
        """
        # the signed link is the shopper's right; the public user has none of its own
        preference = self.env["email.subscription.preference"].sudo()
        preference._opt_out(
            message.company_id,
            message.channel,
            message.address_key,
            reason=reason or code,
            source=source,
            ip=visit.network,
            address=message.email,
            evidence=Evidence(
                campaign_id=message.campaign_id,
                user_agent=visit.agent,
                # a mail program that leaves by one click shows words of its own
                text_shown=None
                if source == "one_click"
                else self._get_texts(message)["unsubscribe"],
            ),
        )
        self._log_leaving(message, visit, code, source)

    @api.model
    def _log_leaving(self, message, visit, code, source):
        """Append the event of a message; leaving without one is in the trail only."""
        if not message.recipient_id:
            return
        properties = {**visit.properties(), "via": source}
        event = Event(
            event_type="email_unsubscribed",
            event_id=f"unsubscribed:{message.send_key}",
            company_id=message.company_id,
            partner_id=message.partner_id,
            campaign_id=message.campaign_id,
            recipient_id=message.recipient_id,
            properties={**properties, "reason": code} if code else properties,
        )
        insert_events(self.env.cr, [event])

    @api.model
    def _resubscribe(self, message, visit):
        """Undo an opt-out made by mistake; return whether there was one to undo."""
        if not message.email or self._is_subscribed(message):
            return False
        # as above: the owner of the address acts, with the public user's session
        env = self.sudo().env
        env["email.subscription.preference"]._opt_in(
            env["res.company"].browse(message.company_id),
            message.email,
            channel=message.channel,
            partner=env["res.partner"].browse(message.partner_id or []),
            source="unsubscribe_page",
            ip=visit.network,
            evidence=Evidence(
                campaign_id=message.campaign_id,
                user_agent=visit.agent,
                text_shown=self._get_texts(message)["resubscribe"],
            ),
        )
        return True

    @api.model
    def _get_texts(self, message):
        """Return the sentences a person agrees to, as the page and the history say."""
        page = self._in_language(message.lang)
        name = page._get_company(message.company_id).name
        return {
            "unsubscribe": page.env._(
                "%(company)s will no longer send offers and news to you.", company=name
            ),
            "resubscribe": page.env._("It was a mistake, subscribe me again"),
            "save": page.env._(
                "%(company)s may send you the topics you tick, as often as you choose.",
                company=name,
            ),
        }

    def _is_subscribed(self, message):
        self.env.flush_all()
        key = (message.company_id, message.channel, message.address_key)
        self.env.cr.execute(_IS_SUBSCRIBED, key)
        row = self.env.cr.fetchone()
        return row is None or bool(row[0])

    @api.model
    def _render(self, message, token, *, notice=None):
        """Return the page as it stands now: form, or confirmation with a way back."""
        page = self._in_language(message.lang)
        values = {
            "masked_address": mask_address(message.channel, message.email),
            "can_resubscribe": bool(message.email),
            "is_subscribed": self._is_subscribed(message),
            "resubscribed": notice == "resubscribed",
            "reasons": page._get_reasons(),
            "max_reason": MAX_REASON,
            "texts": self._get_texts(message),
            "action_url": f"/mm/u/{token}",
            "choices_url": f"/mm/p/{token}",
        }
        return page._render_page(
            "marketing_delivery.unsubscribe_page", message.company_id, values
        )

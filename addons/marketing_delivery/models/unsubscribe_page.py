from typing import NamedTuple

from odoo import api, models
from odoo.tools.image import image_data_uri

from odoo.addons.marketing_base.events import Event, insert_events
from odoo.addons.marketing_base.evidence import Evidence
from odoo.addons.marketing_base.masking import mask_email

_FIND = """
    SELECT r.id, r.company_id, r.campaign_id, r.customer_id, r.channel, r.address_key,
           r.email_address, r.send_key::text, p.lang
      FROM campaign_recipient r LEFT JOIN res_partner p ON p.id = r.customer_id
     WHERE r.id = %s
"""
_IS_SUBSCRIBED = """
    SELECT is_subscribed FROM email_subscription_preference
     WHERE company_id = %s AND channel = %s AND address_key = %s
"""


class Message(NamedTuple):
    """What a signed link says about its recipient; `email` is empty once erased."""

    recipient_id: int
    company_id: int
    campaign_id: int
    partner_id: int | None
    channel: str
    address_key: str
    email: str | None
    send_key: str
    lang: str | None


class MarketingUnsubscribePage(models.AbstractModel):
    """The page behind the unsubscribe link, without account and without script."""

    _name = "marketing.unsubscribe.page"
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
        self.env.cr.execute(_FIND, (recipient_id,))
        row = self.env.cr.fetchone()
        return Message(*row) if row else None

    @api.model
    def _apply(self, message, action, visit, *, reason="", frequency="", topics=()):
        """Do what the form says; return the notice to show, if any.

        Anything unknown is a wish to leave.
        """
        if action == "resubscribe":
            return "resubscribed" if self._resubscribe(message, visit) else None
        if action == "save":
            saved = self.env["marketing.preference.page"]._save(
                message, visit, frequency=frequency, topics=topics
            )
            return "saved" if saved else None
        reason = reason if reason in self._get_reasons() else None
        self._unsubscribe(message, visit, reason=reason, source="unsubscribe_page")
        return None

    @api.model
    def _unsubscribe(self, message, visit, *, reason=None, source):
        """Stop mail to the address; repeating it changes nothing."""
        # the signed link is the shopper's right; the public user has none of its own
        preference = self.env["email.subscription.preference"].sudo()
        preference._opt_out(
            message.company_id,
            message.channel,
            message.address_key,
            reason=reason,
            source=source,
            ip=visit.network,
            address=message.email,
            evidence=Evidence(
                campaign_id=message.campaign_id,
                user_agent=visit.agent,
                # a mail program that leaves by one click shows words of its own
                text_shown=self._get_texts(message)["unsubscribe"]
                if source == "unsubscribe_page"
                else None,
            ),
        )
        properties = {**visit.properties(), "via": source}
        event = Event(
            event_type="email_unsubscribed",
            event_id=f"unsubscribed:{message.send_key}",
            company_id=message.company_id,
            partner_id=message.partner_id,
            campaign_id=message.campaign_id,
            recipient_id=message.recipient_id,
            properties={**properties, "reason": reason} if reason else properties,
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
        page = self.with_context(lang=message.lang or self.env.lang)
        # the page names the sender, whose name is public
        name = page.env["res.company"].sudo().browse(message.company_id).name
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
        lang = message.lang or self.env.lang
        page = self.with_context(lang=lang)
        # the page names the sender: its name, logo and address are public
        company = page.env["res.company"].sudo().browse(message.company_id)
        values = {
            "html_lang": (lang or "en_US").replace("_", "-"),
            "company_name": company.name,
            "logo": self._get_logo(company),
            "postal_address": company.marketing_postal_address,
            "masked_email": mask_email(message.email),
            "can_resubscribe": bool(message.email),
            "is_subscribed": self._is_subscribed(message),
            "resubscribed": notice == "resubscribed",
            "saved": notice == "saved",
            "reasons": page._get_reasons(),
            "texts": self._get_texts(message),
            **page.env["marketing.preference.page"]._prepare_choices(message),
            "action_url": f"/mm/u/{token}",
        }
        template = "marketing_delivery.unsubscribe_page"
        return page.env["ir.qweb"]._render(template, values).lstrip()

    @staticmethod
    def _get_logo(company):
        """Return the logo within the page: its own address would tell a record id."""
        if company.uses_default_logo or not company.logo_web:
            return None
        return image_data_uri(company.logo_web)

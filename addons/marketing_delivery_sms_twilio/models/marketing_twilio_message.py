import base64
import hashlib
import hmac
import re

from odoo import api, models
from odoo.tools.urls import urljoin

from odoo.addons.marketing_delivery.sender import feedback as kinds
from odoo.addons.marketing_delivery_sms.models.marketing_sms_report import Report

from .delivery_provider import REPLY_PATH

UUID = re.compile(r"[0-9a-f]{32}")
STATUSES = {
    "accepted": kinds.ACCEPTED,
    "scheduled": kinds.ACCEPTED,
    "queued": kinds.ACCEPTED,
    "sending": kinds.ACCEPTED,
    "sent": kinds.ACCEPTED,
    "delivered": kinds.DELIVERED,
    "undelivered": kinds.BOUNCED,
    "failed": kinds.BOUNCED,
    "canceled": kinds.DROPPED,
}
DEAD = frozenset(("30005", "30006", "21211", "21614"))  # no such number, a landline
STOPPED = "21610"  # the recipient replied STOP to this sender


class MarketingTwilioMessage(models.AbstractModel):
    """What Twilio tells us, believed when it is signed with the account's token."""

    _name = "marketing.twilio.message"
    _description = "Messages from Twilio"

    @api.model
    def _record_status(self, uuid, params, signature):
        """Record a report of one of our messages; return whether it is one.

        None when the message is ours and the signature is not Twilio's.
        """
        if not UUID.fullmatch(uuid):
            return False
        reports = self.env["marketing.sms.report"]
        company = reports._find_company(uuid)
        if not company:
            return False
        if not self._is_signed(
            company, f"/sms_twilio/status/{uuid}", params, signature
        ):
            return None
        status = params.get("MessageStatus") or params.get("SmsStatus") or ""
        if status in STATUSES:
            reports._record(_read_reports(uuid, status, params.get("ErrorCode") or ""))
        return True

    @api.model
    def _receive_reply(self, params, signature):
        """Do what a reply asks for; return whether Twilio signed it."""
        companies = self._find_companies(params.get("AccountSid"), params.get("To"))
        signed = companies.filtered(
            lambda c: self._is_signed(c, REPLY_PATH, params, signature)
        )
        reply_key = params.get("MessageSid") or params.get("SmsSid")
        if not signed or not reply_key:
            return False
        text = params.get("OptOutType") or params.get("Body")
        replies = self.env["marketing.sms.reply"]
        replies._receive(signed, params.get("From"), text, reply_key)
        return True

    def _find_companies(self, account_sid, number):
        """Return the companies of an account; those of the number, where one is."""
        # sudo: a gateway has no user; nothing of a company is told
        companies = self.env["res.company"].sudo()
        if not account_sid:
            return companies
        found = companies.search([("sms_twilio_account_sid", "=", account_sid)])
        owners = found.filtered(
            lambda c: number and number in c.sms_twilio_number_ids.mapped("number")
        )
        return owners or found

    @api.model
    def _is_signed(self, company, path, params, signature):
        """https://www.twilio.com/docs/usage/security: address, then sorted values."""
        # sudo: the token is compared with, and shown to nobody
        token = company.sudo().sms_twilio_auth_token
        if not token or not signature:
            return False
        url = urljoin(company.get_base_url(), path)
        text = url + "".join(f"{key}{params[key]}" for key in sorted(params))
        digest = hmac.digest(token.encode(), text.encode(), hashlib.sha1)
        return hmac.compare_digest(
            base64.b64encode(digest), signature.encode("utf-8", "replace")
        )


def _read_reports(uuid, status, code):
    """Return what a status says; a number that said STOP to Twilio said it to us."""
    detail = f"{status} {code}".strip()[:100]
    bounce_type = "hard" if code in DEAD else "soft"
    reports = [Report(uuid, STATUSES[status], status, bounce_type, detail)]
    if code == STOPPED:
        reports.append(Report(uuid, kinds.UNSUBSCRIBED, "stopped", None, detail))
    return reports

import time

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_base.addresses import normalise_email
from odoo.addons.marketing_base.evidence import Evidence
from odoo.addons.marketing_base.links import LinkSigner

from .marketing_signup import VALID_DAYS

MAILS_PER_SIGNUP = 3
MINUTES_BETWEEN = 10
SIGNUPS_AN_HOUR = (20, 3600)
# An open sign-up counts its messages and keeps its end, until that has passed.
_KEPT = {
    "company_id",
    "address_key",
    "create_uid",
    "create_date",
    "mail_count",
    "expires_at",
}
_UPSERT = """
    INSERT INTO marketing_signup AS old (%(columns)s) VALUES %(values)s
        ON CONFLICT (company_id, address_key) WHERE state = 'pending' DO UPDATE
       SET %(changes)s, mail_count = CASE WHEN old.expires_at > EXCLUDED.requested_at
                                          THEN old.mail_count ELSE 0 END
 RETURNING id
"""


class MarketingSignupIntake(models.Model):
    """Taking a sign-up, asking the address itself, and taking its yes.

    Whoever types an address learns nothing about it: the answer is the same, and as
    slow, for a new, a known and a stopped one.
    """

    _inherit = "marketing.signup"

    @api.model
    def _is_too_many(self, company, visit):
        """Return whether this network has signed up too often, whatever it typed."""
        who = f"{company.id}:{visit.network}"
        limits = self.env["marketing.api.limit"]
        return bool(limits._take_page(("signup", who, *SIGNUPS_AN_HOUR)))

    @api.model
    def _sign_up(self, company, email, *, topics, text_shown, visit, source):
        """Note the wish and ask the address; return whether it can be an address.

        The caller has asked :meth:`_is_too_many` before.
        """
        address = normalise_email(email)
        if not address:
            return False
        # a visitor has no rights; the company is that of the page
        signups = self.sudo()
        signup = signups._upsert_pending(company, address, text_shown, visit, source)
        offered = signups.env["email.subscription.preference"]._get_topics(company)
        signup.topic_ids = topics & offered
        may_mail = signup._may_mail()
        signup._mail(really=may_mail)
        if may_mail:
            signup.write(
                {
                    "mailed_at": fields.Datetime.now(),
                    "mail_count": signup.mail_count + 1,
                    "expires_at": self._get_expiry(),
                }
            )
        return True

    @api.model
    def _upsert_pending(self, company, address, text_shown, visit, source):
        """Return the one open sign-up of this address, with what was typed last."""
        row = {
            **self._prepare_pending(company, address),
            "source": source,
            "text_shown": text_shown,
            "request_network": visit.network,
            "request_agent": visit.agent,
        }
        self.flush_model()
        self.env.cr.execute(
            SQL(
                _UPSERT,
                columns=SQL(", ").join(map(SQL.identifier, row)),
                values=tuple(row.values()),
                changes=SQL(", ").join(
                    SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in row
                    if name not in _KEPT
                ),
            )
        )
        signup = self.browse(self.env.cr.fetchone()[0])
        signup.invalidate_recordset(flush=False)
        return signup

    @api.model
    def _prepare_pending(self, company, address):
        preferences = self.env["email.subscription.preference"]
        return {
            "company_id": company.id,
            "channel": "email",
            "address_key": preferences._address_key("email", address),
            "email_address": address,
            "state": "pending",
            "lang": self.env["marketing.public.page"]._get_lang(self.env.lang),
            "requested_at": fields.Datetime.now(),
            "mail_count": 0,
            "expires_at": self._get_expiry(),
            "create_uid": self.env.uid,
            "write_uid": self.env.uid,
            "create_date": self.env.cr.now(),
            "write_date": self.env.cr.now(),
        }

    def _may_mail(self):
        """Return whether one more message to this address is no nuisance."""
        now = fields.Datetime.now()
        if self.mail_count >= MAILS_PER_SIGNUP:
            return False
        if self.mailed_at and self.mailed_at > now - relativedelta(
            minutes=MINUTES_BETWEEN
        ):
            return False
        stopped_at = self._get_stopped_at()
        return not (stopped_at and self._was_mailed_since(stopped_at))

    def _get_stopped_at(self):
        """Return since when the address wants no mail, or None."""
        preferences = self.env["email.subscription.preference"]
        row = preferences._find_row(self.company_id.id, "email", self.address_key)
        stop = self.env["mail.blacklist"].search([("email", "=", self.email_address)])
        moments = [stop.write_date] if stop else []
        if row and not row.is_subscribed:
            moments.append(row.unsubscribed_at or row.write_date)
        return min(moments) if moments else None

    def _was_mailed_since(self, moment):
        return bool(
            self.search_count(
                [
                    ("address_key", "=", self.address_key),
                    ("company_id", "=", self.company_id.id),
                    ("mailed_at", ">=", moment),
                ],
                limit=1,
            )
        )

    def _mail(self, *, really):
        """Ask the address; render in any case, so that the answer takes as long."""
        page = self.env["marketing.public.mail"]._in_language(self.lang)
        company = page._get_company(self.company_id.id)
        url = f"{company.get_base_url().rstrip('/')}/mm/s/{self._get_token()}"
        page._send(
            company.id,
            self.email_address,
            self.lang,
            subject=page.env._(
                "Please confirm: news of %(company)s", company=company.name
            ),
            template="marketing_delivery.signup_mail",
            values={"url": url, "days": VALID_DAYS, "text_shown": self.text_shown},
            really=really,
        )

    def _get_token(self):
        signer = LinkSigner.from_env(self.env)
        expires = int(time.time()) + VALID_DAYS * 86400
        return signer.sign("signup", self.id, expires=expires)

    # === THE YES ===#

    @api.model
    def _find_by_token(self, token):
        """Return the sign-up that this token may confirm, or none."""
        found = LinkSigner.from_env(self.env).verify("signup", token)
        # the signed link went to the address; a visitor has no rights
        signup = self.sudo().browse(found[0] if found else []).exists()
        return signup if signup.email_address else signup.browse()

    def _confirm(self, visit):
        """Turn the sign-up into a consent; repeating it changes nothing."""
        if self.state == "confirmed":
            return
        preferences = self.env["email.subscription.preference"]
        row = preferences._find_row(self.company_id.id, "email", self.address_key)
        was_subscribed = row.is_subscribed
        told = {
            "source": "double_opt_in",
            "ip": visit.network,
            "evidence": Evidence(user_agent=visit.agent, text_shown=self.text_shown),
        }
        row = preferences._opt_in(
            self.company_id, self.email_address, partner=self._find_partner(), **told
        )
        offered = preferences._get_topics(self.company_id)
        # who is subscribed already only adds to what they get
        shown = self.topic_ids if was_subscribed else offered
        row._choose(
            shown=shown, wanted=self.topic_ids, frequency=None, pause_days=0, **told
        )
        self.write(
            {
                "state": "confirmed",
                "confirmed_at": fields.Datetime.now(),
                "confirm_network": visit.network,
            }
        )

    def _find_partner(self):
        """Return the customer of this address, if there is exactly one."""
        partners = self.env["res.partner"].search(
            [
                ("email_normalized", "=", self.email_address),
                ("company_id", "in", (False, self.company_id.id)),
            ],
            limit=2,
        )
        return partners if len(partners) == 1 else partners.browse()

from odoo import api, models
from odoo.exceptions import ValidationError

from ..addresses import normalise_address


class MarketingErasureIntake(models.Model):
    """Taking a request, and deciding how much of it needs no person."""

    _inherit = "marketing.erasure.request"

    @api.model
    def _take_from_staff(self, company, vals):
        self.check_access("create")
        if company not in self.env.companies:
            raise ValidationError(self.env._("Choose one of your companies."))
        address = normalise_address("email", vals.get("email_address"))
        if not address:
            raise ValidationError(self.env._("Enter exactly one e-mail address."))
        preferences = self.env["email.subscription.preference"]
        request = self._receive(
            company,
            "email",
            preferences._address_key("email", address),
            address=address,
            source="staff",
            decision=vals.get("decision"),
        )
        return request.with_env(self.env)

    @api.model
    def _receive(
        self, company, channel, address_key, *, address=None, source, decision=None
    ):
        """Carry out what can be done at once; return the request.

        The caller has proved that the address is the person's, or is an officer. Asking
        twice is asking once while the first request is open.
        """
        # what is forgotten belongs to many models; the company is the caller's
        requests = self.sudo()
        waiting = requests._find_waiting(company, channel, address_key)
        if waiting:
            return waiting
        partners = requests._find_persons(company, channel, address)
        reasons = requests._find_keep_reasons(company, partners)
        values = {
            "company_id": company.id,
            "source": source,
            "channel": channel,
            "address_key": address_key,
            "email_address": address,
            "partner_ids": [(6, 0, partners.ids)],
            "keep_reasons": reasons,
            "decision": decision,
        }
        request = requests._insert(values)
        # an address that several customers share tells about none of them
        owner = partners if len(partners) == 1 else partners.browse()
        pairs = {(channel, address_key), *owner._get_marketing_keys()}
        request._forget(company, pairs, owner)
        request._finish_or_wait(partners, reasons)
        return request

    @api.model
    def _find_waiting(self, company, channel, address_key):
        return self.search(
            [
                ("company_id", "=", company.id),
                ("channel", "=", channel),
                ("address_key", "=", address_key),
                ("state", "=", "received"),
            ],
            limit=1,
        )

    def _finish_or_wait(self, partners, reasons):
        self.env["marketing.audit.log"]._record("erasure_requested", self)
        if reasons:
            self._call_officers()
            return
        if partners:
            partners._marketing_erase()
        self._close("done")

    @api.model
    def _find_persons(self, company, channel, address):
        """Return the customers of this company who have the address today."""
        field = {"email": "email_normalized", "sms": "phone_sanitized"}.get(channel)
        if not (field and address):
            return self.env["res.partner"]
        partners = self.env["res.partner"].with_context(active_test=False)
        return partners.search(
            [(field, "=", address), ("company_id", "in", (False, company.id))]
        )

    @api.model
    def _find_keep_reasons(self, company, partners):
        """Return {reason: count} of what a person has to look at; empty = nothing."""
        if not partners:
            return {}
        family = self.env["res.partner"].with_context(active_test=False)
        family = family.search([("id", "child_of", partners.ids)])
        counts = {
            "shared": len(partners) if len(partners) > 1 else 0,
            "firm": sum(
                len(partner.child_ids) for partner in partners if partner.is_company
            ),
            "user": len(family.user_ids.filtered(lambda user: user._is_internal())),
            "orders": self.env["sale.order"].search_count(
                [("partner_id", "in", family.ids), ("state", "=", "sale")]
            ),
            "invoices": self.env["account.move"].search_count(
                [
                    ("partner_id", "in", family.ids),
                    ("state", "=", "posted"),
                    ("move_type", "!=", "entry"),
                ]
            ),
            "elsewhere": len(self._find_other_companies(company, partners)),
        }
        return {reason: count for reason, count in counts.items() if count}

    @api.model
    def _find_other_companies(self, company, partners):
        """Return the other companies that hold consents or orders of these people."""
        keys = [key for _channel, key in partners._get_marketing_keys()]
        consents = self.env["email.subscription.preference"].search(
            [
                ("company_id", "!=", company.id),
                ("is_subscribed", "=", True),
                "|",
                ("partner_id", "in", partners.ids),
                ("address_key", "in", keys),
            ]
        )
        orders = self.env["sale.order"].search(
            [("company_id", "!=", company.id), ("partner_id", "in", partners.ids)]
        )
        return consents.company_id | orders.company_id

    def _call_officers(self):
        """Put it on the list of each compliance officer of the company."""
        group = self.env.ref("marketing_base.group_compliance")
        officers = group.all_user_ids.filtered(
            lambda user: (
                user.active
                and user._is_internal()
                and self.company_id in user.company_ids
            )
        )
        for officer in officers:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=self.deadline,
                user_id=officer.id,
                summary=self.env._("Decide on an erasure request"),
            )

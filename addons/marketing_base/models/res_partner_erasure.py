from odoo import models
from odoo.exceptions import AccessError, UserError


class ResPartnerErasure(models.Model):
    _inherit = "res.partner"

    def action_marketing_erase(self):
        """Ask before erasing: it cannot be undone."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "marketing.erasure",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    def _marketing_erase(self):
        """Forget a person, keep the suppression and every count.

        Upper addons extend this, blank what they hold and call super. Orders and events
        stay with the id, which then leads to nobody.
        """
        self._check_marketing_erasure()
        # the officer may not write users, messages and stop lists; checked above
        partners = self.sudo()._get_erased_partners()
        partners.env["email.subscription.preference"]._erase(partners)
        partners._erase_messages()
        identities = partners.env["marketing.identity"]._ensure(partners)
        identities._erase()
        self._audit_erasure(partners)
        for partner in partners:
            # Odoo refuses to archive the partner of any user it sees in this context
            partner.with_context(active_test=True, tracking_disable=True).write(
                partner._prepare_erasure_values()
            )

    def _audit_erasure(self, partners):
        log = self.env["marketing.audit.log"]
        event = "customer_erased"
        log._append([log._prepare_entry(event, partner) for partner in partners])

    def _check_marketing_erasure(self):
        if not self.env.su:
            if not self.env.user.has_group("marketing_base.group_compliance"):
                raise AccessError(
                    self.env._("Only compliance officers may erase customers.")
                )
            self.check_access("read")
        # internal users are staff: their removal is not a marketing question
        for user in self.sudo()._get_erased_partners().user_ids:
            if user._is_internal():
                raise UserError(
                    self.env._("%(name)s is a user of this database.", name=user.name)
                )

    def _get_erased_partners(self):
        """Return the persons and their addresses; colleagues are other persons."""
        partners = self.with_context(active_test=False)
        return partners | partners.child_ids.filtered(
            lambda child: child.type != "contact" or not child.parent_id.is_company
        )

    def _prepare_erasure_values(self):
        """Return the values that say nothing about anybody."""
        identity = self.env["marketing.identity"].search(
            [("partner_id", "=", self.id)], limit=1
        )
        blank = ("email", "phone", "street", "street2", "zip", "city", "website", "vat")
        blank += ("comment", "function", "image_1920", "ref", "barcode", "company_name")
        values = {name: False for name in blank if name in self._fields}
        name = self.env._("Erased customer %(code)s", code=identity.pseudonym[:8])
        return values | {"name": name, "active": False}

    def _erase_messages(self):
        """Delete the history of the record; it quotes names and addresses."""
        messages = self.env["mail.message"]
        messages.search(
            [("model", "=", "res.partner"), ("res_id", "in", self.ids)]
        ).unlink()
        messages.search([("author_id", "in", self.ids)]).write({"email_from": False})
        for user in self.with_context(active_test=False).user_ids:
            user.write({"login": f"erased-{user.id}", "active": False})

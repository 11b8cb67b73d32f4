from odoo import api, models


class DeliveryMailboxDomain(models.Model):
    _inherit = "delivery.mailbox.domain"

    @api.model
    def _note(self, found):
        """Customers of a domain that moved to another provider are looked at again."""
        before = self._get_known(found)
        result = super()._note(found)
        after = self._get_known(found)
        moved = {name for name in after if after[name] != before.get(name, "other")}
        if moved:
            self.env["customer.profile"]._mark_domains(moved)
        return result

    def _get_known(self, names):
        known = self.search_fetch([("name", "in", list(names))], ["name", "mailbox"])
        return {domain.name: domain.mailbox for domain in known}

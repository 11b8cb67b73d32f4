from odoo import api, fields, models

from ..authentication import lookup, records
from ..authentication.finding import parse_tags

SERVERS_PARAMETER = "marketing_delivery.dns_servers"


class DeliveryDkimKey(models.Model):
    """From the record in DNS to the first signature, and to the next key."""

    _inherit = "delivery.dkim.key"

    def action_check(self):
        """Look the record up; nothing is locked meanwhile."""
        self.check_access("write")
        for key in self:
            key._note_lookup(key._look_up())

    def _look_up(self):
        try:
            question = lookup.Lookup(self._get_dns_servers())
            state, data = records.look_up_key(question, self.record_name)
        except lookup.LookupFailed:
            return "unknown"
        if state == "ok" and data != parse_tags(self.record_value)["p"]:
            return "other"
        return state

    @api.model
    def _get_dns_servers(self):
        # sudo: the parameter is for the system; it names servers, nothing secret
        parameters = self.env["ir.config_parameter"].sudo()
        return lookup.parse_servers(parameters.get_param(SERVERS_PARAMETER))

    def _note_lookup(self, state):
        self.write({"dns_state": state, "checked_at": fields.Datetime.now()})

    def action_start(self):
        """Sign from now on; the key that did it before retires."""
        self.ensure_one()
        self.check_access("write")
        # sudo: after the check above; only these buttons write the state
        self._get_rivals().sudo().write({"state": "retired"})
        self.flush_model()
        self.sudo().write({"state": "active"})

    def _get_rivals(self):
        """Return the key that signs for the same senders now."""
        return self.search(
            [
                ("id", "!=", self.id),
                ("domain", "=", self.domain),
                ("algorithm", "=", self.algorithm),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "active"),
            ]
        )

    def action_retire(self):
        self.check_access("write")
        # sudo: after the check above; only these buttons write the state
        self.sudo().write({"state": "retired"})

    def action_renew(self):
        """Make the key that will follow this one, and show it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.create(self._prepare_successor()).id,
            "views": [(False, "form")],
        }

    def _prepare_successor(self):
        selector = start = self._get_default_selector()
        number = 1
        while self._is_taken(selector):
            number += 1
            selector = f"{start}-{number}"
        return {
            "domain": self.domain,
            "selector": selector,
            "algorithm": self.algorithm,
            "company_id": self.company_id.id,
        }

    def _is_taken(self, selector):
        # sudo: a selector is one of the domain, whichever company uses it
        return self.sudo().search_count(
            [("domain", "=", self.domain), ("selector", "=", selector)], limit=1
        )

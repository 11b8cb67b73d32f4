from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketing_delivery.sender.adapter import ProviderDown

from ..sender.connection import Network
from ..sender.push import PROBES, URGENCIES, PushAdapter

MAX_HOURS = 28 * 24  # what push services keep at most


class DeliveryProvider(models.Model):
    """The type ``push``: the services of the browsers themselves, free of charge."""

    _inherit = "delivery.provider"

    provider_type = fields.Selection(
        selection_add=[("push", "Web Push")], ondelete={"push": "cascade"}
    )
    channel = fields.Selection(selection_add=[("push", "Web Push")])
    push_hours = fields.Integer(
        "Keep For",
        default=24,
        help="Hours for which a notification waits for a device that is switched off;"
        " then it is dropped.",
    )
    push_urgency = fields.Selection(
        [(name, name.replace("-", " ").capitalize()) for name in URGENCIES],
        "Urgency",
        default="normal",
        help="Whether a device that saves its battery wakes up for it.",
    )

    _push_hours_range = models.Constraint(
        f"CHECK(push_hours IS NULL OR push_hours BETWEEN 0 AND {MAX_HOURS})",
        "Push services keep a notification for 0 to 672 hours.",
    )

    @api.model
    def _get_type_channels(self):
        return {**super()._get_type_channels(), "push": "push"}

    @api.model
    def _get_connection_fields(self):
        return [*super()._get_connection_fields(), "push_hours", "push_urgency"]

    def _get_push_adapter(self):
        # sudo: the key is for the system only and signs nothing but our requests
        devices = self.env["marketing.push.device"].sudo()
        company = self.company_id or self.env.company
        try:
            vapid = devices._get_vapid(company)
        except UserError as problem:
            raise ProviderDown(str(problem)) from problem
        return PushAdapter(
            vapid,
            self._get_push_network(),
            ttl=self.push_hours * 3600,
            urgency=self.push_urgency or "normal",
            probes=self._get_push_probes(),
        )

    @api.model
    def _get_push_network(self):
        return Network()

    @api.model
    def _get_push_probes(self):
        return PROBES

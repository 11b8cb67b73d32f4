import secrets

from odoo import api, models
from odoo.exceptions import UserError

from ..links import SECRET_PARAMETER as LINK_SECRET

ADDRESS_SECRET = "marketing_base.address_secret"
SECRETS = (ADDRESS_SECRET, LINK_SECRET)


class IrConfigParameter(models.Model):
    """Secrets of the suite: drawn once, never replaced by accident.

    A new address secret would silently forget every opt-out, since the stop list is
    keyed by it.
    """

    _inherit = "ir.config_parameter"

    def init(self, force=False):
        result = super().init(force=force)
        # forced by Odoo itself for a copied database: ours must survive the copy
        for key in self._get_marketing_secrets():
            if not self.sudo().search_count([("key", "=", key)]):
                self.sudo().create({"key": key, "value": secrets.token_hex(32)})
        return result

    @api.model
    def _get_marketing_secrets(self):
        """Return the names of the secrets; an addon adds its own."""
        return SECRETS

    @api.model
    def _get_marketing_secret(self, key):
        """Return a secret as hex; raise rather than invent a second one."""
        # users without access to parameters send and unsubscribe too
        value = self.sudo().get_param(key)
        if key not in self._get_marketing_secrets() or not value:
            raise UserError(
                self.env._("The system parameter %(key)s is missing.", key=key)
            )
        return value

    def write(self, vals):
        self._check_marketing_secret()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _check_marketing_secret(self):
        secret = self._get_marketing_secrets()
        for parameter in self.filtered(lambda parameter: parameter.key in secret):
            raise UserError(
                self.env._(
                    "%(key)s cannot change: recorded opt-outs and sent links depend "
                    "on it.",
                    key=parameter.key,
                )
            )

import secrets

from odoo import api, models
from odoo.exceptions import UserError

from ..links import SECRET_PARAMETER as LINK_SECRET
from ..sealing import Lost, is_sealed, seal, unseal

ADDRESS_SECRET = "marketing_base.address_secret"
SECRETS = (ADDRESS_SECRET, LINK_SECRET)
# It finds the objections of people, which have to survive every move of the database,
# one without its seal included; and it opens nothing: it tells hashes of addresses.
OPEN = (ADDRESS_SECRET,)


class IrConfigParameter(models.Model):
    """Secrets of the suite: drawn once, sealed, never replaced by accident.

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
        self._seal_marketing_secrets()
        return result

    @api.model
    def _get_marketing_secrets(self):
        """Return the names of the secrets; an addon adds its own."""
        return SECRETS

    def _seal_marketing_secrets(self):
        """Seal what older versions wrote down open; the secrets stay what they are."""
        keys = [key for key in self._get_marketing_secrets() if key not in OPEN]
        self.flush_model(["key", "value"])
        self.env.cr.execute(
            "SELECT id, value FROM ir_config_parameter WHERE key = ANY(%s)", [keys]
        )
        for parameter_id, value in self.env.cr.fetchall():
            if value and not is_sealed(value):
                self.env.cr.execute(
                    "UPDATE ir_config_parameter SET value = %s WHERE id = %s",
                    [seal(value), parameter_id],
                )
        self.invalidate_model(["value"], flush=False)
        self.env.registry.clear_cache("stable")

    @api.model
    def _get_marketing_secret(self, key):
        """Return a secret as hex; raise rather than invent a second one."""
        # users without access to parameters send and unsubscribe too
        value = self.sudo().get_param(key)
        if key not in self._get_marketing_secrets() or not value:
            raise UserError(
                self.env._("The system parameter %(key)s is missing.", key=key)
            )
        secret = unseal(value)
        if isinstance(secret, Lost):
            raise UserError(
                self.env._(
                    "The system parameter %(key)s cannot be opened, because it was"
                    " sealed with the secret of another installation: give this one the"
                    " same MARKETING_SECRET_KEY, or its file marketing_secret.",
                    key=key,
                )
            )
        return secret

    @api.model_create_multi
    def create(self, vals_list):
        secret = set(self._get_marketing_secrets()) - set(OPEN)
        return super().create(
            [
                {**vals, "value": seal(vals.get("value"))}
                if vals.get("key") in secret
                else vals
                for vals in vals_list
            ]
        )

    def write(self, vals):
        self._check_marketing_secret()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _check_marketing_secret(self):
        """One that can no longer be opened may go: an update draws a new one."""
        secret = self._get_marketing_secrets()
        for parameter in self.filtered(lambda parameter: parameter.key in secret):
            if isinstance(unseal(parameter.value), Lost):
                continue
            raise UserError(
                self.env._(
                    "%(key)s cannot change: recorded opt-outs and sent links depend "
                    "on it.",
                    key=parameter.key,
                )
            )

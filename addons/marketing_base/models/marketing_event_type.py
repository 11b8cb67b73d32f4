from odoo import api, fields, models, tools
from odoo.exceptions import UserError


class MarketingEventType(models.Model):
    _name = "marketing.event.type"
    _description = "Marketing Event Type"
    _order = "category, sequence, code"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=100)
    category = fields.Selection(
        [
            ("campaign", "Campaign"),
            ("behaviour", "Customer Behaviour"),
            ("marketer", "Marketer"),
            ("system", "System"),
        ],
        required=True,
        default="behaviour",
    )
    description = fields.Text(translate=True)
    is_system = fields.Boolean(string="Built In", readonly=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "This event type exists already.")
    _code_format = models.Constraint(
        "CHECK(code ~ '^[a-z][a-z0-9_]{1,63}$')",
        "A code has 2 to 64 lower-case letters, digits and underscores.",
    )

    @api.model
    @tools.ormcache()
    def _get_codes(self):
        """Return the codes that may be recorded."""
        # whoever records an event need not be allowed to read the registry
        types = self.sudo().search([])  # pylint: disable=no-search-all
        return frozenset(types.mapped("code"))

    @api.model
    def _get_names(self):
        """Return the labels by code, in the language of the user."""
        everything = self.with_context(active_test=False)
        types = everything.search([])  # pylint: disable=no-search-all
        return {event_type.code: event_type.name for event_type in types}

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if {"code", "active"} & set(vals) and not self.env.su:
            self._check_built_in()
        self.env.registry.clear_cache()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _check_built_in(self):
        for event_type in self.filtered("is_system"):
            raise UserError(
                self.env._("The event type %(name)s is built in.", name=event_type.name)
            )

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

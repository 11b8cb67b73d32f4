from odoo import fields, models


class MarketingApiScope(models.Model):
    """What a key may be allowed to do; each addon adds the scopes of its operations."""

    _name = "marketing.api.scope"
    _description = "API Scope"
    _order = "name"

    name = fields.Char("Code", required=True, readonly=True)
    description = fields.Char(required=True, translate=True, readonly=True)

    _name_uniq = models.Constraint("UNIQUE(name)", "This scope exists already.")
    _name_format = models.Constraint(
        "CHECK(name ~ '^(read|write):[a-z-]+$')",
        "A scope looks like read:campaigns.",
    )

    def _compute_display_name(self):
        for scope in self:
            scope.display_name = f"{scope.name} ({scope.description})"

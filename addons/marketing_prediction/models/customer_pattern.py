from odoo import api, models
from odoo.tools import SQL


class CustomerPattern(models.Model):
    """How sure it is that an inactive customer is gone."""

    _inherit = "customer.pattern"

    @api.model
    def _get_figures(self):
        """Give the probability that a customer is still one, where a model knows it."""
        return super()._get_figures() | {"p_alive": SQL("COALESCE(profile.p_alive, 0)")}

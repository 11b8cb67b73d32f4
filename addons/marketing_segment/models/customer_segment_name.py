from odoo import api, models


class CustomerSegment(models.Model):
    """Names of segments that a button makes."""

    _inherit = "customer.segment"

    @api.model
    def _get_free_name(self, name):
        """Return the name, with a number when the company has such a segment."""
        taken = set(
            self.with_context(active_test=False)
            .search(
                [
                    ("company_id", "=", self.env.company.id),
                    ("name", "=like", f"{name}%"),
                ]
            )
            .mapped("name")
        )
        free, number = name, 2
        while free in taken:
            free, number = f"{name} ({number})", number + 1
        return free

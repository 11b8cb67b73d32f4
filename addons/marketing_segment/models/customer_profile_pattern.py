from odoo import api, fields, models

from .customer_pattern_type import PATTERN_SELECTION


class CustomerProfile(models.Model):
    """The behavioural patterns of a customer; they follow each full refresh."""

    _inherit = "customer.profile"

    pattern_primary = fields.Selection(
        PATTERN_SELECTION,
        "Main Pattern",
        readonly=True,
        help="What describes the buying of this customer best: of all patterns that "
        "it carries, the first in the order new, inactive, high spender, frequent, "
        "seasonal, weekend, place, category.",
    )
    pattern_ids = fields.One2many(
        "customer.pattern", "profile_id", "Patterns", readonly=True
    )

    _pattern_idx = models.Index(
        "(company_id, pattern_primary) WHERE pattern_primary IS NOT NULL"
    )

    @api.model
    def _refresh_full_company(self, company_id):
        """Job: refresh all profiles of a company, then queue its patterns."""
        result = super()._refresh_full_company(company_id)
        company = self.env["res.company"].browse(company_id).exists()
        if company:
            self.env["customer.pattern"]._enqueue_refresh(company)
        return result

    @api.model
    def _get_segment_paths(self):
        return {**super()._get_segment_paths(), "pattern_primary": "choice"}

    @api.model
    def _get_segment_nouns(self):
        nouns = super()._get_segment_nouns()
        return {**nouns, "pattern_primary": self.env._("main pattern")}

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

_POSITIVE = frozenset({"in", "<", "<=", ">", ">=", "like", "ilike", "=like", "=ilike"})
_RELATIONAL = frozenset({"any", "child_of", "parent_of"})
_PROFILES = "commercial_partner_id.customer_profile_ids"


class ResPartner(models.Model):
    """Contacts searched and grouped by the current company's profiles."""

    _inherit = "res.partner"

    @api.model
    def _get_grouped_figures(self):
        """Return the fields by which contacts can be grouped and sorted."""
        return {"rfm_segment", "marketing_lifecycle_stage", "marketing_pattern_primary"}

    def _field_to_sql(self, alias, field_expr, query=None):
        """Read a figure from the profile: nothing of it is stored on the contact."""
        if query is None or field_expr not in self._get_grouped_figures():
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        profile = query.make_alias(alias, "marketing_profile")
        condition = SQL(
            "%s = %s AND %s = %s",
            SQL.identifier(profile, "partner_id"),
            self._field_to_sql(alias, "commercial_partner_id", query),
            SQL.identifier(profile, "company_id"),
            self.env.company.id,
        )
        query.add_join("LEFT JOIN", profile, "customer_profile", condition)
        return SQL.identifier(profile, self._get_shown_figures()[field_expr])

    @api.model
    def _search_marketing_profile(self, name, operator, value):
        """Search in the current company's profiles; contacts have their customer's.

        An unset value also finds partners that are no customers; comparisons find
        customers only.
        """
        if operator not in _POSITIVE | _RELATIONAL:
            return NotImplemented
        company = Domain("company_id", "=", self.env.company.id)
        unset = operator == "in" and any(not item for item in value)
        if operator == "in":
            value = [item for item in value if item]
        found = Domain(_PROFILES, "any", company & Domain(name, operator, value))
        if not unset:
            return found
        is_set = company & Domain(name, "not in", [False])
        return found | ~Domain(_PROFILES, "any", is_set)

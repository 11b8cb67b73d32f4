from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, Query


class CustomerProfile(models.Model):
    """Profiles whose contact may be seen: of a million, all but a few."""

    _inherit = "customer.profile"

    @api.model
    def _visible_domain(self):
        """Return a domain: the contact is not archived, and the user may read it.

        It says the same as ("partner_id.active", "=", True), for which PostgreSQL joins
        all contacts. Asked for are those who are *not* visible: few, found by indexes.
        """
        hidden = self._get_hidden_domain()
        contacts = self.env["res.partner"].sudo().with_context(active_test=False)

        def to_sql(_model, alias, query):
            other = query.make_alias(alias, "hidden")
            found = Query(contacts.env, other, contacts._table_sql)
            condition = hidden._to_sql(contacts, other, found)
            return SQL(
                "NOT EXISTS (SELECT FROM %s WHERE %s = %s AND %s)",
                found.from_clause,
                SQL.identifier(other, "id"),
                SQL.identifier(alias, "partner_id"),
                condition,
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _get_hidden_domain(self):
        """Return the contacts that are archived or that the user may not read.

        As `_search` does it, record rules are evaluated by the superuser: they are the
        administrator's, and may look at what the user cannot.
        """
        contacts = self.env["res.partner"]
        visible = Domain("active", "=", True)
        if not self.env.su:
            contacts.browse().check_access("read")
            visible &= self.env["ir.rule"]._compute_domain(contacts._name, "read")
        superuser = contacts.sudo().with_context(active_test=False)
        return (~visible.optimize_full(superuser)).optimize_full(superuser)

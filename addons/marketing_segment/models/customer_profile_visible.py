from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, Query

from ..segment_activity_sql import literal

MOST_HIDDEN = 50_000
HASHED_ARRAYS = 150000  # PostgreSQL 15 on hash the array of `<> ALL`


class CustomerProfile(models.Model):
    """Profiles whose contact may be seen: of a million, all but a few."""

    _inherit = "customer.profile"

    @api.model
    def _visible_domain(self):
        """Return a domain: the contact is not archived, and the user may read it.

        It says the same as ("partner_id.active", "=", True), for which PostgreSQL joins
        all contacts. Those who are *not* visible are looked up here, by an index that
        holds little else, and given as one literal: a set of known size is hashed.
        Left to itself the planner may look each customer up, taking them for few.
        """
        hidden = self._get_hidden_domain()
        contacts = self.env["res.partner"].sudo().with_context(active_test=False)

        def to_sql(_model, alias, query):
            own = SQL.identifier(alias, "partner_id")
            other = query.make_alias(alias, "hidden")
            found = Query(contacts.env, other, contacts._table_sql)
            found.add_where(hidden._to_sql(contacts, other, found))
            found.limit = MOST_HIDDEN + 1
            ids = [row[0] for row in contacts.env.execute_query(found.select())]
            if not ids:
                return SQL("TRUE")
            if len(ids) <= MOST_HIDDEN:
                return _not_among(contacts.env.cr, own, literal(ids))
            found.limit = None
            found.add_where(SQL("%s = %s", SQL.identifier(other, "id"), own))
            return SQL("NOT EXISTS %s", found.subselect(SQL("1")))

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


def _not_among(cr, column, ids):
    """Return SQL that tests against a hashed set; parallel workers can do the first."""
    if cr._cnx.server_version >= HASHED_ARRAYS:
        return SQL("%s <> ALL (%s::int[])", column, ids)
    return SQL("%s NOT IN (SELECT unnest(%s::int[]))", column, ids)

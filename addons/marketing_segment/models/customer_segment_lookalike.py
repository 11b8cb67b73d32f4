import json

import numpy as np

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.marketing_engine import lookalike

MIN_SEEDS = 10
MAX_LOOKALIKES = 50_000
#: Figures that make two customers alike -> whether their logarithm is compared, as for
#: everything of which few have very much.
FIGURES = {
    "recency_days": True,
    "frequency": True,
    "monetary": True,
    "average_order": True,
    "order_count": True,
    "acquisition_date": False,
    "inter_purchase_days": True,
    "category_count": True,
    "top_category_share": False,
    "weekend_share": False,
    "discount_share": False,
}
_NOTE = """
    UPDATE segment_membership member
       SET distance = found.distance, distance_parts = found.parts::jsonb
      FROM unnest(%(ids)s::int[], %(distances)s::float[], %(parts)s::text[])
           AS found(partner_id, distance, parts)
     WHERE member.segment_id = %(segment)s AND member.left_at IS NULL
       AND member.partner_id = found.partner_id
"""


class CustomerSegment(models.Model):
    """Customers who are most like those of a segment, as a fixed list."""

    _inherit = "customer.segment"

    lookalike_segment_id = fields.Many2one(
        "customer.segment",
        "Like Those Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    @api.model
    def _get_figures(self):
        """Return the names of the figures that profiles have here."""
        return [name for name in FIGURES if name in self.env["customer.profile"]]

    def _find_lookalikes(self, count):
        """Return (partner ids, distances, parts): the nearest customers, nearest first.

        :raises UserError: when there are too few customers to learn from
        """
        self.ensure_one()
        ids, values, is_seed = self._read_figures()
        if is_seed.sum() < MIN_SEEDS:
            raise UserError(
                self.env._(
                    "“%(segment)s” has %(count)s customers who have bought; at least "
                    "%(least)s are needed to see what they have in common.",
                    segment=self.display_name,
                    count=int(is_seed.sum()),
                    least=MIN_SEEDS,
                )
            )
        found = lookalike.nearest(values, is_seed, count=min(count, MAX_LOOKALIKES))
        return ids[found.index].tolist(), found.distance, found.parts

    def _read_figures(self):
        """Return ids, figures and which are seeds of all customers of the company.

        Those of whom the user of this environment may know.
        """
        members = self._members_sql()
        query = self.env["customer.profile"]._search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("partner_id.active", "=", True),
            order="id",
        )
        partner = SQL.identifier("customer_profile", "partner_id")
        rows = self.env.execute_query(
            query.select(
                partner,
                SQL("(%s IN %s)", partner, members),
                *(self._figure_sql(name) for name in self._get_figures()),
            )
        )
        columns = np.array(rows, dtype=np.float64).reshape(len(rows), -1)
        if not rows:
            return np.zeros(0, dtype=int), columns, np.zeros(0, dtype=bool)
        return columns[:, 0].astype(int), columns[:, 2:], columns[:, 1] > 0

    def _figure_sql(self, name):
        column = SQL.identifier("customer_profile", name)
        if name == "acquisition_date":
            return SQL("(%s - %s)::float", fields.Date.today(), column)
        if FIGURES[name]:
            return SQL("SIGN(%s)::float * LN(1 + ABS(%s))::float", column, column)
        return SQL("%s::float", column)

    def _fill_lookalikes(self, origin, count):
        """Put the customers most like those of `origin` into this fixed list."""
        self.ensure_one()
        ids, distances, parts = origin._find_lookalikes(count)
        partners = SQL("(SELECT unnest(%s::int[]))", ids)
        added = self._add_members(partners, "lookalike", origin)
        names = self._get_figures()
        self.env.cr.execute(
            SQL(
                _NOTE,
                ids=ids,
                distances=[round(float(distance), 6) for distance in distances],
                parts=[_dump_parts(names, row) for row in parts],
                segment=self.id,
            )
        )
        self._invalidate_members()
        return added

    def _enqueue_lookalikes(self, origin, count):
        return self.env["marketing.job"]._enqueue(
            self._name,
            "_fill_lookalikes_of",
            {
                "list_id": self.id,
                "origin_id": origin.id,
                "count": count,
                "user_id": self.env.uid,
            },
            key=f"customer.segment:lookalikes:{self.id}",
        )

    @api.model
    def _fill_lookalikes_of(self, list_id, origin_id, count, user_id):
        """Job: as the user who asked, so that it finds no more than they may see."""
        asker = self.with_user(user_id)
        made = asker.browse(list_id).exists()
        origin = asker.browse(origin_id).exists()
        if made and origin:
            made.with_company(made.company_id)._fill_lookalikes(origin, count)


def _dump_parts(names, shares):
    """Return the share of each figure as JSON, the largest first."""
    parts = sorted(zip(names, shares.tolist(), strict=True), key=lambda part: -part[1])
    return json.dumps([[name, round(share, 4)] for name, share in parts if share > 0])

from odoo import fields, models
from odoo.tools import SQL

from ..segment_sets import part_sql

_PARTS = """
    SELECT part, COUNT(*), AVG(COALESCE(profile.monetary, 0))::float,
           AVG(COALESCE(profile.frequency, 0))::float
      FROM (SELECT id, %(part)s AS part FROM %(members)s AS member(id)) drawn
      LEFT JOIN customer_profile profile
             ON profile.partner_id = drawn.id AND profile.company_id = %(company)s
     GROUP BY part
"""


class CustomerSegment(models.Model):
    """A fixed list may be a part of another segment, drawn by chance."""

    _inherit = "customer.segment"

    split_segment_id = fields.Many2one(
        "customer.segment",
        "Part Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    split_draw = fields.Char(
        "Draw",
        readonly=True,
        copy=False,
        help="The same draw puts the same customer into the same part again.",
    )
    split_part = fields.Char("Part", readonly=True, copy=False)
    split_share = fields.Float("Planned Share (%)", readonly=True, copy=False)

    def _get_draw_salt(self, draw):
        """Independent of the holdout and of every other draw of the company."""
        # superuser: the salt is for the system only, and it does not leave this method
        secret = self.company_id.sudo().marketing_holdout_salt
        return f"{secret}:split:{draw}"

    def _measure_parts(self, draw, shares):
        """Return {part: (customers, mean revenue, mean orders)} of 365 days, by one
        statement."""
        self.ensure_one()
        self.env["customer.profile"].flush_model()
        part = part_sql(self._get_draw_salt(draw), SQL("id"), shares)
        rows = self.env.execute_query(
            SQL(
                _PARTS,
                part=part,
                members=self._members_sql(),
                company=self.company_id.id,
            )
        )
        return {number: tuple(measured) for number, *measured in rows}

    def _select_part(self, draw, shares, number):
        """Return SQL, in parentheses, of the members in one part."""
        return SQL(
            "(SELECT id FROM %s AS member(id) WHERE %s = %s)",
            self._members_sql(),
            part_sql(self._get_draw_salt(draw), SQL("id"), shares),
            number,
        )

    def _get_parts(self, draw):
        """Return the lists that this draw of this segment has made so far."""
        return self.search(
            [("split_segment_id", "=", self.id), ("split_draw", "=", draw)], order="id"
        )

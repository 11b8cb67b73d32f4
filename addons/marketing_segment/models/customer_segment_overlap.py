from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

MAX_COMPARED = 12
# Each customer once, with a bit for each segment: one pass counts every combination.
_COUNT = """
    SELECT places, COUNT(*)
      FROM (SELECT partner_id, bit_or(1 << place) AS places
              FROM (%s) member(partner_id, place)
             GROUP BY partner_id) customer
     GROUP BY places
"""


class CustomerSegment(models.Model):
    """Whom segments have in common."""

    _inherit = "customer.segment"

    @api.model
    def get_overlap(self, segment_ids):
        """Count whom the given segments share, for the page “Overlap”.

        Returns {"segments": [{"id", "name", "count", "is_live", "counted_at"}],
        "shared": n x n counts, "regions": [{"inside", "count"}], "union"} in the order
        of the ids; "inside" are the ids of all segments that a customer is in.
        """
        segments = self._get_compared(segment_ids)
        counts = segments._count_combinations()
        places = range(len(segments))
        return {
            "segments": [segment._describe_compared() for segment in segments],
            "shared": [
                [_count_with(counts, 1 << i | 1 << j) for j in places] for i in places
            ],
            "regions": [
                {
                    "inside": [s.id for i, s in enumerate(segments) if mask >> i & 1],
                    "count": count,
                }
                for mask, count in sorted(counts.items())
            ],
            "union": sum(counts.values()),
        }

    @api.model
    def get_default_compared(self):
        """Return the ids of the largest segments, to begin with."""
        return self.search(
            [("company_id", "=", self.env.company.id), ("customer_count", ">", 0)],
            order="customer_count desc, id",
            limit=3,
        ).ids

    @api.model
    def _get_compared(self, segment_ids):
        found = self.search([("id", "in", segment_ids)])
        segments = self.browse(i for i in dict.fromkeys(segment_ids) if i in found._ids)
        if len(segments) > MAX_COMPARED:
            raise UserError(
                self.env._("Compare %(limit)s segments at most.", limit=MAX_COMPARED)
            )
        if len(segments.company_id) > 1:
            raise UserError(
                self.env._("Compare segments of one company: customers are its own.")
            )
        return segments

    def _describe_compared(self):
        return {
            "id": self.id,
            "name": self.display_name,
            "is_live": not self._has_stored_members(),
            "counted_at": fields.Datetime.to_string(self.last_calculated_at),
        }

    def _has_stored_members(self):
        """Whether memberships say who was in a rule's segment at its last count."""
        return (
            self.segment_type != "static"
            and self.track_members
            and not self.is_baseline_due
        )

    def _count_combinations(self):
        """Return {bits: customers} of who is in exactly these, by one statement.

        Members are those of the last refresh; fixed lists, and rules that remember no
        members, are read as they are now.
        """
        if not self:
            return {}
        self.env.flush_all()
        return dict(self.env.execute_query(SQL(_COUNT, self._places_sql())))

    def _places_sql(self):
        """Return SQL of (partner_id, place of the segment in this recordset)."""
        stored = self.filtered(lambda segment: segment._has_stored_members())
        parts = [
            SQL(
                "SELECT id, %s::int FROM %s AS live(id)",
                place,
                segment._select_members(),
            )
            for place, segment in enumerate(self)
            if segment not in stored
        ]
        if stored:
            memberships = self.env["segment.membership"]
            query = memberships._search(stored._get_stored_domain())
            parts.append(
                query.select(
                    SQL.identifier("segment_membership", "partner_id"),
                    SQL(
                        "array_position(%s::int[], %s) - 1",
                        self.ids,
                        SQL.identifier("segment_membership", "segment_id"),
                    ),
                )
            )
        return SQL(" UNION ALL ").join(parts)

    def _get_stored_domain(self):
        """Members of today whom the reader may see, as a domain on memberships."""
        return (
            Domain("segment_id", "in", self.ids)
            & Domain("left_at", "=", False)
            & Domain("partner_id.active", "=", True)
        )

    # === THE PEOPLE OF A REGION === #

    @api.model
    def open_region(self, inside_ids, outside_ids):
        """Open the customers who are in all of the first and none of the second."""
        inside, outside = self._get_region(inside_ids, outside_ids)
        domain = [leaf for segment in inside for leaf in segment._get_partner_domain()]
        for segment in outside:
            domain += ["!", *segment._get_partner_domain()]
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "name": self._name_region(inside, outside),
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": domain,
            "context": {"create": False},
        }

    @api.model
    def make_region_list(self, inside_ids, outside_ids):
        """Make a fixed list of the customers of a region and open it."""
        inside, outside = self._get_region(inside_ids, outside_ids)
        wanted = (1 << len(inside)) - 1
        made = self.create(
            {
                "name": self._get_free_name(self._name_region(inside, outside)),
                "segment_type": "static",
                "company_id": inside.company_id.id,
            }
        )
        made._add_members(
            SQL(
                """(SELECT partner_id FROM (%s) member(partner_id, place)
                     GROUP BY partner_id HAVING bit_or(1 << place) = %s)""",
                (inside + outside)._places_sql(),
                wanted,
            ),
            "segment",
            inside[:1],
        )
        return made.get_formview_action()

    def _get_region(self, inside_ids, outside_ids):
        compared = self._get_compared([*inside_ids, *outside_ids])
        inside = compared.filtered(lambda segment: segment.id in inside_ids)
        if not inside:
            raise UserError(self.env._("Choose at least one segment to be in."))
        return inside, compared - inside

    def _name_region(self, inside, outside):
        name = self.env._(" and ").join(inside.mapped("name"))
        if not outside:
            return name
        others = self.env._(" and not ").join(outside.mapped("name"))
        return self.env._("%(inside)s, not %(outside)s", inside=name, outside=others)

    def _get_partner_domain(self):
        """Return one term on contacts: the members that the overlap counts."""
        if self.segment_type != "static" and not self._has_stored_members():
            return [("customer_profile_ids", "any", list(self._get_members_domain()))]
        current = [("segment_id", "=", self.id), ("left_at", "=", False)]
        member = ("segment_membership_ids", "any", current)
        if self.segment_type == "static":
            return ["&", member, ("company_id", "in", [False, self.company_id.id])]
        return [member]


def _count_with(counts, bits):
    """Return how many customers have all of these bits."""
    return sum(count for mask, count in counts.items() if mask & bits == bits)

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.marketing_base.events import insert_selected_events

from ..segment_activity_sql import among_domain

LATEST = 10

_ADD = """
    INSERT INTO segment_membership
           (segment_id, partner_id, added_at, source, source_segment_id, user_id)
    SELECT DISTINCT %(segment)s, customer.id, %(now)s::timestamp, %(source)s,
           %(origin)s::int, %(user)s::int
      FROM res_partner given
      JOIN res_partner customer ON customer.id = given.commercial_partner_id
     WHERE given.id IN %(partners)s AND customer.active
       AND COALESCE(customer.company_id, %(company)s) = %(company)s
        ON CONFLICT (segment_id, partner_id) WHERE left_at IS NULL DO NOTHING
 RETURNING id, partner_id
"""

# Many members may have been noted a moment ago, before anything counted the rows: the
# planner then expects two of them. A FULL JOIN is never done by a nested loop, which
# would compare each member with each.
_SYNC = """
    WITH moved AS MATERIALIZED (
        SELECT old.id, partner_id
          FROM (SELECT DISTINCT * FROM %(members)s member(partner_id)) wanted
          FULL JOIN (SELECT id, partner_id FROM segment_membership
                      WHERE segment_id = %(segment)s AND left_at IS NULL) old
         USING (partner_id)
         WHERE old.id IS NULL OR wanted.partner_id IS NULL
    ), gone AS (
        UPDATE segment_membership old SET left_at = %(now)s
          FROM moved
         WHERE old.id = moved.id
     RETURNING old.id, old.partner_id
    ), come AS (
        INSERT INTO segment_membership (segment_id, partner_id, added_at, source)
        SELECT %(segment)s, partner_id, %(now)s::timestamp, 'rule'
          FROM moved
         WHERE id IS NULL
            ON CONFLICT (segment_id, partner_id) WHERE left_at IS NULL DO NOTHING
     RETURNING id, partner_id
    )
    SELECT 'left', id, partner_id FROM gone
     UNION ALL
    SELECT 'entered', id, partner_id FROM come
"""

_MOVE_EVENTS = """
    SELECT 'odoo' AS source_id,
           'membership:' || move.id || ':' || move.change AS event_id,
           'user_segmented' AS event_type, NULL::timestamp AS occurred_at,
           %(company)s::int AS company_id, move.partner_id,
           NULL::int AS campaign_id, NULL::int AS recipient_id,
           jsonb_build_object('segment_id', %(segment)s::int, 'change', move.change,
                              'source', %(source)s::text) AS properties
      FROM unnest(%(changes)s::text[], %(ids)s::int[], %(partners)s::int[])
           AS move(change, id, partner_id)
"""


class CustomerSegment(models.Model):
    """Who is in a segment: stored for fixed lists, remembered for rules."""

    _inherit = "customer.segment"

    track_members = fields.Boolean(
        "Remember Entries and Exits",
        default=True,
        help="Each refresh notes who came in and who left, and logs an event for each "
        "of them. Fixed lists always do.",
    )
    is_baseline_due = fields.Boolean(
        default=True,
        copy=False,
        readonly=True,
        help="The next refresh notes the members of a new rule without calling them "
        "entries and exits.",
    )
    membership_ids = fields.One2many(
        "segment.membership", "segment_id", "Memberships", readonly=True, copy=False
    )
    latest_member_ids = fields.Many2many(
        "segment.membership", compute="_compute_latest_members"
    )

    @api.depends("segment_type")
    @api.depends_context("uid", "su", "allowed_company_ids")
    def _compute_latest_members(self):
        for segment in self:
            segment.latest_member_ids = self.env["segment.membership"].search(
                segment._get_current_domain(), limit=LATEST
            )

    def _get_current_domain(self):
        """Members of today as a domain on memberships; nobody before it is saved."""
        return Domain("segment_id", "=", self._origin.id or 0) & Domain(
            "left_at", "=", False
        )

    def _get_static_query(self, partner_ids=None):
        """Members who are still there and of this company or of all."""
        domain = (
            self._get_current_domain()
            & Domain("partner_id.active", "=", True)
            & Domain("partner_id.company_id", "in", [False, self.company_id.id])
        )
        if partner_ids is not None:
            domain &= among_domain(partner_ids)
        return self.env["segment.membership"]._search(domain)

    # === FIXED LISTS === #

    def _check_static(self):
        self.check_access("write")
        for segment in self:
            if segment.segment_type != "static":
                raise UserError(
                    self.env._(
                        "“%(segment)s” is not a fixed list: its rule decides who "
                        "belongs to it.",
                        segment=segment.display_name,
                    )
                )

    def _add_members(self, partners, source, origin=None):
        """Add the customers of `partners` to this fixed list; contacts count as theirs.

        Archived ones and those of another company are left out.

        :param partners: partners, or SQL of partner ids in parentheses
        :return: number of customers who were not in it before
        """
        self.ensure_one()
        self._check_static()
        if not isinstance(partners, SQL):
            partners.check_access("read")
            partners = SQL("(SELECT unnest(%s::int[]))", partners.ids)
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                _ADD,
                segment=self.id,
                partners=partners,
                company=self.company_id.id,
                source=source,
                origin=origin.id if origin else None,
                user=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self._log_moves([("entered", *row) for row in rows], source)
        self._invalidate_members()
        self._refresh()
        return len(rows)

    def _remove_members(self, partners):
        """Take customers out of this fixed list; that they were in it stays known."""
        self._check_static()
        rows = self.env.execute_query(
            SQL(
                """UPDATE segment_membership SET left_at = %s
                    WHERE segment_id = ANY(%s) AND left_at IS NULL
                      AND partner_id = ANY(%s)
                RETURNING 'left', id, partner_id, segment_id""",
                fields.Datetime.now(),
                self.ids,
                partners.ids,
            )
        )
        for segment in self:
            moves = [row[:3] for row in rows if row[3] == segment.id]
            segment._log_moves(moves, "manual")
        self._invalidate_members()
        self._refresh()
        return len(rows)

    # === SNAPSHOTS OF RULES === #

    def _sync_members(self):
        """Note who came in and who left since the last refresh.

        After a change of the rule the difference is noted, but nobody moved: no events.

        :return: number of entries and of exits
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                _SYNC,
                members=self._members_sql(),
                segment=self.id,
                now=fields.Datetime.now(),
            )
        )
        if not self.is_baseline_due:
            self._log_moves(rows, "rule")
        self._invalidate_members()
        entered = sum(change == "entered" for change, *_ids in rows)
        return entered, len(rows) - entered

    def _log_moves(self, moves, source):
        """Log one event for each (change, membership id, partner id) of a list."""
        if not moves:
            return
        changes, ids, partner_ids = map(list, zip(*moves, strict=True))
        insert_selected_events(
            self.env.cr,
            SQL(
                _MOVE_EVENTS,
                company=self.company_id.id,
                segment=self.id,
                source=source,
                changes=changes,
                ids=ids,
                partners=partner_ids,
            ),
        )

    def _invalidate_members(self):
        self.env["segment.membership"].invalidate_model(flush=False)
        self.invalidate_recordset(["membership_ids", "latest_member_ids"], flush=False)

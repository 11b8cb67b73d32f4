import json

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_base.events import insert_events

from ..segment_compiler import ask

# As for the refresh of one segment, but of all segments and for these customers only.
_SYNC = """
    WITH %(asked)s, wanted AS MATERIALIZED (
        SELECT DISTINCT partner_id, segment_id FROM (%(matches)s) met
         WHERE segment_id = ANY(%(segments)s::int[])
    ), moved AS MATERIALIZED (
        SELECT old.id, segment_id, partner_id
          FROM wanted
          FULL JOIN (SELECT id, segment_id, partner_id FROM segment_membership
                      WHERE partner_id = ANY((SELECT ids FROM asked)::int[])
                        AND segment_id = ANY(%(segments)s::int[])
                        AND left_at IS NULL) old
         USING (segment_id, partner_id)
         WHERE old.id IS NULL OR wanted.partner_id IS NULL
    ), gone AS (
        UPDATE segment_membership old SET left_at = %(now)s
          FROM moved
         WHERE old.id = moved.id
     RETURNING old.segment_id, old.id, old.partner_id
    ), come AS (
        INSERT INTO segment_membership (segment_id, partner_id, added_at, source)
        SELECT segment_id, partner_id, %(now)s::timestamp, 'rule'
          FROM moved
         WHERE id IS NULL
            ON CONFLICT (segment_id, partner_id) WHERE left_at IS NULL DO NOTHING
     RETURNING segment_id, id, partner_id
    )
    SELECT segment_id, 'left', id, partner_id FROM gone
     UNION ALL
    SELECT segment_id, 'entered', id, partner_id FROM come
"""


class CustomerSegment(models.Model):
    """When few customers changed, only they are looked at, and only what they touch."""

    _inherit = "customer.segment"

    @api.model
    def _enqueue_changed(self, company, partner_ids):
        """Queue the segments of customers whose profile has just been computed."""
        # no key: each job has customers of its own, none may stand for another
        return self.env["marketing.job"]._enqueue(
            self._name,
            "_refresh_changed",
            {"company_id": company.id, "partner_ids": list(partner_ids)},
        )

    @api.model
    def _refresh_changed(self, company_id, partner_ids):
        """Job: note in which segments these customers came and which they left.

        Segments that were never counted since their rule changed, those that remember
        no members and those without automatic refresh wait for their full refresh.

        :return: number of entries and exits
        """
        company = self.env["res.company"].browse(company_id).exists()
        if not company:
            return 0
        segments = (
            self.sudo()
            ._get_rule_segments(company.id)
            .filtered(
                lambda s: s.auto_refresh and s.track_members and not s.is_baseline_due
            )
        )
        moves = segments._sync_customers(company, partner_ids) if segments else []
        by_segment = {}
        for segment_id, *move in moves:
            by_segment.setdefault(segment_id, []).append(tuple(move))
        segments.browse(by_segment)._note_changed(by_segment)
        return len(moves)

    def _sync_customers(self, company, partner_ids):
        """Make the stored memberships of these customers what the rules say.

        :return: (segment id, change, membership id, partner id) of each move
        """
        self.env.flush_all()
        parts, covered = self._get_rule_parts(company)
        if not parts:
            return []
        rows = self.env.execute_query(
            SQL(
                _SYNC,
                asked=ask(partner_ids),
                matches=SQL(" UNION ALL ").join(parts),
                segments=list(set(covered) & set(self.ids)),
                now=fields.Datetime.now(),
            )
        )
        self._invalidate_members()
        return rows

    def _note_changed(self, moves):
        """Log the moves and correct the counts by them, without counting again."""
        events = []
        for segment in self:
            own = moves[segment.id]
            segment._log_moves(own, "rule")
            if not segment._correct_counts(own):
                segment._refresh()  # counts that were wrong before
                continue
            entered = sum(change == "entered" for change, *_ids in own)
            events.append(segment._prepare_refresh_event(entered, len(own) - entered))
        insert_events(self.env.cr, events)

    def _correct_counts(self, moves):
        """Add those who came and take away those who left, by their reason of now.

        :return: False when that cannot be right
        """
        refusals = dict(self.refusal_summary or {})
        sendable = self.sendable_count
        for change, sign in (("entered", 1), ("left", -1)):
            ids = [partner for kind, _id, partner in moves if kind == change]
            for reason, number in self._read_reasons_of(ids).items():
                if reason:
                    refusals[reason] = refusals.get(reason, 0) + sign * number
                else:
                    sendable += sign * number
        if sendable < 0 or any(number < 0 for number in refusals.values()):
            return False
        count = sendable + sum(refusals.values())
        self._store_counts(count, sendable, refusals)
        self.env["customer.segment.size"]._note(self, count, sendable)
        return True

    def _read_reasons_of(self, partner_ids):
        if not partner_ids:
            return {}
        return self._read_reasons(SQL("(SELECT unnest(%s::int[]))", partner_ids))

    def _store_counts(self, count, sendable, refusals):
        # past our own write(), which ignores counts that a client sends; the time of
        # the last full count stays, so that the next one is not put off
        self.env.cr.execute(
            SQL(
                """UPDATE customer_segment
                      SET customer_count = %s, sendable_count = %s,
                          refusal_summary = %s::jsonb
                    WHERE id = %s""",
                count,
                sendable,
                json.dumps({why: number for why, number in refusals.items() if number}),
                self.id,
            )
        )
        self.invalidate_recordset(
            ["customer_count", "sendable_count", "refusal_summary"], flush=False
        )

from odoo.tests import tagged
from odoo.tools import SQL

from ..models import customer_segment_members
from .common_members import SegmentMembersCase


@tagged("post_install", "-at_install")
class TestSegmentSync(SegmentMembersCase):
    """Noting who moved, in one statement."""

    def _get_events(self, segment):
        self.env.cr.execute(
            """SELECT properties ->> 'change', partner_id, properties ->> 'source'
                 FROM marketing_event
                WHERE event_type = 'user_segmented' AND company_id = %s
                  AND event_id LIKE 'membership:%%'
                  AND (properties ->> 'segment_id')::int = %s""",
            [self.company_a.id, segment.id],
        )
        return set(self.env.cr.fetchall())

    def test_members_are_never_compared_each_with_each(self):
        """Just written rows are not in the statistics: two are expected."""
        segment = self._segment()
        self.env.cr.execute("ANALYZE customer_profile, res_partner")
        query = SQL(
            customer_segment_members._SYNC,
            members=segment._members_sql(),
            segment=segment.id,
            now="2026-01-01",
        )
        self.env.cr.execute(SQL("EXPLAIN %s", query))
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertRegex(plan, "(Hash|Merge) Full Join")
        # hidden contacts may be taken away so, stored members may not
        self.assertNotRegex(plan, r"Anti Join.*\n.*segment_membership")

    def test_events_of_each_move(self):
        segment = self._segment("[('partner_id.city', '=', 'Ghent')]")
        ann, bob, cas = (self.rows[name] for name in ("ann", "bob", "cas"))
        (ann | bob).city = "Ghent"
        self.assertEqual(segment._sync_members(), (2, 0))
        bob.city, cas.city = False, "Ghent"
        self.assertEqual(segment._sync_members(), (1, 1))
        entered = {("entered", row.id, "rule") for row in (ann, bob, cas)}
        self.assertEqual(
            self._get_events(segment), entered | {("left", bob.id, "rule")}
        )
        self.assertEqual(segment._sync_members(), (0, 0))

    def test_events_of_a_list(self):
        segment = self._segment(segment_type="static")
        everybody = self.env["res.partner"].union(*self.rows.values())
        segment._add_members(everybody, "import")
        segment._remove_members(self.rows["ann"])
        events = self._get_events(segment)
        self.assertEqual(len(events), len(self.rows) + 1)
        self.assertIn(("left", self.rows["ann"].id, "manual"), events)
        self.assertIn(("entered", self.rows["ann"].id, "import"), events)

from odoo.tools import SQL

from odoo.addons.marketing_base.events import (
    Event,
    insert_events,
    insert_selected_events,
)

from .common import MarketingCase

_SELECT = """
    SELECT 'odoo' AS source_id, given.id AS event_id, 'search' AS event_type,
           NULL::timestamp AS occurred_at, 1 AS company_id, %s::int AS partner_id,
           NULL::int AS campaign_id, NULL::int AS recipient_id,
           jsonb_build_object('query', 'x', 'number', 5) AS properties
      FROM unnest(%s::text[]) given(id)
"""


class TestEventSelected(MarketingCase):
    """Events of a statement are those that Python would have written."""

    def _select(self, *event_ids, partner_id=2):
        return SQL(_SELECT, partner_id, list(event_ids))

    def _rows(self, *event_ids):
        self.env.cr.execute(
            """SELECT event_type, occurred_at, company_id, partner_id, campaign_id,
                      recipient_id, properties, source_id, key.body
                 FROM marketing_event JOIN marketing_event_key key
                USING (source_id, event_id)
                WHERE event_id = ANY(%s) ORDER BY event_id""",
            [list(event_ids)],
        )
        return self.env.cr.fetchall()

    def test_like_those_of_python(self):
        properties = {"query": "x", "number": 5}
        insert_events(
            self.env.cr,
            [Event("search", "python", None, 1, 2, properties=properties)],
        )
        count = insert_selected_events(self.env.cr, self._select("select"))
        self.assertEqual(count, 1)
        self.assertEqual(self._rows("python"), self._rows("select"))

    def test_known_and_doubled_ones_count_once(self):
        insert_selected_events(self.env.cr, self._select("a", "b"))
        again = self._select("b", "c", "c", partner_id=9)
        self.assertEqual(insert_selected_events(self.env.cr, again), 1)
        self.assertEqual(len(self._rows("a", "b", "c")), 3)
        self.assertEqual([row[3] for row in self._rows("b")], [2])

    def test_of_an_erased_customer(self):
        partner = self.env["res.partner"].create({"name": "Gone"})
        self.env["marketing.identity"]._ensure(partner)._erase()
        select = self._select("erased", partner_id=partner.id)
        insert_selected_events(self.env.cr, select)
        self.assertEqual(self._rows("erased")[0][6], {"number": 5})

    def test_nothing_selected(self):
        self.assertEqual(insert_selected_events(self.env.cr, self._select()), 0)

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..wizards import segment_lookalike
from .common import SegmentCase

_PROFILES = """
    INSERT INTO customer_profile (partner_id, company_id, currency_id, order_count,
           frequency, monetary, average_order, recency_days, acquisition_date)
    SELECT id, %(company)s, %(currency)s, 2, 2,
           CASE WHEN place %% 3 = 0 THEN 5000 ELSE 20 END + place,
           CASE WHEN place %% 3 = 0 THEN 1000 ELSE 10 END + place,
           5 + place %% 2, %(today)s::date - 100 - (place %% 2)::int
      FROM unnest(%(ids)s::int[]) WITH ORDINALITY given(id, place)
"""


@tagged("post_install", "-at_install")
class TestSegmentLookalike(SegmentCase):
    """Customers who are most like those of a segment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.env["res.partner"].create(
            [{"name": f"P{number}"} for number in range(1, 91)]
        )
        cls.env.flush_all()
        for company in (cls.company_a, cls.company_b):
            cls.env.cr.execute(
                _PROFILES,
                {
                    "company": company.id,
                    "currency": cls.usd.id,
                    "today": cls.today,
                    "ids": cls.people.ids,
                },
            )
        cls.rich = cls.people.filtered(lambda person: int(person.name[1:]) % 3 == 0)
        cls.seeds = cls.env["customer.segment"].create(
            {"name": "Rich", "segment_type": "static"}
        )
        cls.seeds._add_members(cls.rich[:12], "manual")
        cls.user = cls._user("mms_like", "user")

    def _own(self, record):
        own = record.with_user(self.user)
        return own.with_context(allowed_company_ids=self.company_a.ids)

    def _wizard(self, segment, wanted):
        return self._own(self.env["segment.lookalike"]).create(
            {"segment_id": segment.id, "wanted": wanted}
        )

    def _find(self, segment, wanted):
        made = self._wizard(segment, wanted).action_find()["res_id"]
        return self.env["customer.segment"].browse(made)

    def test_the_nearest_with_their_distance(self):
        made = self._find(self.seeds, 18)
        self.assertEqual(made.name, "Like Rich")
        self.assertEqual(made._get_segment_customers(), self.rich - self.rich[:12])
        rows = made.membership_ids.sorted("distance")
        self.assertEqual(set(rows.mapped("source")), {"lookalike"})
        self.assertEqual(rows.source_segment_id, self.seeds)
        for row in rows:
            self.assertGreater(row.distance, 0)
            self.assertAlmostEqual(sum(part[1] for part in row.distance_parts), 1, 2)
            self.assertRegex(row.differs_by, r"\w+ \d+%")
        more = self._find(self.seeds, 30).membership_ids.sorted("distance")
        self.assertEqual(more[:18].mapped("distance"), rows.mapped("distance"))
        self.assertGreater(more[18].distance, 2 * rows[-1].distance)
        self.assertLessEqual(len(self._find(self.seeds, 500).membership_ids), 78)

    def test_its_members_open_with_the_distance(self):
        made = self._find(self.seeds, 5)
        ((view_id, kind), _kanban) = made.action_view_members()["views"]
        arch = self.env["segment.membership"].get_view(view_id, kind)["arch"]
        self.assertIn('name="differs_by" optional="show"', arch)
        self.assertNotIn("views", self.seeds._get_member_views())

    def test_too_few_to_learn_from(self):
        few = self.env["customer.segment"].create(
            {"name": "Few", "segment_type": "static"}
        )
        few._add_members(self.rich[:9] | self._customer("Never bought"), "manual")
        with self.assertRaisesRegex(
            UserError, "9 customers who have bought; at least 10"
        ):
            self._find(few, 5)
        for wanted in (0, -1, 10**6):
            with self.assertRaisesRegex(UserError, "1 to 50,000"):
                self._find(self.seeds, wanted)

    def test_large_companies_are_compared_by_a_job(self):
        self.patch(segment_lookalike, "AT_ONCE", 10)
        action = self._wizard(self.seeds, 7).action_find()
        self.assertEqual(action["params"]["type"], "info")
        made = self.env["customer.segment"].search([("name", "=", "Like Rich")])
        job = self.env["marketing.job"].search(
            [("key", "=", f"customer.segment:lookalikes:{made.id}")]
        )
        jobs = (
            self.env["customer.segment"]
            .sudo()
            .with_context(allowed_company_ids=self.company_a.ids)
        )
        jobs._fill_lookalikes_of(**job.payload)
        self.assertEqual(len(made._get_segment_customers()), 7)
        self.assertEqual(made.membership_ids.user_id, self.user)
        made.unlink()
        jobs._fill_lookalikes_of(**job.payload)

    def test_nobody_the_user_may_not_see(self):
        hidden = self.rich[12:20]
        self.env["ir.rule"].create(
            {
                "name": "Hide",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": f"[('id', 'not in', {hidden.ids})]",
                "groups": [Command.link(self.env.ref("marketing_base.group_user").id)],
            }
        )
        made = self._find(self.seeds, 10)
        self.assertEqual(made.company_id, self.company_a)
        self.assertEqual(made._get_segment_customers(), self.rich[20:])
        theirs = self.env["customer.segment"].create(
            {"name": "B", "company_id": self.company_b.id}
        )
        with self.assertRaises(AccessError):
            self._find(theirs, 5)

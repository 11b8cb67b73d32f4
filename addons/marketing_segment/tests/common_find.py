from odoo import Command

from .common_random import RandomRuleCase, to_domain

RULES = 40


class SegmentFindCase(RandomRuleCase):
    """Segments of every kind over customers with random values."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segments = cls.env["customer.segment"]
        cls.people = cls.env["res.partner"].browse(cls.table)
        cls.fixed = cls.segments.create({"name": "List", "segment_type": "static"})
        cls.fixed._add_members(cls.people[:5], "manual")
        domains = [repr(to_domain(cls._make_tree(3))) for _number in range(RULES)]
        domains += [
            "[]",
            "[('last_order_date', '>=', '-30d')]",
            "[('partner_id.country_id', 'ilike', 'Belg')]",
            "[('partner_id.create_date', '>=', 'today -1d')]",
            f"[('segment_ids', 'in', [{cls.fixed.id}])]",
            f"['!', ('segment_ids', 'in', [{cls.fixed.id}])]",
            """[('purchases', 'like', '{"operator": "=", "value": 0}')]""",
        ]
        cls.rules = cls.segments.create(
            [
                {"name": f"Rule {number}", "filter_domain": domain}
                for number, domain in enumerate(domains)
            ]
        )
        cls.rules |= cls.segments.create(
            {"name": "RFM", "segment_type": "rfm", "recency_min": 2}
        )
        types = cls.env["customer.pattern.type"].search([], limit=2)
        cls._carry(types)
        cls.patterns = cls.segments.create(
            {
                "name": "Patterns",
                "segment_type": "behavioural",
                "pattern_type_ids": [Command.set(types[:1].ids)],
            }
        )
        cls.rules |= cls.patterns
        cls.foreign = cls.segments.create({"name": "B", "company_id": cls.company_b.id})

    @classmethod
    def _carry(cls, types):
        """Customers 2 and 3 carry the first pattern, 4 the second."""
        profiles = cls.profiles.search([("company_id", "=", cls.company_a.id)])
        by_partner = {profile.partner_id: profile for profile in profiles}
        for place, pattern in ((2, types[0]), (3, types[0]), (4, types[1])):
            cls.env.cr.execute(
                """INSERT INTO customer_pattern (profile_id, partner_id, company_id,
                                                 pattern, score)
                   VALUES (%s, %s, %s, %s, 0.9)""",
                [by_partner[cls.people[place]].id, cls.people[place].id]
                + [cls.company_a.id, pattern.key],
            )
        cls.env.invalidate_all()

    def _match(self, people):
        rows = self.segments._find_matches(self.company_a, people.ids)
        self.assertEqual(len(rows), len(set(rows)), "each pair once")
        return set(rows)

    def _get_expected(self, people):
        return {
            (customer.id, segment.id)
            for segment in self.rules | self.fixed
            for customer in segment._get_segment_customers() & people
        }

    def _get_stored(self):
        self.env.cr.execute(
            """SELECT partner_id, segment_id FROM segment_membership
                WHERE left_at IS NULL AND segment_id = ANY(%s)""",
            [(self.rules | self.fixed).ids],
        )
        return set(self.env.cr.fetchall())

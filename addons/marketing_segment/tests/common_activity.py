import json

from .common import SegmentCase


class ActivityCase(SegmentCase):
    """Customers whose orders are told in the table, and rules on what they did."""

    #: name: [(days ago, category, amount)]
    ORDERS = {
        "ann": [(5, "wine", 10), (40, "wine", 20), (40, "bread", 5)],
        "bob": [(10, "bread", 4), (100, "bread", 3)],
        "cid": [(200, "wine", 100)],
        "dora": [(20, "wine", 10)],
        "eve": [(300, "bread", 7)],
        "fay": [(1, "bread", 1)],
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = {name: cls._customer(name.title()) for name in cls.ORDERS}
        cls.rows["dora"].is_company = True
        person = cls._customer("Dora's buyer", parent_id=cls.rows["dora"].id)
        cls.orders = {}
        for name, orders in cls.ORDERS.items():
            buyer = person if name == "dora" else cls.rows[name]
            for days, category, amount in orders:
                lines = (getattr(cls, category), amount)
                cls.orders[name] = cls._order(buyer, days, lines)
        # what must not count: another company's order, a cancelled one, a cleared line
        cls._order(cls.rows["eve"], 2, (cls.wine, 50), company=cls.company_b)
        cls._order(cls.rows["fay"], 3, (cls.wine, 50), state="cancel")
        cleared = cls._order(cls.rows["bob"], 100, (cls.wine, 30), (cls.bread, 0))
        cleared.order_line[:1].product_uom_qty = 0
        cls._refund(cls.rows["cid"], 1, 60, order=cls.orders["cid"])
        cls._refund(cls.rows["fay"], 2, 11)
        for company in cls.company_a | cls.company_b:
            cls.profiles._refresh_full(company)
        cls.segment = cls.env["customer.segment"].create({"name": "Test"})

    @classmethod
    def _leaf(cls, path="purchases", negated=False, **condition):
        return (path, "not like" if negated else "like", json.dumps(condition))

    def _names(self, partners):
        names = {partner: name for name, partner in self.rows.items()}
        return " ".join(sorted(names[partner] for partner in partners))

    def _find(self, *domain):
        """Return the members' names, having compared each way to ask for them."""
        self.segment.filter_domain = repr(list(domain))
        members = self.segment._get_segment_customers()
        everybody = self.env["res.partner"].union(*self.rows.values())
        verdicts = self.segment._judge_customers(everybody)
        judged = everybody.filtered(lambda one: verdicts[one.id][0].answer)
        self.assertEqual(judged, members, "one by one as all at once")
        shown = self.profiles.search(self.segment.action_view_members()["domain"])
        self.assertEqual(shown.partner_id, members, "as the list of the client")
        rows = self.segment._find_matches(self.company_a, everybody.ids)
        found = {partner for partner, segment in rows if segment == self.segment.id}
        self.assertEqual(found, set(members.ids), "as among all segments")
        return self._names(members)

from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from .common import SegmentCase


class PatternCase(SegmentCase):
    """Ten buyers of one company, each made for a pattern or for none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.patterns = cls.env["customer.pattern"]
        cls.thresholds = cls.env["customer.pattern.threshold"]
        cls.cheese = cls.env["product.category"].create({"name": "Cheese"})
        cls.products[cls.cheese] = cls.env["product.product"].create(
            {"name": "Cheese", "categ_id": cls.cheese.id, "type": "service"}
        )
        cls.people = {}
        every = (cls.wine, cls.bread, cls.cheese)
        workdays, weekends = cls._list_days()
        cls._buyer("plain", [*workdays[:12:3], 100], every)
        cls._buyer("rich", [*workdays[:12:3], 100], every, amount=900)
        cls._buyer("almost_rich", [*workdays[:12:3], 100], every, amount=800)
        cls._buyer("frequent", [*workdays[:30], 100], every, amount=0.5)
        cls._buyer("weekender", [*weekends[:7], 100], every, amount=1)
        cls._buyer("winelover", [*workdays[:12:3], 100], (cls.wine,))
        cls._buyer("local", [*workdays[:12:3], 100], every, city="Ghent ")
        cls._buyer("once_weekend", [weekends[0], 100], (cls.wine,), city="Bruges")
        cls._buyer("new", [5], every, city="Antwerp")
        cls._buyer("gone", [45, 50, 100], every)
        cls._make_seasonal(every)
        stranger = cls._customer("stranger")
        cls._buy(stranger, [3], every, company=cls.company_b)
        for company in (cls.company_a, cls.company_b):
            cls.profiles._refresh_full(company)

    @classmethod
    def _list_days(cls):
        """Return how many days ago working days and weekends of this quarter were."""
        ago = {False: [], True: []}
        for days in range(1, 80):
            weekday = (cls.today - timedelta(days=days)).weekday()
            ago[weekday >= 5].append(days)
        return ago[False], ago[True]

    @classmethod
    def _buyer(cls, name, days, categories, **values):
        amount = values.pop("amount", 10)
        cls.people[name] = cls._customer(name, **values)
        cls._buy(cls.people[name], days, categories, amount)

    @classmethod
    def _make_seasonal(cls, categories):
        """Eight quiet months and one with six orders, a customer for two years."""
        customer = cls.people["seasonal"] = cls._customer("seasonal")
        first = cls.today.replace(day=1)
        dates = [first - relativedelta(months=24, days=-9)]
        dates += [first - relativedelta(months=n, days=-9) for n in range(5, 13)]
        dates += [first - relativedelta(months=4, days=-n) for n in range(6)]
        dates += [cls.today]
        days = [(cls.today - date).days for date in dates]
        cls._buy(customer, days, categories, 10)

    @classmethod
    def _buy(cls, partner, days, categories, amount=10, company=None):
        """Insert orders of so many days ago, a line a category, set-based."""
        company = company or cls.company_a
        cls.env.flush_all()
        moments = [
            datetime.combine(cls.today - timedelta(days=number), time(12))
            for number in days
        ]
        cls.env.cr.execute(
            """
            WITH added AS (
                INSERT INTO sale_order (name, partner_id, partner_invoice_id,
                       partner_shipping_id, company_id, currency_id, currency_rate,
                       state, date_order, amount_untaxed)
                SELECT 'P', %(partner)s, %(partner)s, %(partner)s, %(company)s,
                       %(currency)s, 1, 'sale', given.day, %(total)s
                  FROM UNNEST(%(days)s::timestamp[]) AS given(day)
                RETURNING id
            )
            INSERT INTO sale_order_line (order_id, name, customer_lead, product_id,
                   product_uom_qty, price_unit, price_subtotal, company_id, state)
            SELECT added.id, 'P', 0, product, 1, %(amount)s, %(amount)s, %(company)s,
                   'sale'
              FROM added, UNNEST(%(products)s::int[]) AS product
            """,
            {
                "partner": partner.id,
                "company": company.id,
                "currency": company.currency_id.id,
                "days": moments,
                "amount": amount,
                "total": amount * len(categories),
                "products": [cls.products[category].id for category in categories],
            },
        )

    @classmethod
    def _run(cls, company=None):
        company = company or cls.company_a
        cls.patterns._refresh_company(company.id)

    def _labels(self, name):
        rows = self.patterns.search([("partner_id", "=", self.people[name].id)])
        return set(rows.mapped("pattern"))

    def _main(self, name):
        return self._profile(self.people[name]).pattern_primary

    def _row(self, name, pattern):
        return self.patterns.search(
            [("partner_id", "=", self.people[name].id), ("pattern", "=", pattern)]
        )

    def _events(self):
        """Return {(name, pattern, change): properties} of the logged changes."""
        names = {partner.id: name for name, partner in self.people.items()}
        self.env.cr.execute(
            """SELECT partner_id, properties FROM marketing_event
                WHERE event_type = 'user_segmented' AND company_id = %s
                  AND properties ? 'pattern'""",
            [self.company_a.id],
        )
        return {
            (names[partner_id], found["pattern"], found["change"]): found
            for partner_id, found in self.env.cr.fetchall()
        }

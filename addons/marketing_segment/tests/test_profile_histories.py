from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import SQL

from ..profile_query import COMPUTED, WINDOW_DAYS, fresh_profiles
from .common_histories import CITIES, ZONES, HistoryCase
from .profile_oracle import Oracle

HISTORIES = 200
# of customers among all: moved by what others do, set anew by a full refresh
RELATIVE = {
    "recency_score",
    "frequency_score",
    "monetary_score",
    "rfm_code",
    "rfm_segment",
    "lifecycle_stage",
    "price_band",
    "preferred_weekday",
    "preferred_hour",
}
ALONE = [column for column in COMPUTED if column not in RELATIVE]


@tagged("post_install", "-at_install")
class TestProfileHistories(HistoryCase):
    """Two hundred random histories: by Python, piece by piece, and turned over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a.partner_id.tz = "UTC"
        cls.people = cls._make_people(HISTORIES)
        cls.env.flush_all()
        for partner in cls.people:
            for _order in range(cls.random.choice([1, 1, 2, 3, 5, 8, 12])):
                cls._make_order(partner)
        for partner in cls.people[:6]:  # enough of one thing for an elasticity
            for _order in range(14):
                price = cls.random.choice([2, 3, 4])
                cls._sell(
                    partner,
                    cls._moment(cls.random.randrange(300)),
                    (cls.goods[1], max(1, 12 // price), price),
                )
        cls.profiles._refresh_full(cls.company_a)
        cls.env["customer.profile.dirty"]._take()

    def _read_histories(self):
        """Return {partner id: orders with their lines}, in the company's currency."""
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT o.id, o.partner_id, o.date_order,
                          o.date_order >= %s AS recent,
                          o.amount_untaxed / o.currency_rate AS amount,
                          COALESCE(p.tz, CASE c.code WHEN 'BE' THEN 'Europe/Brussels'
                              WHEN 'IN' THEN 'Asia/Kolkata' ELSE 'UTC' END) AS zone
                     FROM sale_order o
                     JOIN res_partner p ON p.id = o.partner_id
                     LEFT JOIN res_country c ON c.id = p.country_id
                    WHERE o.company_id = %s ORDER BY o.partner_id, o.id""",
                self.today - timedelta(days=WINDOW_DAYS),
                self.company_a.id,
            )
        )
        histories, orders = {}, {}
        for row in rows:
            orders[row["id"]] = {**row, "lines": []}
            histories.setdefault(row["partner_id"], []).append(orders[row["id"]])
        for line in self.env.execute_query_dict(
            SQL(
                """SELECT line.order_id, line.product_id, template.categ_id,
                          line.discount, line.product_uom_qty AS quantity,
                          line.price_subtotal / o.currency_rate AS amount,
                          line.purchase_price * line.product_uom_qty / o.currency_rate
                              AS cost
                     FROM sale_order_line line
                     JOIN sale_order o ON o.id = line.order_id
                     JOIN product_product product ON product.id = line.product_id
                     JOIN product_template template
                       ON template.id = product.product_tmpl_id
                    WHERE o.company_id = %s""",
                self.company_a.id,
            )
        ):
            orders[line["order_id"]]["lines"].append(line)
        return histories

    def test_every_figure_as_python_says(self):
        oracle = Oracle(self._read_histories(), self.today)
        columns = list(oracle.expect(self.people[0].id))
        rows = self._rows(columns=columns)
        known = dict.fromkeys(columns, 0)
        for partner_id, found in rows.items():
            expected = oracle.expect(partner_id)
            for name, value in zip(columns, found, strict=True):
                known[name] += value is not None
                if isinstance(value, float):
                    self.assertAlmostEqual(value, expected[name], 3, (partner_id, name))
                else:
                    self.assertEqual(value, expected[name], (partner_id, name))
        self.assertEqual(len(rows), HISTORIES)
        self.assertTrue(all(known.values()), f"nobody has one: {known}")

    def test_preferred_times_as_the_engine_says(self):
        oracle = Oracle(self._read_histories(), self.today)
        rows = self._rows(columns=("preferred_weekday", "preferred_hour"))
        weekdays = oracle.find_preferred(lambda at: at.weekday(), 7)
        hours = oracle.find_preferred(lambda at: at.hour, 24)
        self.assertEqual(
            rows, {each: (str(weekdays[each]), hours[each]) for each in rows}
        )
        self.assertGreater(len({hour for _day, hour in rows.values()}), 3)

    def test_piece_by_piece_is_the_whole(self):
        """After changes of all kinds, each profile is what a refresh of all says."""
        for _round in range(4):
            for partner in self.random.sample(list(self.people), 12):
                self._change(partner)
            self.env.flush_all()
            self.profiles._refresh_dirty()
            stored = self._rows()
            self.assertEqual(stored, self._compute(list(stored)))
        before = self._rows(columns=ALONE)
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self._rows(columns=ALONE), before)

    def _compute(self, partner_ids):
        """Return what the incremental statement says of these customers, unwritten."""
        columns = SQL(", ").join(map(SQL.identifier, ("partner_id", *COMPUTED)))
        rows = self.env.execute_query(
            SQL(
                "WITH %s SELECT %s FROM fresh",
                fresh_profiles(self.company_a, self.today, partner_ids),
                columns,
            )
        )
        return {row[0]: row[1:] for row in rows}

    def _change(self, partner):
        orders = self.env["sale.order"].search([("partner_id", "=", partner.id)])
        order, lines = orders[:1].ids, orders[:1].order_line.ids
        pick = self.random.choice
        changes = [
            ("res_partner", partner.ids, "tz", pick(ZONES)),
            ("res_partner", partner.ids, "city", pick(CITIES)),
            ("res_partner", partner.ids, "email_normalized", f"{partner.id}@live.com"),
            ("res_partner", partner.ids, "country_id", self.env.ref("base.in").id),
            ("sale_order", order, "date_order", self._moment(2, 4)),
            ("sale_order", order, "source_id", self.sources[1].id),
            ("sale_order_line", lines, "purchase_price", 0.7),
            ("sale_order_line", lines, "discount", 40),
            ("sale_order", order if len(orders) > 1 else [], "state", "cancel"),
        ]
        if self.random.random() < 0.2:
            self._make_order(partner, days=1)
        else:
            self._update(*pick(changes))

    def _update(self, table, ids, column, value):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE id = ANY(%s)",
                SQL.identifier(table),
                SQL.identifier(column),
                value,
                ids,
            )
        )
        self.env.invalidate_all(flush=False)

    def test_order_of_rows_changes_nothing(self):
        before = self._rows()
        for table in ("sale_order", "sale_order_line", "res_partner"):
            self.env.cr.execute(
                SQL(
                    """WITH shuffled AS (
                           SELECT id FROM %(table)s ORDER BY md5(id::text))
                       UPDATE %(table)s SET id = %(table)s.id FROM shuffled
                        WHERE shuffled.id = %(table)s.id""",
                    table=SQL.identifier(table),
                )
            )
        result = self.profiles._refresh_full(self.company_a)
        self.assertEqual(result, {"added": 0, "changed": 0, "deleted": 0})
        self.assertEqual(self._rows(), before)

    def test_currency_changes_nothing(self):
        """The same money at another rate: every figure of every customer stays."""
        before = self._rows()
        self.env.cr.execute(
            "UPDATE sale_order SET amount_untaxed = amount_untaxed * 4,"
            " currency_rate = currency_rate * 4, currency_id = %s"
            " WHERE company_id = %s",
            [self.eur.id, self.company_a.id],
        )
        self.env.cr.execute(
            "UPDATE sale_order_line SET price_subtotal = price_subtotal * 4,"
            " purchase_price = purchase_price * 4 WHERE company_id = %s",
            [self.company_a.id],
        )
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self._rows(), before)

    def test_scale_changes_money_only(self):
        money = {"revenue", "average_order", "monetary", "margin"}
        columns = [column for column in COMPUTED if column not in money]
        before, amounts = self._rows(columns=columns), self._rows(columns=["revenue"])
        self.env.cr.execute(
            "UPDATE sale_order SET amount_untaxed = amount_untaxed * 16"
            " WHERE company_id = %s",
            [self.company_a.id],
        )
        self.env.cr.execute(
            "UPDATE sale_order_line SET price_subtotal = price_subtotal * 16,"
            " purchase_price = purchase_price * 16 WHERE company_id = %s",
            [self.company_a.id],
        )
        self.profiles._refresh_full(self.company_a)
        after = self._rows(columns=columns)
        place = columns.index("price_elasticity")
        for partner_id, row in after.items():
            # logarithms are rounded to millionths, so the last digit may move
            self.assertEqual(
                row[:place] + row[place + 1 :],
                before[partner_id][:place] + before[partner_id][place + 1 :],
            )
            self.assertAlmostEqual(row[place] or 0, before[partner_id][place] or 0, 2)
        for partner_id, (revenue,) in self._rows(columns=["revenue"]).items():
            # sums are rounded to the cent after the multiplication
            self.assertAlmostEqual(revenue, 16 * amounts[partner_id][0], delta=0.08)

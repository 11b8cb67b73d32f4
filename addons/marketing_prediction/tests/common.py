import json
from datetime import datetime, time, timedelta

import numpy as np

from odoo import fields
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL

from ..methods import METHODS

_COPY = """
    INSERT INTO %(table)s
    SELECT filled.*
      FROM %(table)s pattern, jsonb_array_elements(%(rows)s::jsonb) AS given (changes),
           jsonb_populate_record(pattern, given.changes) AS filled
     WHERE pattern.id = %(pattern)s
"""


class PredictionCase(TransactionCase):
    """Shops whose customers are simulated, so that the truth is known.

    Rows are copies of one record: hundreds of orders by the ORM would take minutes.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.today = fields.Date.today()
        cls.company_a, cls.company_b = cls.env["res.company"].create(
            [{"name": "Shop A"}, {"name": "Shop B"}]
        )
        cls.env.user.company_ids |= cls.company_a | cls.company_b
        cls.models = cls.env["prediction.model"]
        cls.profiles = cls.env["customer.profile"]
        cls.jobs = cls.env["marketing.job"]
        cls._next_customer = 10_000_000

    @classmethod
    def sell(cls, company, histories):
        """Create a customer for each list of (days ago, amount); return their ids."""
        person = cls.env["res.partner"].create({"name": "Pattern"})
        order = (
            cls.env["sale.order"]
            .with_company(company)
            .create({"partner_id": person.id, "company_id": company.id})
        )
        cls.env.flush_all()
        partner_ids = cls._number_customers(len(histories))
        cls._copy(
            "res_partner",
            person,
            [
                {"id": id_, "commercial_partner_id": id_, "name": f"Customer {id_}"}
                for id_ in partner_ids
            ],
        )
        orders = [
            (id_, days, amount)
            for id_, history in zip(partner_ids, histories, strict=True)
            for days, amount in history
        ]
        order_ids = cls._draw_ids("sale_order", len(orders))
        cls._copy(
            "sale_order",
            order,
            [
                {
                    "id": order_id,
                    "name": f"P{order_id}",
                    "partner_id": partner_id,
                    "state": "sale",
                    "date_order": str(cls.day(days)),
                    "amount_untaxed": round(amount, 2),
                    "currency_rate": 1,
                }
                for order_id, (partner_id, days, amount) in zip(
                    order_ids, orders, strict=True
                )
            ],
        )
        cls.env.invalidate_all(flush=False)
        cls.profiles._refresh_full(company)
        return partner_ids

    @classmethod
    def day(cls, days):
        return datetime.combine(cls.today - timedelta(days=days), time(12))

    def score_in_batches(self, model, middle):
        """Check that two batches give the scores of one, and return those."""
        parameters = model._get_parameters()
        parts = [
            self.method.score(
                parameters,
                self.method.read_scoring(
                    self.env, self.company_a, self.today, first, last, parameters
                ),
                self.today,
                {},
            )
            for first, last in ((0, 2**31 - 1), (0, middle), (middle + 1, 2**31 - 1))
        ]
        for name, column in parts[0].items():
            joined = [*parts[1][name], *parts[2][name]]
            self.assertEqual(list(column), joined, name)
        return parts[0]

    @classmethod
    def _number_customers(cls, size):
        """Return ids that are the same in every database.

        They decide who is fitted on and who is judged by, and with 800 customers a
        gain over the naive guess may hang on that.
        """
        first, cls._next_customer = cls._next_customer, cls._next_customer + size
        return list(range(first, first + size))

    @classmethod
    def _draw_ids(cls, table, size):
        return [
            row[0]
            for row in cls.env.execute_query(
                SQL(
                    "SELECT nextval(%s) FROM generate_series(1, %s)",
                    f"{table}_id_seq",
                    size,
                )
            )
        ]

    @classmethod
    def _copy(cls, table, pattern, rows):
        cls.env.cr.execute(
            SQL(
                _COPY,
                table=SQL.identifier(table),
                rows=json.dumps(rows),
                pattern=pattern.id,
            )
        )

    def run_pump(self, method, **payload):
        """Call the method as its job does, in own transactions on the test's cursor."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            getattr(self.models, method)(**payload)
        self.env.invalidate_all()

    @classmethod
    def fit_once(cls, company, kind="lifetime_value"):
        """Fit in the transaction of the class, for tests of what comes after."""
        method = METHODS[kind]
        data = method.read_training(cls.env, company, cls.today)
        settings = {**cls.models._get_fit_settings(company), "seed": 1}
        finding = method.fit(data, cls.today, settings)
        return cls.models._keep(company, kind, finding, method.hash_of(data), 1.0)

    def fit(self, company, kind="lifetime_value"):
        self.run_pump("_pump_fit", company_id=company.id, kind=kind)
        return self.models.search(
            [("company_id", "=", company.id), ("kind", "=", kind)],
            order="version desc",
            limit=1,
        )

    def score(self, model):
        """Run the batches that wait for the model."""
        jobs = self.jobs.search(
            [("key", "=like", f"prediction.model:score:{model.id}:%")]
        )
        payloads = jobs.mapped("payload")
        jobs.unlink()
        for payload in payloads:
            self.run_pump("_pump_score", **payload)
        return len(payloads)

    def rows(self, company, *columns):
        """Return {partner id: columns} as PostgreSQL stores them."""
        self.env.flush_all()
        return {
            row[0]: row[1:]
            for row in self.env.execute_query(
                SQL(
                    "SELECT partner_id, %s FROM customer_profile WHERE company_id = %s",
                    SQL(", ").join(map(SQL.identifier, columns)),
                    company.id,
                )
            )
        }

    @classmethod
    def new_user(cls, role, company):
        return new_test_user(
            cls.env,
            f"prediction_{role}_{company.id}",
            f"marketing_base.group_{role}",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )


def simulate_shop(seed, size, days=540, *, mean_gap=40.0, stay=0.75):
    """Return histories of customers who buy at their own rate until they leave.

    Gamma rates, beta drop-outs, gamma values around the customer's own mean: the
    assumptions of the model, so that it has to win.
    """
    rng = np.random.default_rng(seed)
    histories = []
    for _customer in range(size):
        rate = rng.gamma(1.0) / mean_gap
        leaves = rng.beta(1.0, stay / (1 - stay))
        worth = 8 / rng.gamma(4.0) * 30
        time_left = days * rng.uniform(0.25, 1)
        history = []
        while time_left > 1:
            history.append((int(time_left), worth * rng.gamma(6.0) / 6))
            if history[1:] and rng.random() < leaves:
                break
            time_left -= rng.exponential(1 / max(rate, 1e-6))
        histories.append(history)
    return histories


def regular_shop(size, days=540):
    """Return histories of people who buy for the same every so many days, for ever.

    Here the naive guess is right, and nothing can be better.
    """
    return [
        [(day, 10.0 + number % 7) for day in range(days, 0, -(15 + number % 25))]
        for number in range(size)
    ]

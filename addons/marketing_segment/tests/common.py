from datetime import datetime, time, timedelta

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user

from ..profile_query import COMPUTED
from ..segment_rules import find_field

_SAMPLES = {"text": "a", "boolean": True, "date": "-3d", "activity": "{}"}


def get_sample(env, path, kind):
    """Return a value that an allowed path can be compared with."""
    if kind == "choice":
        return find_field(env, path).get_values(env)[0]
    if kind == "segment":
        segments = env["customer.segment"]
        mine = [("name", "=", "Sample"), ("company_id", "=", env.company.id)]
        return (segments.search(mine) or segments.create({"name": "Sample"})).id
    return _SAMPLES.get(kind, 1)


class SegmentCase(TransactionCase):
    """Two new companies (USD, EUR) of which every order is made by the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.usd, cls.eur = cls.env.ref("base.USD"), cls.env.ref("base.EUR")
        (cls.usd | cls.eur).active = True
        cls.company_a = cls._create_company("Shop A", cls.usd)
        cls.company_b = cls._create_company("Shop B", cls.eur)
        cls.env.user.company_ids |= cls.company_a | cls.company_b
        cls.env.user.company_id = cls.company_a
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": (cls.company_a | cls.company_b).ids,
            }
        )
        cls.today = fields.Date.today()
        cls._set_rate(cls.company_a, cls.eur, 0.5, days=2000)
        categories = cls.env["product.category"].create(
            [{"name": "Wine"}, {"name": "Bread"}]
        )
        cls.wine, cls.bread = categories
        cls.products = {
            category: cls.env["product.product"].create(
                {
                    "name": category.name,
                    "categ_id": category.id,
                    "type": "service",
                    "invoice_policy": "order",
                    "taxes_id": False,
                }
            )
            for category in categories
        }
        cls.profiles = cls.env["customer.profile"]

    @classmethod
    def _create_company(cls, name, currency):
        return cls.env["res.company"].create({"name": name, "currency_id": currency.id})

    @classmethod
    def _set_rate(cls, company, currency, rate, *, days):
        cls.env["res.currency.rate"].create(
            {
                "company_id": company.id,
                "currency_id": currency.id,
                "name": fields.Date.today() - timedelta(days=days),
                "rate": rate,
            }
        )

    @classmethod
    def _customer(cls, name, **values):
        return cls.env["res.partner"].create({"name": name, **values})

    @classmethod
    def _day(cls, days):
        return datetime.combine(cls.today - timedelta(days=days), time(12))

    @classmethod
    def _order(cls, partner, days, *lines, company=None, currency=None, state="sale"):
        """Create an order of `days` ago; lines are (category, untaxed amount)."""
        company = company or cls.company_a
        pricelist = cls.env["product.pricelist"].create(
            {
                "name": "Test",
                "currency_id": (currency or company.currency_id).id,
                "company_id": company.id,
            }
        )
        order = (
            cls.env["sale.order"]
            .with_company(company)
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "pricelist_id": pricelist.id,
                    "date_order": cls._day(days),
                    "order_line": [
                        Command.create(
                            {
                                "product_id": cls.products[category].id,
                                "product_uom_qty": 1,
                                "price_unit": amount,
                                "tax_ids": [Command.clear()],
                            }
                        )
                        for category, amount in lines
                    ],
                }
            )
        )
        order.write({"state": state, "date_order": cls._day(days)})
        return order

    @classmethod
    def _accounting(cls, company):
        """Return (journal, income account) of a company without a chart."""
        accounts = cls.env["account.account"].with_company(company)
        journals = cls.env["account.journal"].with_company(company)
        journal = journals.search(
            [("company_id", "=", company.id), ("type", "=", "sale")], limit=1
        )
        income = accounts.search(
            [("code", "=", "MM4000"), ("company_ids", "in", company.ids)], limit=1
        )
        income = income or accounts.create(
            {"name": "Sales", "code": "MM4000", "account_type": "income"}
        )
        receivable = accounts.search(
            [("code", "=", "MM1200"), ("company_ids", "in", company.ids)], limit=1
        )
        receivable = receivable or accounts.create(
            {
                "name": "Receivable",
                "code": "MM1200",
                "account_type": "asset_receivable",
                "reconcile": True,
            }
        )
        journal = journal or journals.create(
            {
                "name": "Sales",
                "code": "MMS",
                "type": "sale",
                "company_id": company.id,
                "default_account_id": income.id,
            }
        )
        return journal, income, receivable

    @classmethod
    def _refund(cls, partner, days, amount, *, order=None, post=True, currency=None):
        """Create a customer refund, linked to the order's first line if given."""
        company = order.company_id if order else cls.company_a
        journal, income, receivable = cls._accounting(company)
        partner.with_company(company).property_account_receivable_id = receivable
        line = {
            "name": "Refund",
            "quantity": 1,
            "price_unit": amount,
            "account_id": income.id,
            "tax_ids": [Command.clear()],
        }
        if order:
            line["sale_line_ids"] = [Command.set(order.order_line[:1].ids)]
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_refund",
                    "partner_id": partner.id,
                    "journal_id": journal.id,
                    "currency_id": (currency or company.currency_id).id,
                    "invoice_date": cls.today - timedelta(days=days),
                    "invoice_line_ids": [Command.create(line)],
                }
            )
        )
        if post:
            move.action_post()
        return move

    def _profile(self, partner, company=None):
        return self.profiles.search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", (company or self.company_a).id),
            ]
        )

    def _rows(self, company=None, columns=COMPUTED):
        """Return {partner id: computed columns} as PostgreSQL stores them."""
        company = company or self.company_a
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT * FROM customer_profile WHERE company_id = %s", [company.id]
        )
        return {
            row["partner_id"]: tuple(row[column] for column in columns)
            for row in self.env.cr.dictfetchall()
        }

    @classmethod
    def _user(cls, login, *groups, companies=None):
        companies = companies or cls.company_a
        return new_test_user(
            cls.env,
            login,
            groups=",".join(
                [
                    "base.group_user",
                    *(f"marketing_base.group_{name}" for name in groups),
                ]
            ),
            company_id=companies[:1].id,
            company_ids=[Command.set(companies.ids)],
        )

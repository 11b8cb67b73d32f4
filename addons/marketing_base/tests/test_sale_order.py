from datetime import datetime
from unittest.mock import patch

import psycopg2
from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.tools import mute_logger

from odoo.addons.marketing_base.models import sale_order as module

from .common import MarketingCase


class TestSaleOrder(MarketingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Ann", "email": "a@b.io"})
        cls.address = cls.env["res.partner"].create(
            {"name": "Home", "type": "delivery", "parent_id": cls.customer.id}
        )
        category = cls.env["product.category"].create({"name": "Shoes"})
        cls.product = cls.env["product.product"].create(
            {
                "name": "Shoe",
                "list_price": 40,
                "categ_id": category.id,
                "taxes_id": False,
            }
        )

    def order(self, partner=None):
        return self.env["sale.order"].create(
            {
                "partner_id": (partner or self.customer).id,
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "product_uom_qty": 2}
                    )
                ],
            }
        )

    def events(self, orders):
        return self.env["marketing.event"].search(
            [("event_id", "in", [f"order:{order.id}" for order in orders])]
        )

    def test_a_confirmed_order_is_a_purchase(self):
        order = self.order(self.address)
        self.assertFalse(self.events(order))
        order.action_confirm()
        event = self.events(order)
        self.assertEqual(event.event_type, "user_purchased")
        self.assertEqual(event.partner_id, self.customer.id, "the commercial partner")
        self.assertEqual(event.company_id, order.company_id)
        self.assertEqual(event.occurred_at, order.date_order)
        self.assertEqual(
            event.properties,
            {
                "order_id": order.id,
                "order_value": 80.0,
                "currency": order.currency_id.name,
                "category_id": self.product.categ_id.id,
                "is_repeat_purchase": False,
                "days_since_last_purchase": None,
            },
        )

    def test_a_second_purchase_knows_the_first(self):
        first = self.order(self.address)
        first.action_confirm()
        first.date_order = datetime(2020, 1, 1)
        second = self.order()
        second.action_confirm()
        properties = self.events(second).properties
        self.assertTrue(properties["is_repeat_purchase"])
        self.assertGreater(properties["days_since_last_purchase"], 2000)

    def test_many_orders_at_once(self):
        orders = self.order() | self.order() | self.order()
        orders.action_confirm()
        self.assertEqual(len(self.events(orders)), 3)

    def test_an_order_counts_once(self):
        order = self.order()
        order.action_confirm()
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        self.assertEqual(len(self.events(order)), 1)
        self.assertEqual(order._record_purchases(), 0)

    def test_quotations_are_not_purchases(self):
        order = self.order()
        self.assertEqual(order._record_purchases(), 0)

    def test_a_failing_log_never_stops_an_order(self):
        def fail(cr, events):
            cr.execute("SELECT 1 / 0")

        order = self.order()
        order.note = "pending change"
        with (
            patch.object(module, "insert_events", fail),
            mute_logger("odoo.sql_db", module.__name__),
        ):
            order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.env.invalidate_all()
        self.assertIn("pending change", order.note)
        self.assertFalse(self.events(order))
        self.assertEqual(
            self.env["sale.order"]._backfill_purchases(order.date_order), 0
        )
        self.assertEqual(len(self.events(order)), 1)

    def test_a_lost_race_repeats_the_request(self):
        class Race(SerializationFailure):
            pgcode = "40001"

        order = self.order()
        with (
            patch.object(module, "insert_events", side_effect=Race()),
            self.assertRaises(psycopg2.Error),
        ):
            order.action_confirm()

    def test_backfill_goes_on_where_it_stopped(self):
        orders = self.env["sale.order"].union(*[self.order() for _n in range(5)])
        self.env.flush_all()
        moment = datetime(2097, 1, 1)
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'sale', date_order = %s WHERE id = ANY(%s)",
            [moment, orders.ids],
        )
        backfill = self.env["sale.order"]._backfill_purchases
        self.assertEqual(backfill(moment, limit=2), 3)
        self.assertEqual(backfill(moment, limit=2), 1)
        self.assertEqual(backfill(moment, limit=2), 0)
        self.assertEqual(backfill(moment, limit=2), 0)
        self.assertEqual(len(self.events(orders)), 5)

    def test_the_cron_runs(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "marketing_base.ir_cron_backfill_purchases"
            ).method_direct_trigger()

    def test_confirming_locks_no_row_of_ours(self):
        """Checkout only inserts: two statements, none of them an UPDATE."""
        order = self.order()
        statements = []
        execute = type(self.env.cr).execute

        def spy(cr, query, *args, **kwargs):
            statements.append(str(query))
            return execute(cr, query, *args, **kwargs)

        self.env.flush_all()
        order._write({"state": "sale"})
        with patch.object(type(self.env.cr), "execute", spy):
            order._record_purchases()
        ours = [text for text in statements if "marketing_" in text]
        self.assertTrue(ours)
        self.assertFalse([text for text in ours if "UPDATE" in text.upper()])

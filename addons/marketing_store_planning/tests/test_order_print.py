from itertools import pairwise

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestOrderPrint(PlanningCase):
    """Printing, shipped, delivered: by buttons, step by step, confirmed orders only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_contacts()
        cls.order = cls.new_order(("E1", 100), ("E2", 50))
        cls.confirmed = cls.new_order(("W1", 70))
        cls.confirmed.action_confirm()

    def by_sales(self, order=None):
        return self.as_user("sales", order or self.confirmed)

    def entries(self):
        log = self.env["marketing.audit.log"].search(
            [("event", "=", "print_status_changed")]
        )
        return [entry.changes["print_state"] for entry in log.sorted("id")]

    def test_one_step_after_the_other(self):
        order = self.by_sales()
        order.action_print_start()
        self.assertEqual(order.print_state, "printing")
        self.assertTrue(order.print_start_date)
        order.action_print_ship()
        self.assertTrue(order.print_shipped_date)
        self.assertFalse(order.print_delivered_date)
        order.action_print_deliver()
        self.assertEqual(order.print_state, "delivered")
        self.assertTrue(order.print_delivered_date)
        self.assertEqual(order.order_line.qty_delivered, 70, "nobody said otherwise")
        self.assertEqual(order.state, "sale", "Odoo's own status stays")
        steps = [None, "printing", "shipped", "delivered"]
        self.assertEqual(self.entries(), [list(pair) for pair in pairwise(steps)])

    def test_the_chatter_tells(self):
        order = self.by_sales().with_context(tracking_disable=False)
        self.cr.precommit.run()
        order.action_print_start()
        self.env.flush_all()
        self.cr.precommit.run()
        order.invalidate_recordset(["message_ids"])
        tracked = order.sudo().message_ids.tracking_value_ids
        change = tracked.filtered(lambda value: value.field_id.name == "print_state")
        self.assertEqual(change.new_value_char, "Printing")
        self.assertEqual(
            change.mail_message_id.author_id, self.users["sales"].partner_id
        )

    def test_pieces_that_somebody_entered_stay(self):
        order = self.by_sales()
        order.order_line.qty_delivered = 65
        for step in ("start", "ship", "deliver"):
            getattr(order, f"action_print_{step}")()
        self.assertEqual(order.order_line.qty_delivered, 65)

    def test_no_step_is_left_out(self):
        order = self.by_sales()
        with self.assertRaisesRegex(UserError, "cannot become “Shipped”.*not printed"):
            order.action_print_ship()
        order.action_print_start()
        with self.assertRaisesRegex(UserError, "its print status is “Printing”"):
            order.action_print_start()
        with self.assertRaisesRegex(UserError, "cannot become “Delivered”"):
            order.action_print_deliver()

    def test_only_confirmed_orders_of_pieces(self):
        with self.assertRaisesRegex(UserError, "is not confirmed"):
            self.by_sales(self.order).action_print_start()
        other = self.confirmed.copy({"is_direct_mail": False})
        other.action_confirm()
        with self.assertRaisesRegex(UserError, "is no order of printed pieces"):
            self.by_sales(other).action_print_start()

    def test_several_orders_all_or_none(self):
        both = self.confirmed + self.order
        with self.assertRaisesRegex(UserError, "is not confirmed"):
            self.by_sales(both).action_print_start()
        self.assertFalse(self.confirmed.print_state)
        self.order.action_confirm()
        self.by_sales(both).action_print_start()
        self.assertEqual(both.mapped("print_state"), ["printing", "printing"])

    def test_a_step_back(self):
        order = self.by_sales()
        with self.assertRaisesRegex(UserError, "not with the printer yet"):
            order.action_print_back()
        order.action_print_start()
        order.action_print_ship()
        order.action_print_back()
        self.assertEqual(order.print_state, "printing")
        self.assertFalse(order.print_shipped_date)
        order.action_print_back()
        self.assertFalse(order.print_state or order.print_start_date)
        self.assertEqual(self.entries()[-1], ["printing", None])

    def test_what_becomes_a_quotation_again_is_not_printed(self):
        order = self.by_sales()
        order.action_print_start()
        order._action_cancel()
        self.assertEqual(order.print_state, "printing", "pieces are where they are")
        with self.assertRaisesRegex(UserError, "is not confirmed"):
            order.action_print_ship()
        order.action_draft()
        self.assertFalse(order.print_state or order.print_start_date)

    def test_nobody_writes_what_buttons_write(self):
        order = self.by_sales()
        for values in (
            {"print_state": "delivered"},
            {"print_delivered_date": "2026-03-01 10:00:00"},
            {"campaign_plan_id": self.plan.id},
            {"campaign_plan_version": 3},
        ):
            with self.assertRaises(AccessError, msg=values):
                order.write(values)
        with self.assertRaises(AccessError):
            order.with_context(default_print_state="delivered").create(
                {"partner_id": self.own.id}
            )
        with self.assertRaises(AccessError):
            self.as_user("user", self.confirmed).action_print_start()

    def test_a_copy_starts_from_scratch(self):
        order = self.by_sales()
        order.action_print_start()
        again = order.copy()
        self.assertFalse(again.print_state or again.print_start_date)

    def test_the_printer_is_the_delivery_address(self):
        self.assertEqual(self.order.printer_id, self.printer)
        self.order.partner_shipping_id = self.own
        self.assertEqual(self.order.printer_id, self.printer, "of the settings")
        other = self.env["res.partner"].create({"name": "Another printer"})
        self.order.partner_shipping_id = other
        self.assertEqual(self.order.printer_id, other)
        self.assertEqual((self.order.store_count, self.order.piece_count), (2, 150))

    def test_the_screens_open_for_sales_staff(self):
        with Form(self.by_sales(self.order)) as form:
            form.client_order_ref = "P-1"
        self.assertEqual(self.order.client_order_ref, "P-1")
        views = self.env["sale.order"].with_user(self.users["sales"])
        arch = views.get_view(view_type="form")["arch"]
        for name in ("action_send_to_printer", "action_print_ship", "From plan"):
            self.assertIn(name, arch)
        action = self.env.ref("marketing_store_planning.campaign_order_action")
        self.assertEqual(action.path, "campaign-orders")

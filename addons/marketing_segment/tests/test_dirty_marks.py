from contextlib import contextmanager

from odoo import Command
from odoo.sql_db import db_connect
from odoo.tests import tagged

from .common import SegmentCase

NOBODY = 2_000_000_001


@tagged("post_install", "-at_install")
class TestDirtyMarks(SegmentCase):
    """Which changes leave a mark, and that no mark is lost or blocks a shopper."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer, cls.other = cls._customer("One"), cls._customer("Two")
        cls.order = cls._order(cls.customer, 5, (cls.wine, 10))
        cls.dirty = cls.env["customer.profile.dirty"]

    @contextmanager
    def _assert_marks(self, *partners):
        """Assert that the block marks these partners and nobody else."""
        self.dirty._take()
        yield
        marked = {partner_id for partner_id, _company in self.dirty._take()}
        self.assertEqual(marked, {partner.id for partner in partners})

    def test_a_cart_leaves_no_mark(self):
        with self._assert_marks():
            cart = self._order(self.customer, 0, (self.wine, 10), state="draft")
            cart.order_line.product_uom_qty = 3
            cart.order_line.unlink()
            cart.unlink()

    def test_confirmation_marks(self):
        cart = self._order(self.customer, 0, (self.wine, 10), state="draft")
        with self._assert_marks(self.customer):
            cart.state = "sale"

    def test_cancellation_marks(self):
        with self._assert_marks(self.customer):
            self.order.state = "cancel"

    def test_amount_date_and_category_mark(self):
        for change in (
            lambda: self.order.order_line.write({"price_unit": 11}),
            lambda: self.order.write({"date_order": self._day(6)}),
            lambda: self.order.order_line.write(
                {"product_id": self.products[self.bread].id}
            ),
        ):
            with self._assert_marks(self.customer):
                change()

    def test_other_changes_leave_no_mark(self):
        with self._assert_marks():
            self.order.client_order_ref = "seen"
            self.order.order_line.name = "renamed"
            self.customer.phone = "1"

    def test_clock_city_and_address_mark_who_bought(self):
        elsewhere = self._customer("Delivery address")
        self.order.partner_shipping_id = elsewhere
        for values in ({"tz": "Asia/Kolkata"}, {"city": "Ghent"}, {"email": "a@b.be"}):
            with self.subTest(values), self._assert_marks(self.customer):
                self.customer.write(values)
                self.env.flush_all()
            with self.subTest(values), self._assert_marks():
                self.other.write(values)
                self.env.flush_all()
        with self._assert_marks(self.customer):
            elsewhere.city = "Bruges"
            self.env.flush_all()

    def test_cost_discount_and_source_mark(self):
        source = self.env["utm.source"].create({"name": "Paper"})
        for values in ({"discount": 5}, {"purchase_price": 2}, {"product_uom_qty": 3}):
            with self.subTest(values), self._assert_marks(self.customer):
                self.order.order_line.write(values)
                self.env.flush_all()
        with self._assert_marks(self.customer):
            self.order.source_id = source
            self.env.flush_all()

    def test_moving_an_order_marks_both_customers(self):
        with self._assert_marks(self.customer, self.other):
            self.order.partner_id = self.other

    def test_deleting_an_order_marks(self):
        with self._assert_marks(self.customer):
            self.env.cr.execute("DELETE FROM sale_order WHERE id = %s", [self.order.id])
        self.env.invalidate_all()

    def test_refund_marks_when_posted_and_when_taken_back(self):
        with self._assert_marks():
            refund = self._refund(self.customer, 0, 5, post=False)
        with self._assert_marks(self.customer):
            refund.action_post()
        with self._assert_marks(self.customer):
            refund.button_draft()

    def test_linked_refund_marks_the_customer_of_the_order(self):
        with self._assert_marks(self.customer, self.other):
            self._refund(self.other, 0, 5, order=self.order)

    def test_late_link_marks_both(self):
        refund = self._refund(self.other, 0, 5)
        with self._assert_marks(self.customer, self.other):
            refund.invoice_line_ids.sale_line_ids = self.order.order_line
        with self._assert_marks(self.customer, self.other):
            refund.invoice_line_ids.sale_line_ids = False

    def test_new_parent_marks_contact_and_both_companies(self):
        former, self.customer.parent_id = self.other, self.other
        with self._assert_marks(self.customer, former):
            self.customer.parent_id = False
        with self._assert_marks(self.customer):  # itself, before it had a parent
            self.customer.parent_id = self.other
        todo = self.profiles._get_customers_to_refresh([(self.customer.id, None)])
        self.assertEqual(todo[self.company_a], {self.customer.id, self.other.id})

    def test_large_statements_take_linear_time(self):
        """The plan made for one row must not be a nested loop over many."""
        for _round in range(2):
            self._order(self.customer, 4, (self.wine, 1))
        self.env.cr.execute(
            """
            INSERT INTO sale_order (name, partner_id, partner_invoice_id,
                   partner_shipping_id, company_id, state, date_order, amount_untaxed)
            SELECT 'Bulk', %(id)s, %(id)s, %(id)s, %(company)s, 'sale', now(), n
              FROM generate_series(1, 20000) n
            """,
            {"id": self.customer.id, "company": self.company_a.id},
        )
        # Linear work is a fraction of a second; the nested loop took minutes.
        self.env.cr.execute("SET LOCAL statement_timeout = '30 s'")
        self.env.cr.execute(
            "UPDATE sale_order SET amount_untaxed = 7 WHERE name = 'Bulk'"
        )
        self.env.cr.execute("SELECT count(*) FROM customer_profile_dirty")
        self.assertTrue(self.env.cr.fetchone()[0])

    def test_new_contacts_leave_no_mark(self):
        with self._assert_marks():
            self._customer("New", child_ids=[Command.create({"name": "Child"})])

    def test_one_statement_marks_a_customer_once(self):
        for _number in range(3):
            self._order(self.customer, 3, (self.wine, 1))
        self.dirty._take()
        self.env.cr.execute(
            "UPDATE sale_order SET amount_untaxed = 7 WHERE partner_id = %s",
            [self.customer.id],
        )
        self.env.cr.execute(
            "SELECT COUNT(*) FROM customer_profile_dirty WHERE partner_id = %s",
            [self.customer.id],
        )
        self.assertEqual(self.env.cr.fetchone()[0], 1)
        self.env.invalidate_all()

    def test_mark_of_an_open_transaction_waits(self):
        """Two real transactions: the mark made first commits last and is not lost."""
        database = db_connect(self.env.cr.dbname)
        with database.cursor() as shopper, database.cursor() as refresh:
            self.addCleanup(self._forget, database)
            shopper.execute(
                "INSERT INTO customer_profile_dirty (partner_id) VALUES (%s)", [NOBODY]
            )
            with self._env_of(refresh) as dirty:
                self.assertNotIn((NOBODY, None), dirty._take())
            refresh.commit()
            shopper.commit()
            with self._env_of(refresh) as dirty:
                self.assertNotIn((NOBODY, None), dirty._take_below(1))
                self.assertIn((NOBODY, None), self._take_when_quiet(refresh, dirty))

    def _take_when_quiet(self, refresh, dirty):
        # this test's own transaction is open and older: its snapshot horizon holds
        # the mark back, so the horizon is given instead of read
        return dirty._take_below(2**62)

    @contextmanager
    def _env_of(self, cr):
        yield self.dirty.with_env(self.env(cr=cr))

    def _forget(self, database):
        with database.cursor() as cr:
            cr.execute(
                "DELETE FROM customer_profile_dirty WHERE partner_id = %s", [NOBODY]
            )

    def test_uninstalling_takes_the_triggers_along(self):
        self.dirty._take()
        self.dirty._drop_triggers()
        self._order(self.customer, 1, (self.wine, 10))
        self.assertFalse(self.dirty._take())

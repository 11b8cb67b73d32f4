from odoo.exceptions import AccessError
from odoo.tests import tagged

from .sender_common import FakeAdapter, SenderCase


@tagged("post_install", "-at_install")
class TestMessageErasure(SenderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create(
            {"name": "Anna", "email": "anna@x.example"}
        )
        cls.row = cls._add(
            "anna@x.example",
            customer_id=cls.partner.id,
            bounce_reason="<anna@x.example>",
        )

    def test_erased_while_waiting(self):
        """The address is gone, the row stays, and nothing is sent."""
        officer = self._create_user("mm_erasing_officer", "compliance")
        key = self.row.address_key
        self.partner.with_user(officer)._marketing_erase()
        self.assertFalse(self.row.email_address or self.row.bounce_reason)
        self.assertEqual(self.row.address_key, key)
        for group in ("user", "analyst"):
            reader = self._create_user(f"mm_erased_{group}", group)
            name = self.row.with_user(reader).display_name
            self.assertEqual(name, "Erased address", "a list shows no empty line")
        adapter = FakeAdapter()
        self._pump(adapter)
        self.assertFalse(adapter.messages)
        self.assertIn(self.row.state, ("skipped", "failed"))

    def test_an_address_of_push_is_not_read_by_people(self):
        row = self._add("https://push.example/abc", channel="push", step_key="push")
        user = self._create_user("mm_push_reader", "user")
        self.assertEqual(row.with_user(user).display_name, "Device")

    def test_only_officers_erase(self):
        user = self._create_user("mm_not_erasing_user", "user")
        with self.assertRaises(AccessError):
            self.partner.with_user(user)._marketing_erase()
        self.assertEqual(self.row.email_address, "anna@x.example")

    def test_deleted_customer_leaves_the_message(self):
        self.partner.unlink()
        self.assertTrue(self.row.exists())
        self.assertFalse(self.row.customer_id)

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .sms_common import SmsCase


@tagged("post_install", "-at_install")
class TestSmsAccess(SmsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.replies = cls.env["marketing.sms.reply"]
        for company in (cls.company, cls.other_company):
            cls.replies.create(
                {
                    "company_id": company.id,
                    "reply_key": "SM1",
                    "kind": "stop",
                    "address_key": "0" * 32,
                }
            )

    def test_replies_of_the_own_company_only(self):
        for group in ("user", "manager", "compliance"):
            user = self._create_user(f"mm_sms_{group}", group)
            found = self.replies.with_user(user).search([])
            self.assertEqual(found.company_id, self.company, group)

    def test_nobody_writes_them(self):
        for group in ("user", "manager", "administrator"):
            user = self._create_user(f"mm_sms_w_{group}", group)
            replies = self.replies.with_user(user)
            with self.assertRaises(AccessError):
                replies.create(
                    {
                        "company_id": self.company.id,
                        "reply_key": "x",
                        "kind": "start",
                        "address_key": "0" * 32,
                    }
                )
            with self.assertRaises(AccessError):
                replies.search([]).write({"kind": "start"})
            with self.assertRaises(AccessError):
                replies.search([]).unlink()

    def test_analysts_and_others_see_none(self):
        for group in ("analyst",):
            user = self._create_user(f"mm_sms_{group}", group)
            with self.assertRaises(AccessError):
                self.replies.with_user(user).search([])
        with self.assertRaises(AccessError):
            self.replies.with_user(self.env.ref("base.public_user")).search([])

    def test_gateway_and_price_are_for_whoever_sees_providers(self):
        user = self._create_user("mm_sms_p", "user")
        provider = self.provider.with_user(user)
        self.assertTrue(provider.sms_gateway)
        with self.assertRaises(AccessError):
            provider.sms_sender = "Other"

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models.delivery_provider_results import DAYS, RESULTS
from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestProviderResults(SenderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.provider)
        cls.provider.company_id = False
        cls.other = cls._create_provider(name="Other")
        cls._count(cls.provider, cls.campaign, 0, sent=100, delivered=97, bounced=3)
        cls._count(cls.provider, cls.campaign, 5, sent=10, delivered=10, clicked=2)
        cls._count(cls.provider, cls.campaign, DAYS + 1, sent=1000, delivered=1000)
        cls._count(cls.other, cls.campaign, 0, sent=7, delivered=7, opened=1)
        foreign = cls._create_campaign(cls.other_company, provider_id=cls.provider.id)
        cls._count(cls.provider, foreign, 0, sent=5000, delivered=5000)

    @classmethod
    def _count(cls, provider, campaign, age, **numbers):
        """What the projection would have counted `age` days ago."""
        values = {
            "provider_id": provider.id,
            "campaign_id": campaign.id,
            "company_id": campaign.company_id.id,
            "day": cls.today - timedelta(days=age),
            "mailbox": "gmail",
        }
        cls.env["email.deliverability.stats"].create({**values, **numbers})

    def _read(self, provider, user):
        provider = provider.with_user(user)
        return {
            name: provider[f"result_{name}"]
            for name in RESULTS
            if provider[f"result_{name}"]
        }

    def test_what_a_provider_did_in_thirty_days(self):
        for group in ("analyst", "user", "compliance", "administrator"):
            user = self._create_user(f"mm_results_{group}", group)
            with self.subTest(group=group):
                self.assertEqual(
                    self._read(self.provider, user),
                    {"sent": 110, "delivered": 107, "bounced": 3, "clicked": 2},
                )
        self.assertEqual(
            self._read(self.other, user), {"sent": 7, "delivered": 7, "opened": 1}
        )

    def test_each_company_sees_its_own(self):
        stranger = self._create_user(
            "mm_results_stranger", "user", company=self.other_company
        )
        self.assertEqual(
            self._read(self.provider, stranger), {"sent": 5000, "delivered": 5000}
        )
        self.assertEqual(self._read(self.other, stranger), {})

    def test_the_list_costs_one_query_for_all(self):
        providers = self.provider | self.other
        self.env.invalidate_all()
        providers.mapped("name")
        with self.assertQueryCount(1):
            providers.mapped("result_sent")

    def test_the_button_opens_the_same_numbers(self):
        action = self.provider.action_view_results()
        user = self._create_user("mm_results_button", "user")
        rows = self.env["email.deliverability.stats"].with_user(user)
        found = rows.search(action["domain"])
        self.assertEqual(sum(found.mapped("sent")), 110)

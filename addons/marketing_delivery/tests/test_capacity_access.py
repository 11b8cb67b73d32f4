from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..sender import allowance, pacing
from .sender_common import SenderCase

READERS = ("analyst", "user", "manager", "compliance")
MODELS = (
    "delivery.domain",
    "delivery.domain.day",
    "delivery.domain.curve",
    "delivery.mailbox",
    "delivery.mailbox.pace",
)


@tagged("post_install", "-at_install")
class TestCapacityAccess(SenderCase):
    """Two companies; whoever works in one sees its records and shared ones only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.records = {
            "mine": cls._create_records(cls.company, "mine"),
            "theirs": cls._create_records(cls.other_company, "theirs"),
            "shared": cls._create_records(None, "shared"),
        }
        cls.env.flush_all()

    @classmethod
    def _create_records(cls, company, name):
        company_id = company.id if company else False
        provider = cls._create_provider(name=name, company_id=company_id)
        domain = cls.env["delivery.domain"].create(
            {"name": f"{name}.example", "company_id": company_id}
        )
        day = cls.env["delivery.domain.day"].create(
            {"domain_id": domain.id, "date": "2026-01-01"}
        )
        mailbox = cls.env["delivery.mailbox"].create(
            {
                "name": name,
                "domains": f"{name}.mail.example",
                "company_id": company_id,
            }
        )
        cls.env.flush_all()
        pacing.prepare(cls.env.cr, provider.id, company_id or None)
        pools = allowance.Pools(provider.id, company_id or None, domain.id)
        allowance.prepare(cls.env.cr, pools)
        cls.env.invalidate_all()
        return {
            "delivery.domain": domain,
            "delivery.domain.day": day,
            "delivery.mailbox": mailbox,
            "delivery.mailbox.pace": mailbox.pace_ids.filtered(
                lambda pace: pace.provider_id == provider
            ),
        }

    def _get_curve(self, whose):
        domain = self.records[whose]["delivery.domain"]
        return self.env["delivery.domain.curve"].search([("domain_id", "=", domain.id)])

    def _get(self, whose, model):
        if model == "delivery.domain.curve":
            return self._get_curve(whose)
        return self.records[whose][model]

    def test_everybody_reads_own_and_shared_ones(self):
        for group in READERS:
            user = self._create_user(f"capacity_{group}", group)
            for model in MODELS:
                found = self.env[model].with_user(user).search([])
                for whose, is_seen in (("mine", 1), ("shared", 1), ("theirs", 0)):
                    records = self._get(whose, model)
                    self.assertTrue(records, (model, whose))
                    self.assertEqual(
                        bool(records <= found), bool(is_seen), (group, model, whose)
                    )

    def test_nobody_but_administrators_changes_them(self):
        for group in READERS:
            user = self._create_user(f"capacity_w_{group}", group)
            for model, values in (
                ("delivery.domain", {"warmup_target": 5000}),
                ("delivery.mailbox", {"cap_per_hour": 1}),
            ):
                record = self._get("mine", model).with_user(user)
                with self.assertRaises(AccessError):
                    record.write(values)
                with self.assertRaises(AccessError):
                    record.copy({"name": "new.example", "domains": "new.example"})
            with self.assertRaises(AccessError):
                self._get("mine", "delivery.mailbox.pace").with_user(
                    user
                ).action_end_rest()
            with self.assertRaises(AccessError):
                self._get("mine", "delivery.domain").with_user(user).action_establish()

    def test_an_administrator_changes_his_own_only(self):
        user = self._create_user("capacity_admin", "administrator")
        mine, theirs = (
            self._get(whose, "delivery.domain").with_user(user)
            for whose in ("mine", "theirs")
        )
        mine.warmup_target = 5000
        mine.action_establish()
        with self.assertRaises(AccessError):
            theirs.write({"warmup_target": 5000})
        pace = self._get("theirs", "delivery.mailbox.pace").with_user(user)
        with self.assertRaises(AccessError):
            pace.action_end_rest()

    def test_counters_are_for_administrators(self):
        user = self._create_user("capacity_counts", "administrator")
        found = self.env["delivery.usage"].with_user(user).search([])
        self.assertIn(self.company, found.company_id)
        self.assertNotIn(self.other_company, found.company_id)
        analyst = self._create_user("capacity_nothing", "analyst")
        with self.assertRaises(AccessError):
            self.env["delivery.usage"].with_user(analyst).search([])

    def test_days_and_counters_are_written_by_the_system(self):
        user = self._create_user("capacity_sys", "administrator")
        for model in ("delivery.domain.day", "delivery.usage"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(user).create({})

    def test_changes_are_audited(self):
        domain = self._get("mine", "delivery.domain")
        domain.warmup_target = 7777
        self.env.flush_all()
        entries = self.env["marketing.audit.log"].search(
            [("res_model", "=", "delivery.domain"), ("res_id", "=", domain.id)]
        )
        self.assertTrue(entries)

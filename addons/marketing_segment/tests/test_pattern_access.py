from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_patterns import PatternCase

MODELS = (
    "customer.pattern",
    "customer.behaviour",
    "customer.pattern.threshold",
    "customer.profile.history",
)
READERS = ("analyst", "user", "manager", "compliance", "administrator")


@tagged("post_install", "-at_install")
class TestPatternAccess(PatternCase):
    """Each persona in one of two companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for company in (cls.company_a, cls.company_b):
            cls._run(company)
            cls.env["customer.profile.history"]._note_month(company)
        cls.users = {name: cls._user(f"mmp_{name}", name) for name in READERS}
        cls.users["outsider"] = cls._user("mmp_outsider")

    def _as(self, name, record):
        user = self.users[name]
        return record.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )

    def test_readers_see_their_company_only(self):
        for model in MODELS:
            everything = self.env[model].search([])
            theirs = everything.filtered(lambda row: row.company_id == self.company_b)
            self.assertTrue(theirs, model)
            for name in READERS:
                with self.subTest(user=name, model=model):
                    found = self._as(name, self.env[model]).search([])
                    self.assertEqual(found.company_id, self.company_a)
                    with self.assertRaises(AccessError):
                        self._as(name, theirs[:1]).read(["company_id"])
            with self.subTest(model=model), self.assertRaises(AccessError):
                self._as("outsider", self.env[model]).search([])

    def test_counts_are_of_the_readers_company(self):
        for name in READERS:
            new = self._as(name, self.env["customer.pattern.type"]).search(
                [("key", "=", "NEW_SHOPPER")]
            )
            self.assertEqual(new.customer_count, 1, name)
            self.assertTrue(new.rule)
            rows = self._as(name, self.patterns).search([])
            self.assertTrue(all(rows.mapped("explanation")))
        with self.assertRaises(AccessError):
            self._as("outsider", self.env["customer.pattern.type"]).search([])

    def test_only_the_run_writes(self):
        for model in ("customer.pattern", "customer.behaviour", MODELS[3]):
            row = self.env[model].search(
                [("company_id", "=", self.company_a.id)], limit=1
            )
            for name in READERS:
                record = self._as(name, row)
                with self.subTest(user=name), self.assertRaises(AccessError):
                    record.write({"company_id": self.company_b.id})
                with self.subTest(user=name), self.assertRaises(AccessError):
                    record.unlink()
                with self.subTest(user=name), self.assertRaises(AccessError):
                    record.create({"partner_id": self.people["plain"].id})

    def test_managers_move_the_thresholds_of_their_company(self):
        own = self.thresholds._ensure(self.company_a)
        theirs = self.thresholds._ensure(self.company_b)
        for name in ("analyst", "user", "compliance"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, own).inactive_days = 7
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, own).action_compute()
        self._as("manager", own).inactive_days = 40
        self.assertTrue(own.is_baseline_due)
        action = self._as("manager", self.thresholds).action_open()
        self.assertEqual(action["res_id"], own.id)
        with self.assertRaises(AccessError):
            self._as("manager", theirs).inactive_days = 7
        entries = self.env["marketing.audit.log"].search(
            [("res_model", "=", own._name), ("res_id", "=", own.id)]
        )
        self.assertIn("mmp_manager", entries.mapped("user_login"))

    def test_segments_keep_to_their_company(self):
        new = self.env["customer.pattern.type"].search([("key", "=", "NEW_SHOPPER")])
        both = self._user("mmp_both", "user", companies=self.company_a | self.company_b)
        segments = self.env["customer.segment"].with_user(both)
        for company in (self.company_a, self.company_b):
            segment = segments.with_context(
                allowed_company_ids=(self.company_a | self.company_b).ids
            ).create(
                {
                    "name": "New",
                    "segment_type": "behavioural",
                    "company_id": company.id,
                    "pattern_type_ids": new.ids,
                }
            )
            self.assertEqual(segment.customer_count, 1)
            self.assertEqual(segment.live_count, 1)

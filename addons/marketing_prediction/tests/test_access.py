from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import PredictionCase, simulate_shop

ROLES = ("analyst", "user", "manager", "compliance", "administrator")


@tagged("post_install", "-at_install")
class TestAccess(PredictionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_ids = cls.sell(cls.company_a, simulate_shop(7, 300))
        cls.model = cls.fit_once(cls.company_a)
        cls.users = {role: cls.new_user(role, cls.company_a) for role in ROLES}

    def setUp(self):
        super().setUp()
        self.score(self.model)

    def test_everybody_of_marketing_reads_nobody_edits(self):
        for role, user in self.users.items():
            model = self.model.with_user(user)
            with self.subTest(role=role):
                self.assertTrue(model.reason)
                for values in ({"gain": 9.0}, {"state": "retired"}):
                    with self.assertRaises(AccessError):
                        model.write(values)
                with self.assertRaises(AccessError):
                    model.unlink()
                with self.assertRaises(AccessError):
                    self.models.with_user(user).create(
                        {"kind": "lifetime_value", "version": 9}
                    )

    def test_managers_retire_and_fit(self):
        for role in ("analyst", "user", "compliance"):
            model = self.model.with_user(self.users[role])
            for action in (model.action_retire, model.action_fit):
                with self.assertRaises(AccessError):
                    action()
        model = self.model.with_user(self.users["manager"])
        model.action_fit()
        self.assertTrue(self.jobs.search([("method", "=", "_pump_fit")]))
        model.action_retire()
        self.assertEqual(self.model.state, "retired")
        self.assertEqual(self.model.retired_reason, "person")
        with self.assertRaises(UserError):
            model.action_retire()
        job = self.jobs.search([("method", "=", "_clear_retired")])
        job._run()
        domain = [("clv_model_id", "!=", False)]
        self.assertFalse(self.profiles.search(domain))

    def test_two_companies(self):
        stranger = self.new_user("manager", self.company_b)
        models = self.models.with_user(stranger)
        self.assertFalse(models.search([]))
        with self.assertRaises(AccessError):
            self.model.with_user(stranger).read(["reason"])
        with self.assertRaises(AccessError):
            self.model.with_user(stranger).action_retire()
        partner = self.env["res.partner"].browse(self.partner_ids[0])
        shown = partner.with_user(stranger).with_company(self.company_b)
        self.assertFalse(shown.value_segment)
        self.assertFalse(shown.marketing_clv_12m)

    def test_on_the_contact(self):
        partner = self.env["res.partner"].browse(self.partner_ids[0])
        shown = partner.with_user(self.users["user"]).with_company(self.company_a)
        profile = self.profiles.search([("partner_id", "=", partner.id)])
        self.assertEqual(shown.value_segment, profile.value_segment)
        self.assertEqual(shown.marketing_clv_12m, profile.clv_12m)
        self.assertIn("Eight of ten customers", shown.marketing_clv_explanation)
        found = (
            self.env["res.partner"]
            .with_user(self.users["user"])
            .with_company(self.company_a)
            .search([("value_segment", "=", "whale")])
        )
        whales = self.profiles.search([("value_segment", "=", "whale")])
        self.assertEqual(found, whales.partner_id)

    def test_in_a_segment(self):
        segment = self.env["customer.segment"].create(
            {
                "name": "Most valuable",
                "company_id": self.company_a.id,
                "segment_type": "dynamic",
                "filter_domain": "[('value_segment', 'in', ['whale', 'high']),"
                " ('p_alive', '>', 0.5)]",
            }
        )
        wanted = self.profiles.search(
            [
                ("company_id", "=", self.company_a.id),
                ("value_segment", "in", ["whale", "high"]),
                ("p_alive", ">", 0.5),
            ]
        )
        segment._refresh()
        self.assertTrue(wanted)
        self.assertEqual(segment.customer_count, len(wanted))

    def test_limits_must_rise(self):
        with self.assertRaises(ValidationError):
            self.company_a.write(
                {"marketing_value_whale": 100, "marketing_value_high": 200}
            )
        self.company_a.write(
            {"marketing_value_whale": 300, "marketing_value_high": 200}
        )
        self.assertTrue(
            self.jobs.search(
                [("key", "=like", f"prediction.model:score:{self.model.id}:%")]
            )
        )

    def test_the_form_opens_for_an_analyst(self):
        model = self.model.with_user(self.users["analyst"])
        form = Form(model, view="marketing_prediction.prediction_model_view_form")
        self.assertEqual(form.state, "in_use")
        action = model.action_open_customers()
        profiles = self.profiles.with_user(self.users["analyst"])
        self.assertEqual(profiles.search_count(action["domain"]), 300)

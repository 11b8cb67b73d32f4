from odoo.tests import tagged

from odoo.addons.marketing_base.tests.api_common import ApiCase


@tagged("post_install", "-at_install")
class TestPredictionApi(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann, cls.bob = cls.env["res.partner"].create(
            [{"name": "Ann"}, {"name": "Bob"}]
        )
        cls.models = cls.env["prediction.model"].create(
            [
                {"kind": kind, "company_id": cls.company_a.id, "version": 3, **values}
                for kind, values in (
                    ("lifetime_value", {}),
                    ("churn", {}),
                    ("contact", {"parameters": {"hour_is_proved": False}}),
                )
            ]
        )
        cls.env.flush_all()
        value, churn, contact = cls.models
        for partner, company in ((cls.ann, cls.company_a), (cls.bob, cls.company_b)):
            cls.env.cr.execute(
                """INSERT INTO customer_profile (partner_id, company_id, currency_id,
                          order_count)
                   VALUES (%s, %s, %s, 1)""",
                [partner.id, company.id, company.currency_id.id],
            )
        cls.env.cr.execute(
            """UPDATE customer_profile
                  SET clv_model_id = %s, clv_scored_on = '2026-11-03', clv_12m = 120.5,
                      value_segment = 'whale', is_at_risk = FALSE, p_alive = 1,
                      churn_model_id = %s, churn_scored_on = '2026-11-04',
                      churn_probability = 0.25, churn_window = 40,
                      contact_model_id = %s, contact_channel = 'email', contact_hour = 9
                WHERE partner_id = %s""",
            [value.id, churn.id, contact.id, cls.ann.id],
        )
        cls.env.invalidate_all()
        _key, cls.token = cls.make_key("analyst", ["read:profiles"])

    def _get(self, partner_id, token=None):
        path = f"/api/v1/customers/{partner_id}/predictions"
        return self.call("GET", path, token=token or self.token)

    def test_each_forecast_says_where_it_comes_from(self):
        answer = self._get(self.ann.id)
        self.assertEqual(answer.status_code, 200, answer.text)
        told = answer.json()
        value, churn = told["lifetime_value"], told["churn"]
        self.assertEqual(
            (value["clv_12m"], value["value_segment"], value["is_at_risk"]),
            (120.5, "whale", False),
        )
        self.assertEqual(value["model"], self.models[0].display_name)
        self.assertEqual((value["as_of"], churn["as_of"]), ("2026-11-03", "2026-11-04"))
        self.assertEqual(
            (churn["churn_probability"], churn["churn_window"]), (0.25, 40)
        )
        self.assertTrue(value["explanation"] and churn["explanation"])
        self.assertIsNone(told["churn_month"], "no model, no forecast")
        self.assertIsNone(told["engagement"])
        contact = told["contact"]
        self.assertEqual(
            (contact["contact_channel"], contact["as_of"]), ("email", None)
        )
        self.assertIsNone(contact["contact_hour"], "not proved")

    def test_who_may_ask(self):
        self.assertProblem(self._get(self.bob.id), 404)
        _key, token = self.make_key("analyst", ["read:profiles"], self.company_b)
        self.assertProblem(self._get(self.ann.id, token), 404)
        mine = self._get(self.bob.id, token)
        self.assertEqual(mine.status_code, 200, mine.text)
        self.assertIsNone(mine.json()["lifetime_value"])
        _key, token = self.make_key("analyst", ["read:segments"])
        self.assertProblem(self._get(self.ann.id, token), 403)

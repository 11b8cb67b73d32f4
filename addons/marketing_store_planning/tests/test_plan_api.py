from odoo.tests import HttpCase, tagged

from odoo.addons.marketing_base.tests.api_common import ApiMixin

from .common import PlanningCase

PATH = "/api/v1/campaigns/plans"


@tagged("post_install", "-at_install")
class TestPlanApi(ApiMixin, PlanningCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key, cls.token = cls.make_key()
        cls.line = cls.advise("E1", 100, confidence=80, expected_rate=0.01)
        cls.own = f"{PATH}/{cls.plan.id}"

    def _send(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.call(method, path, token=self.token, body=body, headers=headers)

    def _post(self, path, body=None, key="k"):
        return self._send("POST", path, body, Idempotency_Key=key)

    def _patch(self, body, version="*"):
        return self._send("PATCH", self.own, body, If_Match=version)

    def test_read(self):
        page = self._send("GET", f"{PATH}?status=draft").json()
        self.assertEqual([plan["id"] for plan in page["data"]], self.plan.ids)
        plan = self._send("GET", self.own).json()
        self.assertEqual(
            (plan["total_quantity"], plan["expected_conversions"]), (100, 1)
        )
        (line,) = plan["lines"]
        self.assertEqual((line["store"], line["creative"]), ("E1", "Spring"))
        self.assertEqual((line["recommended_quantity"], line["confidence"]), (100, 80))
        foreign = self._send("GET", f"{PATH}/{self.foreign_plan.id}")
        self.assertProblem(foreign, 404)

    def test_create_with_waves_and_lines(self):
        body = {
            "name": "April",
            "period_start": "2026-04-01",
            "period_end": "2026-04-30",
            "budget": 500,
            "waves": [{"name": "One", "date_start": "2026-04-02", "capacity": 900}],
            "lines": [
                {"store": "E1", "creative": "Spring", "quantity": 300, "wave": "One"},
                {"store": "W1", "quantity": 200, "included": False},
            ],
        }
        answer = self._post(PATH, body)
        self.assertEqual(answer.status_code, 201, answer.text)
        again = self._post(PATH, body)
        self.assertEqual(again.json(), answer.json())
        plan = self.env["campaign.plan"].search([("name", "=", "April")])
        self.assertEqual(plan.ids, [answer.json()["id"]])
        self.assertEqual(plan.company_id, self.company_a)
        self.assertEqual(plan.line_ids.mapped("quantity"), [300, 200])
        self.assertEqual(answer.json()["total_cost"], 150)
        self.assertEqual(answer.json()["waves"][0]["total_quantity"], 300)

    def test_wrong_lines_create_nothing(self):
        lines = [{"store": "E1", "quantity": 1}, {"store": "X9", "quantity": 1}]
        answer = self._post(PATH, {"name": "April", "lines": lines})
        self.assertProblem(answer, 422)
        (error,) = answer.json()["errors"]
        self.assertEqual(error["pointer"], "#/lines/1")
        self.assertIn("X9", error["detail"])
        self.assertFalse(self.env["campaign.plan"].search([("name", "=", "April")]))
        for body in (
            {"name": " "},
            {"name": "April", "period_start": "1.4.2026"},
            {"name": "April", "lines": [{"store": "E1", "quantity": -1}]},
            {"name": "April", "state": "approved"},
        ):
            self.assertProblem(self._post(PATH, body, key=str(body)), 400)

    def test_days_in_the_wrong_order(self):
        """They are refused before PostgreSQL has to, which would log an error."""
        early = {"period_end": "2026-02-01"}
        for answer in (
            self._post(PATH, {"name": "April", "period_start": "2026-03-01", **early}),
            self._patch(early),
        ):
            (error,) = self.assertProblem(answer, 400)["errors"]
            self.assertEqual(error["pointer"], "#/period_end")
        wave = {"name": "One", "date_start": "2026-03-09", "date_end": "2026-03-08"}
        (error,) = self.assertProblem(self._patch({"waves": [wave]}), 400)["errors"]
        self.assertEqual(error["pointer"], "#/waves/0/date_end")

    def test_a_wave_named_twice_is_one(self):
        waves = [{"name": "One", "capacity": 5}, {"name": "one", "capacity": 7}]
        answer = self._patch({"waves": waves})
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(self.plan.wave_ids.mapped("capacity"), [7])

    def test_change_the_version_that_was_read(self):
        version = self._send("GET", self.own).headers["ETag"]
        body = {"lines": [{"line": self.line.id, "quantity": 120, "reason": "sale"}]}
        answer = self._patch(body, version)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.json()["lines"][0]["quantity"], 120)
        self.assertProblem(self._patch(body, version), 412)
        self.plan.sudo().write({"state": "approved"})
        self.assertProblem(self._patch({"name": "Other"}), 422)

    def test_approve_and_order(self):
        self.company_a.marketing_plan_partner_id = self.env["res.partner"].create(
            {"name": "Direct mail"}
        )
        self.company_a.marketing_plan_four_eyes = True
        self.plan.user_id = self.users["manager"]
        refused = self._post(f"{self.own}/approve", key="own")
        self.assertProblem(refused, 422)
        self.plan.user_id = self.users["user"]
        answer = self._post(f"{self.own}/approve")
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.json()["status"], "approved")
        body = {"grouping": "master"}
        first = self._post(f"{self.own}/execute", body, key="a")
        self.assertEqual(first.status_code, 200, first.text)
        second = self._post(f"{self.own}/execute", body, key="b")
        self.assertEqual(first.json(), second.json())
        (order,) = first.json()["orders"]
        self.assertEqual(order["id"], self.plan.order_ids.id)
        other = self._post(f"{self.own}/execute", {"grouping": "store"}, key="c")
        self.assertProblem(other, 422)

    def test_scopes(self):
        _key, token = self.make_key(scopes=["read:plans"])
        answer = self.call(
            "POST",
            PATH,
            token=token,
            body={"name": "April"},
            headers={"Idempotency-Key": "s"},
        )
        self.assertProblem(answer, 403)

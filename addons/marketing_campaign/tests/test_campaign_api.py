from odoo.tests import HttpCase, tagged

from odoo.addons.marketing_base.tests.api_common import ApiMixin
from odoo.addons.marketing_delivery.send_window import SendWindow

from .campaign_common import CampaignCase


class CampaignApiCase(ApiMixin, CampaignCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a, cls.company_b = cls.company, cls.other_company
        manager = cls._create_user("mmk_api", "marketing_base.group_manager")
        cls.users = {"manager": manager, "analyst": cls.analyst}
        cls.key, cls.token = cls.make_key()
        cls._create_customers("ann@example.com")
        cls.campaign = cls._create_campaign(scheduled_date="2040-01-01 09:00:00")
        cls.path = f"/api/v1/campaigns/{cls.campaign.id}"

    def patch_campaign(self, body, version=None, token=None):
        headers = {"If-Match": version} if version else {}
        token = token or self.token
        return self.call("PATCH", self.path, token=token, body=body, headers=headers)

    def press(self, button, name="a", token=None, path=None):
        headers = {"Idempotency-Key": name} if name else {}
        path = f"{path or self.path}/{button}"
        return self.call("POST", path, token=token or self.token, headers=headers)

    def get_version(self):
        return self.call("GET", self.path, token=self.token).headers["ETag"]


@tagged("post_install", "-at_install")
class TestCampaignApi(CampaignApiCase):
    def test_read(self):
        answer = self.call("GET", self.path, token=self.token)
        self.assertEqual(answer.json()["scheduled_date"], "2040-01-01T09:00:00Z")
        page = self.call("GET", "/api/v1/campaigns?status=draft", token=self.token)
        self.assertEqual([c["id"] for c in page.json()["data"]], self.campaign.ids)
        numbers = self.call("GET", f"{self.path}/statistics", token=self.token).json()
        self.assertEqual(numbers["total_sent"], 0)
        self.assertEqual(numbers["currency"], self.company.currency_id.name)

    def test_change_the_version_that_was_read(self):
        version = self.get_version()
        answer = self.patch_campaign({"name": "Winter"}, version)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.json()["name"], "Winter")
        self.assertEqual(answer.headers["ETag"], self.get_version())
        lost = self.patch_campaign({"name": "Lost"}, version)
        self.assertProblem(lost, 412)
        self.assertEqual(lost.headers["ETag"], self.get_version())
        self.assertProblem(self.patch_campaign({"name": "Lost"}), 428)
        body = {"scheduled_date": "2041-01-01T09:00:00+02:00", "subject_line": None}
        answer = self.patch_campaign(body, "*")
        self.assertEqual(answer.json()["scheduled_date"], "2041-01-01T07:00:00Z")
        self.campaign.invalidate_recordset()
        self.assertEqual(self.campaign.name, "Winter")

    def test_sending_hours(self):
        self.assertIsNone(
            self.call("GET", self.path, token=self.token).json()["send_window"]
        )
        window = {
            "start": "08:30",
            "end": "17:07",
            "days": ["mon", "wed"],
            "clock": "campaign",
            "time_zone": "Asia/Tokyo",
        }
        before = self.get_version()
        answer = self.patch_campaign({"send_window": window}, before)
        self.assertEqual(answer.json()["send_window"], window)
        self.assertProblem(self.patch_campaign({"send_window": None}, before), 412)
        self.campaign.invalidate_recordset()
        self.assertEqual(
            self.campaign._get_window(), SendWindow(510, 1027, frozenset((0, 2)))
        )
        answer = self.patch_campaign({"send_window": None}, "*")
        self.assertIsNone(answer.json()["send_window"])
        self.campaign.invalidate_recordset()
        self.assertFalse(self.campaign.use_send_window)

    def test_sending_hours_that_are_none(self):
        window = {
            "start": "08:00",
            "end": "17:00",
            "days": ["mon"],
            "clock": "customer",
            "time_zone": "Europe/Berlin",
        }
        for name, value in (
            ("start", "8:00"),
            ("start", "24:01"),
            ("days", ["mon", "mon"]),
            ("days", ["someday"]),
            ("clock", "mine"),
            ("time_zone", "Europe/Nowhere"),
            ("time_zone", "europe/berlin"),
            ("time_zone", ""),
        ):
            with self.subTest(name=name, value=value):
                body = {"send_window": {**window, name: value}}
                problem = self.assertProblem(self.patch_campaign(body, "*"), 400)
                pointer = problem["errors"][0]["pointer"]
                self.assertTrue(pointer.startswith(f"#/send_window/{name}"), pointer)
        missing = {name: window[name] for name in ("start", "end", "days")}
        self.assertProblem(self.patch_campaign({"send_window": missing}, "*"), 400)
        same = {"send_window": {**window, "end": "08:00"}}
        self.assertProblem(self.patch_campaign(same, "*"), 422, "Sending hours")
        self.campaign.invalidate_recordset()
        self.assertFalse(self.campaign.use_send_window)

    def test_what_cannot_be_changed(self):
        for body, pointer in (
            ({}, "#"),
            ({"status": "running"}, "#"),
            ({"company_id": self.other_company.id}, "#"),
            ({"name": ""}, "#/name"),
            ({"name": " "}, "#/name"),
            ({"name": None}, "#/name"),
            ({"name": "x" * 201}, "#/name"),
            ({"scheduled_date": "2040-01-01T09:00:00"}, "#/scheduled_date"),
            ({"scheduled_date": "2040-13-01T09:00:00Z"}, "#/scheduled_date"),
            ({"scheduled_date": "0001-01-01T00:00:00+14:00"}, "#/scheduled_date"),
            ({"scheduled_date": "9999-12-31T23:59:59-14:00"}, "#/scheduled_date"),
        ):
            with self.subTest(body=body):
                problem = self.assertProblem(self.patch_campaign(body, "*"), 400)
                self.assertEqual(problem["errors"][0]["pointer"], pointer)
        self.campaign.action_schedule()
        answer = self.patch_campaign({"name": "Winter"}, "*")
        self.assertProblem(answer, 422, "draft")

    def test_buttons_obey_the_gates_of_the_campaign(self):
        self.assertEqual(self.press("schedule", "1").json()["status"], "scheduled")
        self.assertEqual(self.press("pause", "2").json()["status"], "paused")
        answer = self.press("schedule", "3")
        self.assertProblem(answer, 422)
        self.assertIn("Autumn 2026", answer.json()["detail"])
        self.assertEqual(self.press("cancel", "4").json()["status"], "cancelled")
        self.assertProblem(self.press("resume", "5"), 422)
        self.assertProblem(self.press("resume", None), 400, "Idempotency-Key")
        self.assertProblem(self.press("resume", "x" * 129), 400, "Idempotency-Key")

    def test_a_repetition_gets_the_first_answer_and_does_nothing(self):
        first = self.press("schedule")
        self.campaign.action_draft()
        again = self.press("schedule")
        self.assertEqual(again.text, first.text)
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.assertNotIn("Idempotency-Replayed", first.headers)
        self.campaign.invalidate_recordset()
        self.assertEqual(self.campaign.status, "draft")
        self.assertProblem(self.press("cancel"), 409)
        # another key may use the same name
        _key, token = self.make_key()
        self.assertEqual(self.press("schedule", token=token).status_code, 200)

    def test_a_failed_attempt_can_be_repeated(self):
        self.campaign.scheduled_date = False
        self.assertProblem(self.press("schedule"), 422)
        self.campaign.scheduled_date = "2040-01-01 09:00:00"
        self.assertEqual(self.press("schedule").json()["status"], "scheduled")

    def test_a_problem_leaves_nothing_behind(self):
        """The status moved before the refusal: the savepoint takes it back."""
        cls = type(self.env["email.campaign"])

        def refuse(campaigns):
            campaigns.sudo().write({"name": "half done"})
            campaigns.sudo().write({"from_email": "not an address"})

        self.patch(cls, "action_pause", refuse)
        answer = self.press("pause")
        self.assertProblem(answer, 422)
        self.campaign.invalidate_recordset()
        self.assertEqual(self.campaign.name, "Autumn 2026")
        self.env.cr.execute("SELECT count(*) FROM marketing_api_answer")
        self.assertEqual(self.env.cr.fetchone()[0], 0)

    def test_another_company_and_a_reader(self):
        _key, token = self.make_key(company=self.other_company)
        missing = f"/api/v1/campaigns/{2**31 - 1}"
        for path in (self.path, f"{self.path}/statistics"):
            answer = self.call("GET", path, token=token)
            self.assertProblem(answer, 404)
            absent = self.call("GET", missing, token=token)
            self.assertEqual(answer.text, absent.text)
        for button in ("schedule", "pause", "resume", "cancel"):
            self.assertProblem(self.press(button, button, token), 404)
        answer = self.patch_campaign({"name": "Stolen"}, "*", token)
        self.assertProblem(answer, 404)
        page = self.call("GET", "/api/v1/campaigns", token=token).json()
        self.assertEqual(page["data"], [])
        _key, token = self.make_key(scopes=["read:campaigns"])
        self.assertProblem(self.press("cancel", token=token), 403)
        _key, token = self.make_key("analyst")
        self.assertProblem(self.press("cancel", token=token), 403)
        self.assertProblem(self.patch_campaign({"name": "x"}, "*", token), 403)
        self.campaign.invalidate_recordset()
        self.assertEqual(self.campaign.status, "draft")

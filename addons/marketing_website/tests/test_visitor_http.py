import json
from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.marketing_website.models import marketing_visitor_intake

from .visitor_common import VisitorCase


@tagged("post_install", "-at_install")
class TestVisitorHttp(VisitorCase):
    def test_an_event_is_logged_once(self):
        event = self.event(p={"path": "/shop?q=ann@example.com", "n": 1})
        answer = self.visit(event)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.headers["Cache-Control"], "no-store, private")
        self.assertNotIn("Set-Cookie", answer.headers)
        token = answer.json()["v"]
        answer = self.visit(event, v=token)
        self.assertEqual((answer.status_code, answer.content), (204, b""))
        number, _partner = self.signer.verify("visitor", token)
        self.assertEqual(
            self.logged(),
            [
                (
                    *("page_view", None, None),
                    {
                        "path": "/shop?q=[email]",
                        "n": 1,
                        "visitor": f"{number:016x}",
                        "device": "mobile",
                        "client": "safari",
                        "identified_by": None,
                        "suspect": None,
                    },
                )
            ],
        )

    def test_the_source_is_shown_as_the_website(self):
        self.visit(self.event())
        source = f"website:{self.website.id}"
        events = self.env["marketing.event"].search([("source_id", "=", source)])
        self.assertEqual(set(events.mapped("source_name")), {self.website.name})

    def test_the_company_is_the_websites(self):
        self.visit(self.event())
        self.assertEqual(self.logged("company_id"), [(self.company.id,)])

    def test_time_is_how_long_ago_it_was_by_the_same_clock(self):
        for clock, moment in ((10**12, 10**12 - 60_000), (5, 10), (10**12, -5)):
            self.visit(self.event(t=moment), t=clock)
        ages = [age for (age,) in self.logged("received_at - occurred_at")]
        expected = [timedelta(minutes=1), timedelta(0), timedelta(days=29)]
        for age, wanted in zip(ages, expected, strict=True):
            self.assertAlmostEqual(age, wanted, delta=timedelta(seconds=50))

    def test_only_types_of_browsers_and_no_word_about_persons(self):
        reserved = {"visitor": "0" * 16, "suspect": "no", "identified_by": "session"}
        answer = self.visit(
            self.event("user_purchased", p={"order_id": 1, "order_value": 9}),
            self.event("email_clicked"),
            self.event("user_engaged", p={"engagement_type": "search"}),
            self.event("nonsense"),
            self.event("search", p={"query": 7}),
            self.event(p=reserved, partner_id=1, company_id=1, campaign_id=1),
            *("x", None, [], {"i": 1}),
        )
        self.assertEqual(answer.status_code, 200)
        [[event_type, partner, campaign, properties]] = self.logged()
        self.assertEqual((event_type, partner, campaign), ("page_view", None, None))
        for name, claimed in reserved.items():
            self.assertNotEqual(properties[name], claimed)
        self.assertFalse(self.env["marketing.event.failure"].search([]))

    def test_a_robot_is_logged_as_one(self):
        self.visit(self.event(), headers={"User-Agent": "Googlebot/2.1"})
        [[*_row, properties]] = self.logged()
        self.assertEqual(properties["suspect"], "bot_agent")

    def test_whatever_is_wrong_is_not_found(self):
        good = json.dumps({"t": 1, "v": "", "e": [self.event()]})
        for data in (
            "",
            "{",
            "[]",
            "null",
            "7",
            "\0",
            b"\xff",
            "[" * 10_000,
            '{"t": 1, "e": []}',
            '{"t": 1, "e": {}}',
            '{"t": 1}',
            '{"t": "1", "e": [1]}',
            '{"t": NaN, "e": [1]}',
            json.dumps({"t": 1, "e": [self.event()] * 26}),
        ):
            self.assertEqual(self.post(data).status_code, 404, str(data)[:50])
        for headers in (
            {"Origin": None},
            {"Origin": "null"},
            {"Origin": "https://evil.example"},
            {"Origin": "http://[::1"},
            {"Origin": self.base_url() + ".evil.example"},
        ):
            answer = self.post(good, headers)
            self.assertEqual(answer.status_code, 404, headers)
        for method in ("GET", "HEAD", "PUT"):
            answer = self.post(good if method == "PUT" else None, method=method)
            self.assertEqual(answer.status_code, 404, method)
        self.assertFalse(self.logged())

    def test_a_body_too_large_is_refused(self):
        answer = self.post(" " * 40_000)
        self.assertIn(answer.status_code, (404, 413))

    def test_nothing_is_taken_when_visits_are_not_recorded(self):
        for values in ({"marketing_events": False}, {"cookies_bar": False}):
            self.website.write(
                {"marketing_events": True, "cookies_bar": True, **values}
            )
            self.assertEqual(self.visit(self.event()).status_code, 404)
        self.assertFalse(self.logged())

    def test_a_flood_is_limited_apart_from_programs(self):
        self.patch(marketing_visitor_intake, "PER_ADDRESS", 3)
        statuses = [self.visit(self.event()).status_code for _number in range(4)]
        self.assertEqual(statuses, [200, 200, 200, 429])
        answer = self.visit(self.event())
        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
        self.env.cr.execute("SELECT name FROM marketing_api_bucket")
        names = {name for (name,) in self.env.cr.fetchall()}
        self.assertIn(f"website:{self.website.id}", names)
        self.assertEqual(len(names), 2)
        self.assertNotIn("127.0.0.1", str(names))

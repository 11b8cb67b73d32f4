import logging
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.marketing_base.events import insert_events

from .api_common import ApiCase

SEARCH = "/api/v1/consents/search"
CONSENTS = "/api/v1/consents"
ANN = {"channel": "email", "address": "ann@example.com"}


@tagged("post_install", "-at_install")
class TestApiAuthentication(ApiCase):
    def test_without_a_working_key(self):
        key, token = self.make_key()
        for given in (
            {},
            {"Authorization": ""},
            {"Authorization": token},
            {"Authorization": "Bearer"},
            {"Authorization": "Basic YTpi"},
            {"Authorization": f"Bearer {token}x"},
            {"Authorization": f"Bearer mmk_{'0' * 64}"},
            {"Authorization": "Bearer \xe9"},
            {"Authorization": "Bearer " + "a" * 5000},
        ):
            with self.subTest(given=given):
                answer = self.call("GET", "/api/v1/events", headers=given)
                self.assertProblem(answer, 401)
                self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
        self.env.cr.execute("DELETE FROM marketing_api_bucket")
        self.assertEqual(
            self.call("GET", "/api/v1/events", token=token).status_code, 200
        )
        self.assertTrue(key.last_used_at)

    def test_revoked_expired_replaced_and_orphaned_keys(self):
        now = fields.Datetime.now()
        for spoil in (
            lambda key: key.action_revoke(),
            lambda key: key.write({"expires_at": now - timedelta(seconds=1)}),
            lambda key: key._draw(),
            lambda key: key.write({"active": False}),
            lambda key: key.user_id.write({"active": False}),
            lambda key: key.user_id.write(
                {
                    "company_ids": [(6, 0, self.company_b.ids)],
                    "company_id": self.company_b.id,
                }
            ),
        ):
            key, token = self.make_key("analyst")
            self.assertEqual(
                self.call("GET", "/api/v1/events", token=token).status_code, 200
            )
            spoil(key)
            self.assertProblem(self.call("GET", "/api/v1/events", token=token), 401)
            key.user_id.write(
                {
                    "active": True,
                    "company_ids": [(6, 0, self.company_a.ids)],
                    "company_id": self.company_a.id,
                }
            )

    def test_a_session_opens_nothing(self):
        self.authenticate(self.users["administrator"].login, None)
        self.assertProblem(self.call("GET", "/api/v1/events"), 401)

    def test_scopes_and_the_users_rights_both_limit(self):
        _key, token = self.make_key("compliance", ["read:events"])
        answer = self.call("POST", SEARCH, token=token, body=ANN)
        self.assertProblem(answer, 403, "read:consents")
        self.assertIn("insufficient_scope", answer.headers["WWW-Authenticate"])
        _key, token = self.make_key("analyst")
        body = {**ANN, "subscribed": True, "source": "shop"}
        self.assertProblem(self.call("PUT", CONSENTS, token=token, body=body), 403)
        self.assertFalse(self.preferences.search([("email_address", "=", "ann@x")]))

    def test_limits_by_key_and_by_address(self):
        _key, token = self.make_key(rate_limit=3)
        statuses = [
            self.call("GET", "/api/v1/events", token=token).status_code
            for _number in range(4)
        ]
        self.assertEqual(statuses, [200, 200, 200, 429])
        answer = self.call("GET", "/api/v1/events", token=token)
        self.assertProblem(answer, 429)
        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)

    def test_guessing_keys_locks_the_address_out_whatever_it_claims_to_be(self):
        self.env["ir.config_parameter"].set_param(
            "marketing_base.api_address_limit", "60"
        )
        _key, token = self.make_key()
        for number in range(3):
            answer = self.call(
                "GET",
                "/api/v1/events",
                token=f"mmk_{number:064}",
                headers={"X-Forwarded-For": f"203.0.113.{number}"},
            )
            self.assertProblem(answer, 401)
        answer = self.call("GET", "/api/v1/events", token=token)
        self.assertProblem(answer, 429)
        self.env.cr.execute("SELECT string_agg(name, ' ') FROM marketing_api_bucket")
        self.assertNotIn("127.0.0.1", self.env.cr.fetchone()[0])


@tagged("post_install", "-at_install")
class TestApiRequests(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key, cls.token = cls.make_key("compliance")

    def put(self, data, **headers):
        return self.call(
            "PUT", CONSENTS, token=self.token, data=data, headers=headers or None
        )

    def test_what_is_not_strict_json(self):
        ok = '"channel": "email", "address": "a@example.com", "subscribed": true'
        for data in (
            "",
            "{",
            "[]",
            "null",
            '{"source": NaN}',
            '{"source": Infinity}',
            '{"source": 1e400}',
            '{"source": 1' + "0" * 5000 + "}",
            f'{{{ok}, "source": "a\\u0000b"}}',
            f'{{{ok}, "source": "\\ud800"}}',
            f'{{{ok}, "source": "a", "source": "b"}}',
            "[" * 100_000,
            '{"source": ' + "[" * 17 + "]" * 17 + "}",
            f'\ufeff{{{ok}, "source": "a"}}',
            f'{{{ok}, "source": "a"}} x',
        ):
            with self.subTest(data=data[:60]):
                problem = self.assertProblem(self.put(data.encode()), 400)
                self.assertTrue(problem["errors"][0]["detail"])
        for encoding in ("utf-16", "cp1252"):
            data = f'{{{ok}, "source": "Zürich"}}'.encode(encoding)
            self.assertProblem(self.put(data), 400, "UTF-8")

    def test_errors_name_the_place_and_repeat_nothing(self):
        body = {**ANN, "subscribed": "secret-value", "source": "x"}
        answer = self.call("PUT", CONSENTS, token=self.token, body=body)
        problem = self.assertProblem(answer, 400)
        self.assertEqual(problem["errors"][0]["pointer"], "#/subscribed")
        self.assertNotIn("secret-value", answer.text)
        body = {"channel": "email", "address": "not one", "subscribed": True}
        answer = self.call("PUT", CONSENTS, token=self.token, body=body)
        self.assertProblem(answer, 400, "source")
        answer = self.call("PUT", CONSENTS, token=self.token, body={**body, "z": 1})
        self.assertProblem(answer, 400)
        body["source"] = "shop"
        problem = self.assertProblem(
            self.call("PUT", CONSENTS, token=self.token, body=body), 400
        )
        self.assertEqual(problem["errors"][0]["pointer"], "#/address")

    def test_query_parameters(self):
        for query, name in (
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=abc", "limit"),
            ("limit=", "limit"),
            ("limit=1&limit=2", "limit"),
            ("limit=9999999999999999999999", "limit"),
            ("limit=١", "limit"),
            ("cursor=x", "cursor"),
            ("cursor=MS4y.", "cursor"),
            ("cursor=" + "A" * 200, "cursor"),
            ("cursor=OTk5OTk5OTk5OTk5OTk5OTk5OS4x", "cursor"),
            ("event_type=%00", None),
            ("event_type=A", "event_type"),
            ("unknown=1", "unknown"),
        ):
            with self.subTest(query=query):
                answer = self.call("GET", f"/api/v1/events?{query}", token=self.token)
                problem = self.assertProblem(answer, 400)
                self.assertEqual(problem["errors"][0].get("parameter"), name)

    def test_media_types_and_sizes(self):
        for headers in (
            {"Content-Type": "text/plain"},
            {"Content-Type": "application/x-www-form-urlencoded"},
            {"Content-Type": "multipart/form-data; boundary=x"},
            {"Content-Encoding": "gzip"},
        ):
            self.assertProblem(self.put(b"{}", **headers), 415)
        self.assertProblem(self.put(b" " * 1_000_001), 413)
        answer = self.call("GET", "/api/v1/events", token=self.token, data="x")
        self.assertProblem(answer, 400)

    def test_unknown_addresses_and_methods(self):
        for path in ("/api/v1/nothing", "/api/v1/events/1/2"):
            self.assertProblem(self.call("GET", path, token=self.token), 404)
        answer = self.call("DELETE", "/api/v1/events", token=self.token)
        self.assertProblem(answer, 405)
        self.assertEqual(answer.headers["Allow"], "GET, POST")
        answer = self.call("OPTIONS", CONSENTS)
        self.assertProblem(answer, 405)
        self.assertEqual(answer.headers["Allow"], "PUT")
        answer = self.call("HEAD", "/api/v1/events", token=self.token)
        self.assertEqual((answer.status_code, answer.text), (200, ""))

    def test_consents_are_looked_up_and_recorded(self):
        answer = self.call("POST", SEARCH, token=self.token, body=ANN)
        self.assertEqual(answer.json()["status"], "none")
        body = {**ANN, "address": " Ann@Example.com", "subscribed": True}
        body["source"] = "web shop"
        answer = self.call("PUT", CONSENTS, token=self.token, body=body)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.json()["status"], "subscribed")
        self.assertIsNone(self.refusal("ann@example.com"))
        self.assertEqual(self.refusal("ann@example.com", self.company_b), "no_consent")
        body["subscribed"] = False
        answer = self.call("PUT", CONSENTS, token=self.token, body=body)
        self.assertEqual(answer.json()["status"], "unsubscribed")
        self.assertEqual(self.refusal("ann@example.com"), "unsubscribed")
        self.assertTrue(
            self.env["mail.blacklist"].search([("email", "=like", "ann@%")])
        )
        found = self.call("POST", SEARCH, token=self.token, body=ANN)
        self.assertEqual(found.json(), answer.json())

    def test_another_company_learns_nothing(self):
        self.preferences._opt_in(self.company_a, ANN["address"], source="test")
        _key, token = self.make_key("compliance", company=self.company_b)
        answer = self.call("POST", SEARCH, token=token, body=ANN)
        self.assertEqual(answer.json()["status"], "none")

    def test_events_come_once_each_in_pages(self):
        self.see_own_events()
        insert_events(
            self.env.cr,
            [
                self.new_event(f"feed-{number}", company_id=company.id)
                for company in (self.company_a, self.company_b)
                for number in range(company.id * 10, company.id * 10 + 5)
            ],
        )
        seen, path = [], "/api/v1/events?limit=2&event_type=page_view"
        while path:
            answer = self.call("GET", path, token=self.token)
            page = answer.json()
            seen += [event["event_id"] for event in page["data"]]
            path = page["next"]
            self.assertEqual("Link" in answer.headers, bool(path))
        first = self.company_a.id * 10
        mine = [name for name in seen if name.startswith("feed-")]
        self.assertEqual(mine, [f"feed-{n}" for n in range(first, first + 5)])
        insert_events(self.env.cr, [self.new_event("feed-late")])
        path = f"/api/v1/events?cursor={page['cursor']}"
        answer = self.call("GET", path, token=self.token)
        self.assertEqual([e["event_id"] for e in answer.json()["data"]], ["feed-late"])

    def test_the_request_log_counts_and_keeps_no_secret(self):
        canaries = ("canary@example.com", self.token[4:], "canary-source")
        body = {
            "channel": "email",
            "address": canaries[0],
            "subscribed": True,
            "source": canaries[2],
        }
        with self.assertLogs(level=logging.DEBUG) as logs:
            self.call("PUT", CONSENTS, token=self.token, body=body)
            bad = {**body, "address": f"{canaries[0]},x@example.com"}
            self.call("PUT", CONSENTS, token=self.token, body=bad)
            self.call("GET", "/api/v1/events?limit=-1", token=self.token)
            self.call("GET", "/api/v1/events/7", token=self.token)
        ours = [record.getMessage() for record in logs.records if not _is_sql(record)]
        self.env.cr.execute(
            """SELECT method, route, status, outcome, company_id, duration >= 0
                 FROM marketing_api_request WHERE key_id = %s OR key_id IS NULL
             ORDER BY id DESC LIMIT 4""",
            [self.key.id],
        )
        rows = self.env.cr.fetchall()
        self.assertEqual(
            rows[::-1],
            [
                ("PUT", "/api/v1/consents", 200, "ok", self.company_a.id, True),
                ("PUT", "/api/v1/consents", 400, "refused", self.company_a.id, True),
                ("GET", "/api/v1/events", 400, "refused", self.company_a.id, True),
                ("ANY", "/api/v1/{rest}", 404, "refused", self.company_a.id, True),
            ],
        )
        self.env.cr.execute("SELECT r::text FROM marketing_api_request r")
        stored = str(self.env.cr.fetchall()) + "\n".join(ours)
        for canary in canaries:
            self.assertNotIn(canary, stored)


def _is_sql(record):
    """SQL at debug level holds values by design and is off in production."""
    return record.name == "odoo.sql_db" and record.levelno <= logging.DEBUG

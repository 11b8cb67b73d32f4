from odoo.tests import tagged

from odoo.addons.marketing_base.tests.api_common import ApiCase


@tagged("post_install", "-at_install")
class TestSegmentApi(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segments = cls.env["customer.segment"].create(
            [
                {"name": f"Segment {number}", "company_id": company.id}
                for company in (cls.company_a, cls.company_b)
                for number in range(3)
            ]
        )
        cls.mine, cls.foreign = cls.segments[:3], cls.segments[3:]
        cls.key, cls.token = cls.make_key("analyst", ["read:segments"])

    def test_pages_show_the_own_company_only(self):
        seen, path = [], "/api/v1/segments?limit=2"
        while path:
            page = self.call("GET", path, token=self.token).json()
            self.assertLessEqual(len(page["data"]), 2)
            seen += [segment["id"] for segment in page["data"]]
            path = page["next"]
        self.assertEqual(seen, sorted(self.mine.ids, reverse=True))

    def test_missing_and_foreign_are_the_same(self):
        paths = (self.foreign[0].id, 2**31 - 1, 2**31, 10**30, 0, -1)
        answers = [
            self.call("GET", f"/api/v1/segments/{number}", token=self.token)
            for number in paths
        ]
        for answer in answers:
            self.assertProblem(answer, 404)
        self.assertEqual(len({answer.text for answer in answers}), 1)
        answer = self.call("GET", "/api/v1/segments/x", token=self.token)
        self.assertProblem(answer, 404)
        self.assertEqual(answer.text, answers[0].text)

    def test_an_unchanged_segment_is_not_sent_again(self):
        path = f"/api/v1/segments/{self.mine[0].id}"
        answer = self.call("GET", path, token=self.token)
        self.assertEqual(answer.json()["name"], "Segment 0")
        headers = {"If-None-Match": answer.headers["ETag"]}
        again = self.call("GET", path, token=self.token, headers=headers)
        self.assertEqual((again.status_code, again.text), (304, ""))
        self.mine[0].name = "Renamed"
        again = self.call("GET", path, token=self.token, headers=headers)
        self.assertEqual(again.json()["name"], "Renamed")

    # === MAKING, COUNTING AND FILLING === #

    def _make_customers(self):
        """Three customers of the company with 1, 2 and 3 orders."""
        people = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(3)])
        self.env.flush_all()
        self.env.cr.execute(
            """INSERT INTO customer_profile (partner_id, company_id, currency_id,
                                             order_count)
               SELECT id, %s, %s, place
                 FROM unnest(%s::int[]) WITH ORDINALITY given(id, place)""",
            [self.company_a.id, self.company_a.currency_id.id, people.ids],
        )
        return people

    def _post(self, path, body, token, key="one"):
        headers = {"Idempotency-Key": key} if key else {}
        return self.call(
            "POST", f"/api/v1/segments{path}", token=token, body=body, headers=headers
        )

    def test_a_rule_is_made_counted_and_read(self):
        people = self._make_customers()
        _key, token = self.make_key("user", ["read:segments", "write:segments"])
        rule = {"conditions": [{"field": "total_orders", "operator": ">=", "value": 2}]}
        estimate = self._post("/estimate", {"criteria": rule}, token, key=None).json()
        self.assertEqual(
            (estimate["customer_count"], estimate["sendable_count"]), (2, 0)
        )
        self.assertEqual(estimate["refusals"], {"no_email": 2})
        self.assertIn("number of orders", estimate["explanation"])
        answer = self._post("", {"name": "Two or more", "criteria": rule}, token)
        self.assertEqual(answer.status_code, 201, answer.text)
        made = answer.json()
        self.assertEqual((made["segment_type"], made["customer_count"]), ("dynamic", 2))
        again = self._post("", {"name": "Two or more", "criteria": rule}, token)
        self.assertEqual(again.json()["id"], made["id"])
        seen, path = [], f"/api/v1/segments/{made['id']}/members?limit=1"
        while path:
            page = self.call("GET", path, token=token).json()
            seen += page["data"]
            path = page["next"]
        self.assertEqual([row["customer_id"] for row in seen], people[1:].ids)
        self.assertTrue(all(row["since"] for row in seen))
        rfm = self._post("/estimate", {"rfm": {"segments": ["loyal"]}}, token, key=None)
        self.assertEqual(rfm.json()["customer_count"], 0)

    def test_every_type_of_rule_comes_back_as_it_went(self):
        """Made, read, counted, and made again from what was read."""
        people = self._make_customers()
        self.env.cr.execute(
            """INSERT INTO customer_pattern (profile_id, partner_id, company_id,
                                             pattern, score, is_primary, threshold)
               SELECT id, partner_id, company_id, 'WEEKEND_SHOPPER', 0.7, TRUE, 0.6
                 FROM customer_profile WHERE partner_id = %s AND company_id = %s""",
            [people[0].id, self.company_a.id],
        )
        _key, token = self.make_key("user", ["read:segments", "write:segments"])
        more_than_once = {"field": "order_count", "operator": ">=", "value": 2}
        never = {"field": "purchases", "operator": "not matches", "value": {"value": 1}}
        weekends = {"patterns": ["WEEKEND_SHOPPER"], "match": "any"}
        weekends |= {"min_score": 0.65, "primary_only": True}
        rules = {
            "criteria": {"conditions": [more_than_once, never], "logic": "AND"},
            "rfm": {"recency_score": [4, 5], "segments": ["champions"]},
            "behaviour": weekends,
        }
        for (key, rule), count in zip(rules.items(), (2, 0, 1), strict=True):
            made = self._post("", {"name": key, key: rule}, token, key)
            self.assertEqual(made.status_code, 201, made.text)
            path = f"/api/v1/segments/{made.json()['id']}"
            read = self.call("GET", path, token=token).json()
            self.assertEqual(read, made.json())
            self.assertEqual((read[key], read["customer_count"]), (rule, count))
            again = {key: read[key]}
            estimate = self._post("/estimate", again, token, None).json()
            self.assertEqual(estimate["customer_count"], count)
            other = self._post("", {"name": "Again", **again}, token, f"{key} again")
            self.assertEqual(other.json()[key], rule)
        listed = self.call("GET", "/api/v1/segments", token=token).json()["data"]
        self.assertFalse(set(rules) & set(listed[0]))
        fixed = self.call("GET", f"/api/v1/segments/{self.mine[0].id}", token=token)
        self.assertEqual(fixed.json()["criteria"]["conditions"], [])
        self.mine[0].segment_type = "static"
        fixed = self.call("GET", f"/api/v1/segments/{self.mine[0].id}", token=token)
        self.assertFalse(set(rules) & set(fixed.json()))

    def test_a_list_is_made_and_filled(self):
        people = self._make_customers()
        _key, token = self.make_key("user", ["read:segments", "write:segments"])
        made = self._post("", {"name": "Guests"}, token).json()
        self.assertEqual(made["segment_type"], "static")
        members = f"/{made['id']}/members"
        answer = self._post(members, {"customer_ids": people[:2].ids}, token, "two")
        self.assertEqual(answer.json(), {"added": 2, "customer_count": 2})
        answer = self._post(members, {"customer_ids": people.ids}, token, "three")
        self.assertEqual(answer.json(), {"added": 1, "customer_count": 3})
        rows = self.env["segment.membership"].search([("segment_id", "=", made["id"])])
        self.assertEqual(set(rows.mapped("source")), {"api"})
        answer = self._post(members, {"customer_ids": [2**31 - 1]}, token, "four")
        self.assertProblem(answer, 422, "2147483647")
        rule = self._post(
            f"/{self.mine[0].id}/members", {"customer_ids": people.ids}, token, "five"
        )
        self.assertProblem(rule, 422, "not a fixed list")
        foreign = self._post(
            f"/{self.foreign[0].id}/members", {"customer_ids": people.ids}, token, "six"
        )
        self.assertProblem(foreign, 404)

    def test_what_is_refused(self):
        _key, token = self.make_key("user", ["read:segments", "write:segments"])
        both = {"patterns": ["HIGH_SPENDER", "INACTIVE"], "match": "all"}
        both["primary_only"] = True
        bad = {"conditions": [{"field": "password", "operator": "=", "value": 1}]}
        for body, status in (
            ({"criteria": bad}, 422),
            ({"criteria": {"logic": "XOR", "conditions": []}}, 422),
            ({"rfm": {"recency_score": [9]}}, 422),
            ({"rfm": {}, "criteria": {}}, 422),
            ({"behaviour": {"patterns": ["RICH"]}}, 422),
            ({"behaviour": {"patterns": [["HIGH_SPENDER"]]}}, 422),
            ({"behaviour": {"min_score": 80}}, 422),
            ({"behaviour": {"min_score": True}}, 422),
            ({"behaviour": {"match": "none"}}, 422),
            ({"behaviour": {"match": ["all"]}}, 422),
            ({"behaviour": {"primary": True}}, 422),
            ({"behaviour": both}, 422),
            ({"behaviour": []}, 400),
            ({}, 400),
            ({"other": 1}, 400),
        ):
            with self.subTest(body=body):
                self.assertProblem(self._post("/estimate", body, token, None), status)
        answer = self._post("", {"name": "X", "criteria": bad}, token, "bad")
        self.assertProblem(answer, 422, "password")
        self.assertProblem(self._post("", {"name": " "}, token, "blank"), 400)
        body = {"name": "X"}
        self.assertProblem(self._post("", body, self.token, "scope"), 403)
        _key, analyst = self.make_key("analyst", ["write:segments"])
        self.assertProblem(self._post("", body, analyst, "role"), 403)
        theirs = self.call(
            "GET", f"/api/v1/segments/{self.foreign[0].id}/members", token=token
        )
        self.assertProblem(theirs, 404)

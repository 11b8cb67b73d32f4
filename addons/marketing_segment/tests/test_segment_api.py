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

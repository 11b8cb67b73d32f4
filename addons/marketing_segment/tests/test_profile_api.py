from odoo.tests import tagged

from odoo.addons.marketing_base.tests.api_common import ApiCase


@tagged("post_install", "-at_install")
class TestProfileApi(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann, cls.bob, cls.cid = cls.env["res.partner"].create(
            [{"name": name} for name in ("Ann", "Bob", "Cid")]
        )
        cls.env.flush_all()
        for partner, company in ((cls.ann, cls.company_a), (cls.bob, cls.company_b)):
            cls.env.cr.execute(
                """INSERT INTO customer_profile (partner_id, company_id, currency_id,
                          order_count, revenue, last_order_date, rfm_segment,
                          discount_share, weekend_share)
                   VALUES (%s, %s, %s, 3, 99.5, '2026-11-03 10:00', 'loyal', 0,
                           NULL)""",
                [partner.id, company.id, company.currency_id.id],
            )
        cls.env.cr.execute(
            """INSERT INTO customer_pattern (profile_id, partner_id, company_id,
                      pattern, score, is_primary, threshold, figure, support)
               SELECT id, partner_id, company_id, 'WEEKEND_SHOPPER', 0.75, TRUE, 0.7,
                      1, 7
                 FROM customer_profile WHERE partner_id = %s""",
            [cls.ann.id],
        )
        cls.segment = cls.env["customer.segment"].create(
            [
                {"name": name, "company_id": cls.company_a.id, "filter_domain": domain}
                for name, domain in (
                    ("In", "[('order_count', '>=', 3)]"),
                    ("Out", "[('order_count', '>', 3)]"),
                )
            ]
        )[0]
        _key, cls.token = cls.make_key("analyst", ["read:profiles"])

    def _get(self, partner_id, token=None):
        path = f"/api/v1/customers/{partner_id}/profile"
        return self.call("GET", path, token=token or self.token)

    def test_figures_patterns_and_segments(self):
        answer = self._get(self.ann.id)
        self.assertEqual(answer.status_code, 200, answer.text)
        profile = answer.json()
        self.assertNotIn("Ann", answer.text, "numbers, not people")
        self.assertEqual(
            (profile["customer_id"], profile["order_count"], profile["revenue"]),
            (self.ann.id, 3, 99.5),
        )
        self.assertEqual(profile["currency"], self.company_a.currency_id.name)
        self.assertEqual(profile["last_order_date"], "2026-11-03T10:00:00Z")
        self.assertEqual(profile["rfm_segment"], "loyal")
        self.assertEqual(
            (profile["discount_share"], profile["weekend_share"]), (0, None)
        )
        [pattern] = profile["patterns"]
        self.assertEqual(
            (pattern["pattern"], pattern["score"], pattern["is_primary"]),
            ("WEEKEND_SHOPPER", 0.75, True),
        )
        self.assertIn("at weekends", pattern["explanation"])
        self.assertEqual(profile["segment_ids"], self.segment.ids)

    def test_who_is_not_found(self):
        """Of another company, without an order, unknown: all the same."""
        ids = (self.bob.id, self.cid.id, 2**31 - 1, 0)
        answers = [self._get(partner_id) for partner_id in ids]
        for answer in answers:
            self.assertProblem(answer, 404)
        self.assertEqual(len({answer.text for answer in answers}), 1)

    def test_who_may_ask(self):
        _key, token = self.make_key("user", ["read:segments"])
        self.assertProblem(self._get(self.ann.id, token), 403)
        _key, token = self.make_key("user", ["read:profiles"], self.company_b)
        self.assertProblem(self._get(self.ann.id, token), 404)
        self.assertEqual(self._get(self.bob.id, token).status_code, 200)

import json
from datetime import datetime, time, timedelta

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestSegmentMessages(CampaignCase):
    """Conditions on what customers got, opened and clicked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.autumn = cls._create_campaign()
        cls.winter = cls._create_campaign(name="Winter")
        cls.today = fields.Date.today()
        names = ("ann", "bob", "cid", "dan")
        customers = cls._create_customers(*(f"{name}@x.example" for name in names))
        cls.rows = dict(zip(names, customers, strict=True))
        for name, campaign, sent, opened, clicked in (
            ("ann", cls.autumn, 40, 40, 39),
            ("ann", cls.winter, 5, 5, None),
            ("bob", cls.autumn, 40, 39, None),
            ("cid", cls.autumn, 40, None, None),
        ):
            cls._add_message(campaign, cls.rows[name], sent, opened, clicked)
        cls._add_message(cls.autumn, cls.rows["dan"], 40, None, None, state="failed")

    @classmethod
    def _add_message(cls, campaign, customer, *days, state="sent"):
        moments = [
            day and datetime.combine(cls.today - timedelta(days=day), time(12))
            for day in days
        ]
        cls.env.flush_all()
        cls.env.cr.execute(
            """INSERT INTO campaign_recipient (campaign_id, company_id, customer_id,
                   address_key, state, sent_at, opened_at, clicked_at)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
            [campaign.id, campaign.company_id.id, customer.id, str(customer.id), state]
            + moments,
        )

    def _find(self, *conditions):
        domain = [("messages", "like", json.dumps(one)) for one in conditions]
        self.segment.filter_domain = repr(domain)
        members = self.segment._get_segment_customers()
        verdicts = self.segment._judge_customers(
            self.env["res.partner"].union(*self.rows.values())
        )
        judged = [name for name, row in self.rows.items() if verdicts[row.id][0].answer]
        found = [name for name, row in self.rows.items() if row in members]
        self.assertEqual(judged, found)
        return " ".join(found)

    def test_what_became_of_messages(self):
        autumn = {"campaigns": self.autumn.ids}
        never = {"operator": "=", "value": 0}
        lately = {"period": {"from": "today -14d"}}
        for conditions, names in (
            ([{}], "ann bob cid"),
            ([{"value": 2}], "ann"),
            ([never | lately], "bob cid dan"),
            ([{"action": "opened"} | autumn], "ann bob"),
            (
                [
                    {"action": "opened"} | autumn,
                    {"action": "clicked"} | autumn | never,
                ],
                "bob",
            ),
            ([{"action": "opened"} | lately], "ann"),
            ([{"action": "clicked", "measure": "days_since_last", "value": 30}], "ann"),
            ([{"action": "bounced"}], ""),
        ):
            with self.subTest(conditions=conditions):
                self.assertEqual(self._find(*conditions), names)

    def test_words(self):
        self.segment.filter_domain = repr(
            [
                ("messages", "like", json.dumps(condition))
                for condition in (
                    {"operator": "=", "value": 0, "period": {"from": "today -14d"}},
                    {"action": "opened", "campaigns": self.autumn.ids},
                    {"action": "clicked", "operator": "=", "value": 0},
                )
            ]
        )
        self.assertEqual(
            self.segment.explanation,
            "Customers who did not get a message in the last 14 days, who opened a "
            "message of “Autumn 2026” and who never clicked in a message.",
        )
        ann = self.rows["ann"]
        lines = self.segment._judge_customers(ann)[ann.id]
        reasons = self.segment._tell_reasons(ann, lines)
        self.assertIn("1 message, last on", reasons[-3].own)
        self.assertIn("1 message, last on", reasons[-1].own)

    def test_a_foreign_campaign_is_refused(self):
        theirs = self._create_campaign(
            company_id=self.other_company.id, segment_ids=False, template_id=False
        )
        for chosen, regex in (
            ({"campaigns": theirs.ids}, "belongs to another company. Choose another"),
            ({"action": ["sent", "opened"]}, "is not possible for “action”"),
            ({"action": "deleted"}, "Allowed: bounced, clicked"),
        ):
            with self.assertRaisesRegex(ValidationError, regex):
                self.segment.filter_domain = repr(
                    [("messages", "like", json.dumps(chosen))]
                )
            self.segment.invalidate_recordset()

    def test_the_rule_of_a_segment_behind_a_segment_is_audited_text(self):
        inner = self._create_segment("Inner", [("order_count", ">=", 2)])
        outer = self._create_segment("Outer", [("segment_ids", "in", inner.ids)])
        campaign = self._create_campaign(segment_ids=[Command.set(outer.ids)])
        before = campaign._get_fingerprint()
        inner.filter_domain = repr([("order_count", ">=", 3)])
        self.assertNotEqual(campaign._get_fingerprint(), before)
        self.assertEqual(inner._get_including(), inner | outer)

from datetime import timedelta

from odoo import fields

from .common import MarketingCase

ANN = "ann@pause.example"
BOB = "bob@pause.example"


class TestPause(MarketingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.news, cls.tips = cls.env["marketing.topic"].create(
            [{"name": "News"}, {"name": "Tips"}]
        )
        cls.ann = cls.preferences._opt_in(cls.company_a, ANN, source="form")

    def choose(self, row=None, **values):
        row = row or self.ann
        topics = self.news | self.tips
        defaults = {"shown": topics, "wanted": topics, "frequency": "normal"}
        return row._choose(**(defaults | values))

    def line(self, row=None):
        self.env.invalidate_all()
        return (row or self.ann).history_ids[:1]

    def move_pause(self, **delta):
        """Let the pause end some time from now, as if the days had gone by."""
        until = fields.Datetime.now() + timedelta(**delta)
        self.ann._write_server({"paused_until": until})

    def test_a_pause_is_refused_and_ends_by_itself(self):
        self.choose(pause_days=30)
        self.assertEqual(self.refusal(ANN), "paused_by_person")
        self.assertEqual(self.ann.status, "paused")
        self.move_pause(minutes=1)
        self.assertEqual(self.refusal(ANN), "paused_by_person")
        self.move_pause(minutes=-1)
        self.assertIsNone(self.refusal(ANN))
        self.ann.invalidate_recordset()
        self.assertEqual(self.ann.status, "subscribed")

    def test_the_length_is_one_of_those_offered(self):
        now = fields.Datetime.now()
        for days in (30, 60, 90):
            self.choose(pause_days=days)
            self.assertEqual((self.ann.paused_until - now).days, days)
        before = self.ann.paused_until
        for odd in (7, -30, 10**9, None, "30", True):
            self.choose(pause_days=odd)
            self.assertEqual(self.ann.paused_until, before, odd)
        self.choose(pause_days=0)
        self.assertFalse(self.ann.paused_until)
        self.assertIsNone(self.refusal(ANN))

    def test_a_pause_leaves_its_lines(self):
        self.choose(pause_days=60, frequency="low")
        line = self.line()
        self.assertEqual((line.change, line.source), ("paused", "preference_page"))
        self.assertEqual(line.new_paused_until, self.ann.paused_until)
        self.assertRegex(line.description, "^Paused until .+; Frequency: Low$")
        self.choose(pause_days=0, frequency="low")
        line = self.line()
        self.assertEqual(line.change, "resumed")
        self.assertEqual(line.description, "No pause any more")
        self.assertEqual(len(self.ann.history_ids), 3)

    def test_an_objection_wins_over_a_pause_and_a_pause_over_a_topic(self):
        self.choose(pause_days=30, wanted=self.news.browse())
        self.assertEqual(self.refusal(ANN), "paused_by_person")
        self.preferences._opt_out(
            self.company_a.id, "email", self.ann.address_key, source="one_click"
        )
        self.assertEqual(self.refusal(ANN), "unsubscribed")
        self.assertFalse(self.choose(pause_days=0))
        self.assertTrue(self.ann.paused_until)

    def test_a_pause_holds_in_one_company(self):
        self.preferences._opt_in(self.company_b, ANN, source="form")
        self.choose(pause_days=30)
        self.assertIsNone(self.refusal(ANN, company=self.company_b))

    def test_importing_again_ends_no_pause(self):
        self.choose(pause_days=30, frequency="low", wanted=self.tips)
        until = self.ann.paused_until
        self.preferences._opt_in_many(self.company_a, [(None, ANN)], source="import")
        self.preferences._opt_in(self.company_a, ANN, source="checkout")
        self.ann.invalidate_recordset()
        self.assertEqual(self.ann.paused_until, until)
        self.assertEqual(self.ann.preferred_frequency, "low")
        self.assertNotIn(self.news, self.ann.topic_ids)

    def test_merging_keeps_the_quietest_choice_of_each(self):
        ann, bob = self.env["res.partner"].create(
            [{"name": "Ann", "email": ANN}, {"name": "Ann B.", "email": BOB}]
        )
        second = self.preferences._opt_in(
            self.company_a, BOB, partner=bob, source="form"
        )
        self.choose(pause_days=30, wanted=self.tips, frequency="high")
        self.choose(second, pause_days=90, wanted=self.news, frequency="normal")
        self.env["base.partner.merge.automatic.wizard"]._merge((ann | bob).ids, ann)
        until = second.paused_until
        for row in self.ann | second:
            self.assertEqual(row.paused_until, until)
            self.assertEqual(row.preferred_frequency, "normal")
            self.assertFalse((self.news | self.tips) & row.topic_ids)
        self.assertEqual(self.line().source, "merge")

    def test_merging_does_not_bring_back_a_pause_that_is_over(self):
        ann, bob = self.env["res.partner"].create(
            [{"name": "Ann", "email": ANN}, {"name": "Ann B.", "email": BOB}]
        )
        second = self.preferences._opt_in(
            self.company_a, BOB, partner=bob, source="form"
        )
        self.move_pause(days=-3)
        self.env["base.partner.merge.automatic.wizard"]._merge((ann | bob).ids, ann)
        self.assertFalse(second.paused_until)
        self.assertIsNone(self.refusal(BOB))

    def test_merging_does_not_mix_companies(self):
        ann, bob = self.env["res.partner"].create(
            [{"name": "Ann", "email": ANN}, {"name": "Ann B.", "email": BOB}]
        )
        other = self.preferences._opt_in(
            self.company_b, BOB, partner=bob, source="form"
        )
        self.choose(pause_days=30, frequency="low")
        self.env["base.partner.merge.automatic.wizard"]._merge((ann | bob).ids, ann)
        self.assertFalse(other.paused_until)
        self.assertEqual(other.preferred_frequency, "normal")

    def test_what_the_customer_form_says(self):
        partner = self.env["res.partner"].create({"name": "Ann", "email": ANN})
        self.choose(pause_days=30)
        seen = partner.with_user(self.users["user"]).with_company(self.company_a)
        self.assertEqual(seen.marketing_consent, "paused")
        self.assertIn("paused", seen.marketing_history_ids.mapped("change"))

    def test_staff_pauses_by_phone(self):
        row = self.ann.with_user(self.users["compliance"])
        row.paused_until = fields.Datetime.now() + timedelta(days=10)
        line = self.line()
        self.assertEqual((line.change, line.actor), ("paused", "user"))

    def test_the_filter_finds_who_is_paused(self):
        domain = [("is_subscribed", "=", True), ("paused_until", ">", "now")]
        mine = [*domain, ("company_id", "=", self.company_a.id)]
        self.assertFalse(self.preferences.search(mine))
        self.choose(pause_days=30)
        self.assertEqual(self.preferences.search(mine), self.ann)
        self.move_pause(days=-1)
        self.assertFalse(self.preferences.search(mine))

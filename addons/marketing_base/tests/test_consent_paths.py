from odoo.fields import Command

from odoo.addons.marketing_base.evidence import Evidence

from .common import MarketingCase

ANN = "ann@paths.example"


class TestConsentPaths(MarketingCase):
    """Each way in which a consent can change leaves exactly one line, in one place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.history = cls.env["email.subscription.history"]
        cls.key = cls.preferences._address_key("email", ANN)
        cls.officer = cls.users["compliance"]
        cls.topic = cls.env["marketing.topic"].create({"name": "News"})

    def setUp(self):
        super().setUp()
        self.seen = self.lines()

    def lines(self):
        self.env.flush_all()
        return self.history.search([("address_key", "=", self.key)], order="id")

    def new_lines(self):
        found = self.lines()
        fresh, self.seen = found - self.seen, found
        return [
            (line.change, line.source, line.actor)
            for line in fresh.filtered(lambda line: line.company_id == self.company_a)
        ]

    def opt_in(self, **values):
        return self.preferences._opt_in(
            self.company_a, ANN, **{"source": "checkout", **values}
        )

    def opt_out(self, **values):
        return self.preferences._opt_out(
            self.company_a.id, "email", self.key, **{"source": "one_click", **values}
        )

    def test_opt_in_renewal_and_opt_out(self):
        self.opt_in()
        self.assertEqual(self.new_lines(), [("subscribed", "checkout", "system")])
        self.env.cr.execute(
            "UPDATE email_subscription_preference SET consent_given_at = '2020-01-01'"
            " WHERE address_key = %s",
            [self.key],
        )
        self.assertEqual(self.new_lines(), [("renewed", "unknown", "system")])
        self.opt_in()
        self.assertEqual(self.new_lines(), [("renewed", "checkout", "system")])
        self.opt_out()
        self.assertEqual(self.new_lines(), [("unsubscribed", "one_click", "system")])
        self.opt_out()
        self.assertEqual(self.new_lines(), [], "nothing changed")

    def test_an_objection_of_an_unknown_address(self):
        self.opt_out()
        self.assertEqual(self.new_lines(), [("unsubscribed", "one_click", "system")])
        self.assertFalse(self.seen.was_subscribed or self.seen.is_subscribed)

    def test_opt_in_many(self):
        rows = [(None, ANN), (None, "bob@paths.example")]
        self.preferences._opt_in_many(self.company_a, rows, source="import")
        self.assertEqual(self.new_lines(), [("subscribed", "import", "system")])
        self.preferences._opt_in_many(self.company_a, rows, source="import")
        self.assertEqual(self.new_lines(), [])
        self.assertEqual(self.history.search_count([("source", "=", "import")]), 2)

    def test_a_visitor_is_the_person(self):
        public = self.env.ref("base.public_user")
        self.preferences.with_user(public).sudo()._opt_in(
            self.company_a, ANN, source="form"
        )
        self.assertEqual(self.new_lines(), [("subscribed", "form", "person")])
        self.assertFalse(self.seen[-1].user_name)

    def test_staff_by_hand(self):
        mine = self.preferences.with_user(self.officer)
        preference = mine.create({"email_address": ANN, "consent_source": "Counter"})
        self.assertEqual(self.new_lines(), [("subscribed", "Counter", "user")])
        self.assertEqual(self.seen[-1].user_name, self.officer.name)
        preference.preferred_frequency = "low"
        self.assertEqual(self.new_lines(), [("choices", "manual", "user")])
        preference.action_opt_out()
        self.assertEqual(self.new_lines(), [("unsubscribed", "manual", "user")])
        preference.write({"is_subscribed": True, "consent_source": "Signed form"})
        self.assertEqual(self.new_lines(), [("subscribed", "Signed form", "user")])
        preference.topic_ids = [Command.unlink(self.topic.id)]
        self.assertEqual(self.new_lines(), [("choices", "manual", "user")])
        preference.unlink()
        self.assertEqual(self.new_lines(), [("deleted", "manual", "user")])

    def test_what_is_no_consent_leaves_no_line(self):
        preference = self.opt_in()
        self.new_lines()
        partner = self.env["res.partner"].create({"name": "Ann"})
        preference.with_user(self.officer).partner_id = partner
        preference._write_server({"lifts_blacklist": True})
        self.assertEqual(self.new_lines(), [])

    def test_the_preference_page(self):
        preference = self.opt_in()
        self.new_lines()
        preference._choose(shown=self.topic, wanted=self.topic, frequency="low")
        self.assertEqual(self.new_lines(), [("choices", "preference_page", "system")])

    def test_merge(self):
        stopped, kept = self.env["res.partner"].create(
            [
                {"name": "A", "email": "stop@paths.example"},
                {"name": "B", "email": ANN},
            ]
        )
        self.opt_in(partner=kept)
        self.preferences._opt_out(
            self.company_a.id,
            "email",
            self.preferences._address_key("email", stopped.email),
            source="one_click",
        )
        self.new_lines()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (stopped | kept).ids, kept
        )
        self.assertEqual(self.new_lines(), [("unsubscribed", "merge", "system")])

    def test_erasure(self):
        partner = self.env["res.partner"].create({"name": "Ann", "email": ANN})
        preference = self.opt_in(
            partner=partner,
            ip="203.0.113.9",
            evidence=Evidence(user_agent="Browser", text_shown="Yes, write to me"),
        )
        preference._choose(shown=self.topic, wanted=[], frequency="low")
        self.new_lines()
        partner.with_user(self.officer)._marketing_erase()
        self.assertEqual(
            self.new_lines(),
            [("unsubscribed", "erasure", "user"), ("choices", "erasure", "user")],
        )
        for line in self.seen:
            self.assertFalse(
                line.email_address
                or line.partner_id
                or line.ip_address
                or line.user_agent
                or line.reason
            )
        self.assertEqual(self.seen[0].text_shown, "Yes, write to me")
        entry = self.env["marketing.audit.log"].search(
            [("event", "=", "customer_erased"), ("res_id", "=", partner.id)]
        )
        self.assertEqual(len(entry), 1)
        self.assertFalse(entry.res_name)

    def test_raw_sql_leaves_a_line_too(self):
        run = self.env.cr.execute
        run(
            """INSERT INTO email_subscription_preference
                      (company_id, channel, address_key, is_subscribed,
                       preferred_frequency, consent_source)
               VALUES (%s, 'email', %s, TRUE, 'normal', 'by hand')""",
            (self.company_a.id, self.key),
        )
        self.assertEqual(self.new_lines(), [("subscribed", "by hand", "system")])
        where = " WHERE address_key = %s"
        for query, change in (
            ("UPDATE email_subscription_preference SET is_subscribed = FALSE", "un"),
            ("UPDATE email_subscription_preference SET is_subscribed = TRUE", ""),
        ):
            run(query + where, [self.key])
            self.assertEqual(
                self.new_lines(), [(f"{change}subscribed", "unknown", "system")]
            )
        run("DELETE FROM email_subscription_preference" + where, [self.key])
        self.assertEqual(self.new_lines(), [("deleted", "unknown", "system")])

    def test_the_circumstances_of_one_change_do_not_reach_the_next(self):
        self.opt_in(ip="203.0.113.9", evidence=Evidence(7, "Browser", "Yes"))
        self.new_lines()
        first = self.seen[-1]
        self.assertEqual(
            (first.campaign_id, first.user_agent, first.text_shown, first.ip_address),
            (7, "Browser", "Yes", "203.0.113.0/24"),
        )
        self.env.cr.execute(
            "UPDATE email_subscription_preference SET is_subscribed = FALSE"
            " WHERE address_key = %s",
            [self.key],
        )
        self.assertEqual(self.new_lines(), [("unsubscribed", "unknown", "system")])
        self.assertFalse(self.seen[-1].text_shown or self.seen[-1].campaign_id)

from odoo import fields
from odoo.exceptions import AccessError

from ..models.marketing_first_steps import KEYS
from .sample_common import SampleCase


class TestFirstSteps(SampleCase):
    def steps(self, role="manager", company=None):
        user = self.users[role] if company is None else self.new_user(role, company)
        data = self.env["marketing.first.steps"].with_user(user).get_first_steps()
        return {step["key"]: step for step in data["steps"]}

    def done(self, company=None):
        return {
            key for key, step in self.steps("user", company).items() if step["is_done"]
        }

    def new_provider(self, **values):
        server = self.env["ir.mail_server"].create({"name": "S", "smtp_host": "[::1]"})
        values = {"company_id": self.company_a.id, **values}
        return self.env["delivery.provider"].create(
            {"name": "Relay", "mail_server_id": server.id, **values}
        )

    def new_campaign(self, **values):
        values = {"company_id": self.company_a.id, **values}
        return self.env["email.campaign"].create({"name": "First", **values})

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # a shared provider or template of the database would do for every company
        cls.env["delivery.provider"].search([]).active = False
        cls.env["email.template.marketing"].search(
            [("company_id", "=", False), ("is_system", "=", False)]
        ).active = False

    def test_a_new_company_has_done_nothing(self):
        self.assertEqual(list(self.steps()), list(KEYS))
        self.assertEqual(self.done(), set())

    def test_sample_data_is_no_step(self):
        self.sample().load()
        self.assertEqual(self.done(), set())

    def test_a_provider_counts_when_it_works_and_no_longer_when_it_does_not(self):
        provider = self.new_provider()
        self.assertEqual(self.done(), set())
        self.assertIn("never tried", self.steps()["provider"]["hint"])
        provider._mark_up()
        self.assertEqual(self.done(), {"provider"})
        self.assertFalse(self.steps()["provider"]["hint"])
        provider._mark_down("refused")
        self.assertEqual(self.done(), set())
        self.assertIn("does not work", self.steps()["provider"]["hint"])

    def test_a_shared_provider_is_one_for_each_company(self):
        self.new_provider(company_id=False)._mark_up()
        self.assertEqual(self.done(), {"provider"})
        self.assertEqual(self.done(self.company_b), {"provider"})

    def test_a_consent_counts_in_its_company_until_it_is_withdrawn(self):
        consent = self.preferences._opt_in(
            self.company_a, "ann@example.com", source="test"
        )
        self.assertEqual(self.done(), {"consent"})
        self.assertEqual(self.done(self.company_b), set())
        consent.action_opt_out()
        self.assertEqual(self.done(), set())

    def test_a_consent_of_a_sample_customer_does_not_count(self):
        self.preferences._opt_in(
            self.company_a, "x@sample-customers.example.com", source="test"
        )
        self.assertEqual(self.done(), set())

    def test_existing_customers_count_where_the_company_relies_on_them(self):
        self.sample().load()
        self.company_a.marketing_similar_products = True
        self.assertEqual(self.done(), set(), "sample orders are no customers")
        customer = self.env["res.partner"].create({"name": "Real"})
        order = self.env["sale.order"].create(
            {"company_id": self.company_a.id, "partner_id": customer.id}
        )
        order.action_confirm()
        self.assertEqual(self.done(), {"consent"})

    def test_a_segment_counts_when_somebody_in_it_may_be_written_to(self):
        customer = self.env["res.partner"].create(
            {"name": "Ann", "email": "ann@example.com"}
        )
        segment = self.env["customer.segment"].create(
            {
                "name": "All",
                "company_id": self.company_a.id,
                "filter_domain": "[('order_count', '>=', 1)]",
            }
        )
        self.env.cr.execute(
            """INSERT INTO customer_profile (partner_id, company_id, currency_id,
                                             order_count)
               SELECT %s, id, currency_id, 1 FROM res_company WHERE id = %s""",
            [customer.id, self.company_a.id],
        )
        self.assertNotIn("segment", self.done())
        self.assertIn("nobody", self.steps()["segment"]["hint"])
        self.preferences._opt_in(self.company_a, "ann@example.com", source="test")
        self.assertFalse(segment.sendable_count, "counted before the consent came")
        self.env.invalidate_all()  # as in the next request
        self.assertIn("segment", self.done())

    def test_a_template_of_ones_own_counts_and_a_supplied_one_does_not(self):
        design = self.env.ref("marketing_campaign.template_we_miss_you")
        self.assertTrue(design.active)
        self.assertNotIn("template", self.done())
        design.with_user(self.users["user"]).action_use_design()
        self.assertIn("template", self.done())
        self.assertNotIn("template", self.done(self.company_b))

    def test_a_test_and_a_start_count(self):
        campaign = self.new_campaign()
        self.assertEqual(self.done(), set())
        campaign.test_date = fields.Datetime.now()
        self.assertEqual(self.done(), {"test"})
        campaign.start_date = fields.Datetime.now()
        self.assertEqual(self.done(), {"test", "campaign"})
        campaign.active = False
        self.assertEqual(self.done(), {"test", "campaign"}, "it was sent all the same")
        self.assertEqual(self.done(self.company_b), set())

    def test_a_started_sample_campaign_is_no_first_campaign(self):
        self.sample().load()
        self.marked("email.campaign").start_date = fields.Datetime.now()
        self.assertEqual(self.done(), set())

    # === WHO ===#

    def test_others_are_told_who_does_it(self):
        steps = self.steps("user")
        self.assertIn(self.users["administrator"].name, steps["provider"]["waits_for"])
        self.assertIn(self.users["compliance"].name, steps["consent"]["waits_for"])
        self.assertFalse(steps["segment"]["waits_for"])
        for step in self.steps("administrator").values():
            self.assertFalse(step["waits_for"])

    def test_a_colleague_of_another_company_is_not_named(self):
        waits = self.steps("user", self.company_b)["provider"]["waits_for"]
        self.assertNotIn(self.users["administrator"].name, waits)
        self.assertIn("Marketing Administrator", waits)

    def test_the_screen_is_for_marketing_users(self):
        model = self.env["marketing.first.steps"]
        for user in (self.users["analyst"], self.users["compliance"], self.outsider):
            for call in (
                lambda m: m.get_first_steps(),
                lambda m: m.open_step("segment"),
                lambda m: m.hide(),
            ):
                with self.assertRaises(AccessError):
                    call(model.with_user(user))

    def test_every_button_opens_a_screen(self):
        for role in ("user", "manager", "administrator"):
            model = self.env["marketing.first.steps"].with_user(self.users[role])
            for key in KEYS:
                action = model.open_step(key)
                self.assertEqual(action["type"], "ir.actions.act_window", key)
                self.assertTrue(
                    self.env[action["res_model"]]
                    .with_user(self.users[role])
                    .has_access("read"),
                    key,
                )
        for key in ("nothing", "__class__", "action"):
            with self.assertRaises(AccessError):
                model.open_step(key)

    def test_the_test_opens_a_draft_of_the_company(self):
        self.new_campaign(company_id=self.company_b.id)
        model = self.env["marketing.first.steps"].with_user(self.users["user"])
        self.assertFalse(model.open_step("test")["res_id"])
        mine = self.new_campaign()
        self.assertEqual(model.open_step("test")["res_id"], mine.id)

    # === WHAT THE APP OPENS WITH ===#

    def opens_with_steps(self, user):
        action = self.env.ref("marketing_onboarding.opening_action").with_user(user)
        return action.run()["type"] == "ir.actions.client"

    def test_the_app_opens_with_the_steps_until_a_campaign_was_sent(self):
        user = self.users["user"]
        self.assertTrue(self.opens_with_steps(user))
        self.new_campaign().start_date = fields.Datetime.now()
        self.assertFalse(self.opens_with_steps(user))
        self.assertTrue(self.opens_with_steps(self.new_user("user", self.company_b)))

    def test_whoever_has_nothing_to_do_here_sees_the_campaigns(self):
        for role in ("analyst", "compliance"):
            self.assertFalse(self.opens_with_steps(self.users[role]), role)

    def test_hidden_by_one_or_for_all(self):
        user, manager = self.users["user"], self.users["manager"]
        steps = self.env["marketing.first.steps"]
        steps.with_user(user).hide()
        self.assertFalse(self.opens_with_steps(user))
        self.assertTrue(self.opens_with_steps(manager))
        steps.with_user(user).hide(hidden=False)
        self.assertTrue(self.opens_with_steps(user))
        with self.assertRaises(AccessError):
            steps.with_user(user).hide(everybody=True)
        steps.with_user(manager).hide(everybody=True)
        self.assertFalse(self.opens_with_steps(user))
        self.assertTrue(self.opens_with_steps(self.new_user("user", self.company_b)))
        steps.with_user(manager).hide(hidden=False, everybody=True)
        self.assertTrue(self.opens_with_steps(user))

    def test_the_menu_shows_it_to_marketing_users_only(self):
        menu = self.env.ref("marketing_onboarding.menu_first_steps")
        root = self.env.ref("marketing_base.menu_root")
        for role in ("analyst", "user", "compliance"):
            menus = self.env["ir.ui.menu"].with_user(self.users[role])
            self.assertIn(root.id, menus._visible_menu_ids(), role)
            self.assertEqual(menu.id in menus._visible_menu_ids(), role == "user", role)

    def test_the_number_of_statements_is_bounded(self):
        self.steps()
        self.env.invalidate_all()
        with self.assertQueryCount(__system__=60):
            self.steps()

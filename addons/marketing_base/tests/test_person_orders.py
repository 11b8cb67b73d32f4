from itertools import permutations

from .common import MarketingCase

STOPPED = "stopped@example.com"
OTHER = "other@example.com"
STEPS = ("merge", "delete", "import", "erase")


class TestPersonOrders(MarketingCase):
    """Merge, delete, import again, erase in every order: no opt-out is lost."""

    def setUp(self):
        super().setUp()
        self.current = self.env["res.partner"]
        self.wizard = self.env["base.partner.merge.automatic.wizard"]
        self.company_a.marketing_similar_products = True

    def new_customer(self, email=STOPPED):
        return self.env["res.partner"].create({"name": "Ann Lee", "email": email})

    def ensure_current(self):
        if not self.current.exists() or not self.current.email:
            self.current = self.new_customer()
        return self.current

    def buy(self, partner):
        """Make the customer sendable but for the objection."""
        order = self.env["sale.order"].create(
            {"partner_id": partner.id, "company_id": self.company_a.id}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'sale' WHERE id = %s", order.ids
        )
        order.invalidate_recordset()

    def step_merge(self, keep_current):
        current = self.ensure_current()
        twin = self.new_customer(OTHER)
        self.preferences._opt_in_many(
            self.company_a, [(twin.id, OTHER)], source="import"
        )
        target = current if keep_current else twin
        self.wizard._merge((current | twin).ids, target, extra_checks=False)
        self.current = target
        self.assertFalse((current | twin - target).exists() - target)

    def step_delete(self, _keep_current):
        current = self.ensure_current()
        orders = self.env["sale.order"].search([("partner_id", "=", current.id)])
        orders.state = "cancel"
        orders.unlink()
        current.unlink()
        self.current = self.env["res.partner"]

    def step_import(self, _keep_current):
        self.current = self.new_customer()
        rows = [(self.current.id, STOPPED)]
        self.preferences._opt_in_many(self.company_a, rows, source="import")

    def step_erase(self, _keep_current):
        current = self.ensure_current()
        current._marketing_erase()
        self.assertFalse(current.email)
        left = self.preferences.search([("email_address", "=", STOPPED)])
        others = left.partner_id.filtered("email")  # a duplicate that was not erased
        self.assertFalse(
            left.filtered(lambda p: p.partner_id not in others),
            "no clear address stays",
        )

    def check(self, label):
        self.assertEqual(self.refusal(STOPPED), "unsubscribed", label)
        for partner in self.current.exists().filtered("email"):
            self.buy(partner)
            for address in (STOPPED, partner.email_normalized):
                self.assertEqual(
                    self.refusal(address, partner=partner), "unsubscribed", label
                )

    def run_order(self, order, keep_current):
        self.current = self.new_customer()
        key = self.preferences._address_key("email", STOPPED)
        self.preferences._opt_in(
            self.company_a, STOPPED, partner=self.current, source="form"
        )
        self.preferences._opt_out(self.company_a.id, "email", key, source="link")
        for step in order:
            getattr(self, f"step_{step}")(keep_current)
            self.check((order, step, keep_current))

    def run_quiet_order(self, order, keep_current):
        """The same for somebody who asked for a break, less mail and no news."""
        self.current = self.new_customer()
        news = self.env["marketing.topic"].create({"name": "News"})
        consent = self.preferences._opt_in(
            self.company_a, STOPPED, partner=self.current, source="form"
        )
        consent._choose(
            shown=news, wanted=news.browse(), frequency="low", pause_days=60
        )
        until, merged = consent.paused_until, False
        for step in order:
            label = (order, step, keep_current)
            getattr(self, f"step_{step}")(keep_current)
            if step == "erase" and not consent.partner_id:
                # from here on the stronger word holds, and nothing else is kept;
                # otherwise it is the consent of a duplicate that was not erased
                self.assertFalse(consent.is_subscribed, label)
                self.assertFalse(consent.paused_until, label)
                self.check(label)
                return
            if step == "erase":
                merged = False
            merged = merged or step == "merge"
            other = self.preferences.search(
                [("email_address", "=", OTHER), ("company_id", "=", self.company_a.id)]
            )
            self.assertEqual(bool(other), merged, label)
            for row in consent | other:
                self.assertEqual(row.paused_until, until, label)
                self.assertEqual(row.preferred_frequency, "low", label)
                self.assertNotIn(news, row.topic_ids, label)
                self.assertEqual(
                    self.refusal(row.email_address), "paused_by_person", label
                )

    def run_all_orders(self, run):
        for order in permutations(STEPS):
            for keep_current in (True, False):
                with self.subTest(order=order, keep=keep_current):
                    savepoint = self.env.cr.savepoint()
                    try:
                        run(order, keep_current)
                    finally:
                        savepoint.close(rollback=True)
                        self.env.invalidate_all(flush=False)

    def test_every_order_both_ways(self):
        self.run_all_orders(self.run_order)

    def test_every_order_keeps_the_quiet_choices(self):
        self.run_all_orders(self.run_quiet_order)

    def test_merge_spreads_the_objection_to_the_other_address(self):
        for loser, winner in ((STOPPED, OTHER), (OTHER, STOPPED)):
            with self.subTest(winner=winner):
                savepoint = self.env.cr.savepoint()
                partners = {
                    email: self.new_customer(email) for email in (STOPPED, OTHER)
                }
                self.preferences._opt_in(
                    self.company_a, OTHER, partner=partners[OTHER], source="form"
                )
                self.preferences._opt_in(self.company_b, OTHER, source="form")
                key = self.preferences._address_key("email", STOPPED)
                self.preferences._opt_out(
                    self.company_a.id, "email", key, source="link", reason="Enough"
                )
                self.wizard._merge(
                    (partners[loser] | partners[winner]).ids,
                    partners[winner],
                    extra_checks=False,
                )
                self.assertEqual(self.refusal(OTHER), "unsubscribed")
                self.assertEqual(
                    self.refusal(OTHER, company=self.company_b),
                    "blacklisted",
                    "the blacklist of Odoo has no company",
                )
                spread = self.preferences.search(
                    [
                        ("email_address", "=", OTHER),
                        ("company_id", "=", self.company_a.id),
                    ]
                )
                self.assertEqual(spread.consent_source, "merge")
                self.assertEqual(spread.partner_id, partners[winner])
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def test_merge_of_two_consents_keeps_both(self):
        first, second = self.new_customer(STOPPED), self.new_customer(OTHER)
        rows = [(first.id, STOPPED), (second.id, OTHER)]
        self.preferences._opt_in_many(self.company_a, rows, source="import")
        self.wizard._merge((first | second).ids, first, extra_checks=False)
        self.assertIsNone(self.refusal(STOPPED))
        self.assertIsNone(self.refusal(OTHER))
        self.assertEqual(len(first.marketing_preference_ids), 2)

    def test_a_plain_user_may_merge(self):
        first, second = self.new_customer(STOPPED), self.new_customer(STOPPED)
        self.preferences._opt_out(
            self.company_a.id,
            "email",
            self.preferences._address_key("email", STOPPED),
            source="link",
        )
        self.outsider.group_ids += self.env.ref("base.group_partner_manager")
        # where it is installed, it reads visitors in every merge, which few may
        if designer := self.env.ref("website.group_website_designer", False):
            self.outsider.group_ids += designer
        self.wizard.with_user(self.outsider)._merge(
            (first | second).ids, first.with_user(self.outsider)
        )
        self.assertFalse(second.exists())
        self.assertEqual(self.refusal(STOPPED), "unsubscribed")

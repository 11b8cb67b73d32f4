from datetime import date, timedelta

from psycopg2.errors import InsufficientPrivilege

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from odoo.addons.marketing_base.events import Event, insert_events
from odoo.addons.marketing_base.evidence import Evidence

from .common import MarketingCase

ANN = "ann@forget.example"


class TestErasureRequest(MarketingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.requests = cls.env["marketing.erasure.request"]
        cls.officer = cls.users["compliance"]
        cls.partner = cls.env["res.partner"].create({"name": "Ann Lee", "email": ANN})
        cls.key = cls.preferences._address_key("email", ANN)
        cls.consent = cls.opt_in(cls.company_a)

    @classmethod
    def opt_in(cls, company):
        return cls.preferences._opt_in(
            company,
            ANN,
            partner=cls.partner,
            source="form",
            ip="203.0.113.9",
            evidence=Evidence(user_agent="Browser", text_shown="Yes"),
        )

    def receive(self, company=None, address=ANN, key=None, source="page"):
        request = self.requests._receive(
            company or self.company_a,
            "email",
            key or self.preferences._address_key("email", address),
            address=address,
            source=source,
        )
        self.env.invalidate_all()
        return request

    def buy(self, company=None, state="sale"):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "company_id": (company or self.company_a).id,
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET state = %s WHERE id = %s", (state, order.id)
        )
        self.env.invalidate_all()
        return order

    def log(self, event_id, company=None):
        event = self.new_event(
            event_id,
            partner_id=self.partner.id,
            company_id=(company or self.company_a).id,
            properties={"ip": "203.0.113.0/24", "category_id": 7},
        )
        insert_events(self.env.cr, [event])

    def logged(self, event_id):
        self.env.cr.execute(
            "SELECT partner_id, properties FROM marketing_event WHERE event_id = %s",
            [event_id],
        )
        return self.env.cr.fetchone()

    def assert_forgotten(self, company=None):
        company = company or self.company_a
        row = self.preferences._find_row(company.id, "email", self.key)
        self.assertFalse(row.is_subscribed)
        self.assertFalse(
            row.email_address or row.partner_id or row.consent_ip_address, row.read()
        )
        lines = self.env["email.subscription.history"].search(
            [("address_key", "=", self.key), ("company_id", "=", company.id)]
        )
        self.assertTrue(lines)
        for line in lines:
            self.assertFalse(line.email_address or line.partner_id or line.user_agent)
        self.assertEqual(self.refusal(ANN, company=company), "unsubscribed")

    def test_somebody_without_orders_is_erased_at_once(self):
        request = self.receive()
        self.assertEqual(request.state, "done")
        self.assertFalse(self.partner.active or self.partner.email)
        self.assertNotIn("Ann", self.partner.name)
        self.assertFalse(request.email_address or request.partner_ids)
        self.assertFalse(request.activity_ids or request.closed_by_id)
        self.assertEqual(request.address_key, self.key, "the suppression stays")
        self.assert_forgotten()

    def test_an_address_without_customer_is_forgotten_too(self):
        stranger = "stranger@forget.example"
        row = self.preferences._opt_in(self.company_a, stranger, source="form")
        request = self.receive(address=stranger)
        self.assertEqual(request.state, "done")
        self.assertFalse(row.email_address or row.is_subscribed)
        self.assertEqual(self.partner.email, ANN)

    def test_orders_wait_for_an_officer_and_marketing_goes_at_once(self):
        self.buy()
        self.log("mine")
        request = self.receive()
        self.assertEqual(request.state, "received")
        self.assertEqual(request.keep_reasons, {"orders": 1})
        self.assertIn("1 confirmed orders", request.keep_text)
        self.assertEqual(self.partner.name, "Ann Lee", "accounting keeps its customer")
        self.assert_forgotten()
        self.assertEqual(self.logged("mine"), (None, {"category_id": 7}))
        # what is logged from here on says no more who or where it was
        self.log("later")
        self.assertEqual(self.logged("later")[1], {"category_id": 7})

    def test_the_activity_is_on_the_list_of_each_officer_of_the_company(self):
        foreign = self.new_user("compliance", self.company_b)
        self.buy()
        request = self.receive()
        users = request.activity_ids.user_id
        self.assertIn(self.officer, users)
        self.assertNotIn(foreign, users)
        self.assertNotIn(self.users["manager"], users)
        self.assertEqual(
            set(request.activity_ids.mapped("date_deadline")), {request.deadline}
        )

    def test_the_deadline_is_thirty_days(self):
        self.buy()
        request = self.receive()
        self.assertEqual(request.deadline, date.today() + timedelta(days=30))
        late = [("state", "=", "received"), ("deadline", "<", "today")]
        self.assertNotIn(request, self.requests.search(late))
        request._write_state({"requested_at": "2026-01-01 10:00:00"})
        self.assertEqual(request.deadline, date(2026, 1, 31))
        self.assertIn(request, self.requests.search(late))

    def test_what_needs_a_person(self):
        for label, count, change in (
            ("shared", 2, lambda: self.partner.copy({"email": ANN})),
            ("user", 1, self.make_employee),
            ("firm", 1, self.make_firm),
            ("elsewhere", 1, lambda: self.opt_in(self.company_b)),
        ):
            with self.subTest(label):
                savepoint = self.env.cr.savepoint()
                change()
                request = self.receive()
                self.assertEqual(request.keep_reasons, {label: count})
                self.assertEqual(request.state, "received")
                self.assertEqual(self.partner.name, "Ann Lee")
                self.assert_forgotten()
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def make_employee(self):
        self.env["res.users"].create(
            {
                "login": "mmb_ann",
                "partner_id": self.partner.id,
                "company_id": self.company_a.id,
                "company_ids": [(6, 0, self.company_a.ids)],
                "group_ids": [(6, 0, self.env.ref("base.group_user").ids)],
            }
        )

    def make_firm(self):
        self.partner.is_company = True
        self.env["res.partner"].create({"name": "Bo", "parent_id": self.partner.id})

    def test_a_quotation_and_a_cancelled_order_keep_nobody(self):
        self.buy(state="cancel")
        self.buy(state="draft")
        self.assertEqual(self.receive().state, "done")

    def test_another_company_keeps_what_it_has(self):
        other = self.opt_in(self.company_b)
        self.log("theirs", self.company_b)
        self.receive()
        self.assertTrue(other.is_subscribed)
        self.assertEqual((other.email_address, other.partner_id), (ANN, self.partner))
        self.assertEqual(self.logged("theirs")[0], self.partner.id)
        self.assertIsNone(self.refusal(ANN, company=self.company_b))
        lines = self.env["email.subscription.history"].search(
            [("address_key", "=", self.key), ("company_id", "=", self.company_b.id)]
        )
        self.assertEqual(lines.email_address, ANN)

    def test_a_stop_of_the_whole_database_is_not_lifted_by_forgetting(self):
        self.opt_in(self.company_b)
        self.env["mail.blacklist"]._add(ANN)
        self.receive()
        self.assertEqual(self.refusal(ANN, company=self.company_b), "blacklisted")

    def test_the_clear_address_leaves_the_stop_list_when_nobody_needs_it(self):
        self.preferences._opt_out(
            self.company_a.id, "email", self.key, source="link", address=ANN
        )
        stops = self.env["mail.blacklist"].with_context(active_test=False)
        self.assertTrue(stops.search([("email", "=", ANN)]))
        self.receive()
        self.assertFalse(stops.search([("email", "=", ANN)]))
        self.assertEqual(self.refusal(ANN), "unsubscribed")

    def test_asking_twice_is_asking_once(self):
        self.buy()
        self.assertEqual(self.receive(), self.receive())
        self.assertEqual(
            self.requests.search_count([("address_key", "=", self.key)]), 1
        )

    def test_erased_then_imported_again(self):
        self.receive()
        fresh = self.env["res.partner"].create({"name": "Ann Lee", "email": ANN})
        self.preferences._opt_in_many(
            self.company_a, [(fresh.id, ANN)], source="import"
        )
        self.assertEqual(self.refusal(ANN, partner=fresh), "unsubscribed")

    def test_an_officer_decides(self):
        for action, state in (
            ("action_keep", "kept"),
            ("action_refuse", "refused"),
            ("action_erase", "done"),
        ):
            with self.subTest(action):
                savepoint = self.env.cr.savepoint()
                self.buy()
                request = self.receive().with_user(self.officer)
                if action != "action_erase":
                    with self.assertRaises(UserError):
                        getattr(request, action)()
                    request.decision = "One invoice is kept until 2036."
                getattr(request, action)()
                self.assertEqual(request.state, state)
                self.assertEqual(request.closed_by_id, self.officer)
                self.assertFalse(request.email_address or request.partner_ids)
                self.assertFalse(request.sudo().activity_ids)
                self.assertEqual(self.partner.active, action != "action_erase")
                with self.assertRaises(UserError):
                    request.action_erase()
                entry = self.env["marketing.audit.log"].search(
                    [("event", "=", "erasure_closed"), ("res_id", "=", request.id)]
                )
                self.assertEqual(entry.user_id, self.officer.id)
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def test_a_request_by_letter(self):
        self.buy()
        mine = self.requests.with_user(self.officer).with_company(self.company_a)
        request = mine.create({"email_address": f" {ANN.upper()} "})
        self.assertEqual((request.source, request.state), ("staff", "received"))
        self.assert_forgotten()
        for address in ("", "ann", "a@b.co, c@d.co", False):
            with self.assertRaises(ValidationError):
                mine.create({"email_address": address})
        with self.assertRaises(ValidationError):
            mine.create({"email_address": ANN, "company_id": self.company_b.id})

    def test_what_the_server_decides_cannot_be_given(self):
        self.buy()
        request = self.receive().with_user(self.officer)
        for values in (
            {"state": "done"},
            {"address_key": "0" * 32},
            {"deadline": "2099-01-01"},
            {"email_address": "b@forget.example"},
        ):
            with self.assertRaises(UserError):
                request.write(values)
        with self.assertRaises(UserError):
            request.unlink()
        with self.assertRaises(UserError):
            request.sudo().unlink()

    def test_officers_of_another_company_see_nothing(self):
        self.buy()
        request = self.receive()
        foreign = self.new_user("compliance", self.company_b)
        self.assertFalse(self.requests.with_user(foreign).search([]) & request)
        with self.assertRaises(AccessError):
            request.with_user(foreign).read(["state"])
        with self.assertRaises(AccessError):
            request.with_user(foreign).action_erase()
        for role in ("analyst", "user", "manager"):
            with self.assertRaises(AccessError):
                request.with_user(self.users[role]).read(["state"])

    def test_the_guard_of_the_log_lets_an_erasure_cut_and_do_nothing_else(self):
        self.log("mine")
        for statement in (
            "UPDATE marketing_event SET partner_id = 999",
            "UPDATE marketing_event SET partner_id = NULL, event_type = 'x'",
            "UPDATE marketing_event SET properties = '{\"a\": 1}'",
        ):
            self.refuses_erasing(statement + " WHERE event_id = 'mine'")

    def refuses_erasing(self, statement):
        with self.assertRaises(InsufficientPrivilege), mute_logger("odoo.sql_db"):
            self.requests._run_erasure(statement, [])

    def test_forgetting_is_set_based(self):
        insert_events(
            self.env.cr,
            [
                Event("page_view", f"many:{n}", partner_id=self.partner.id)
                for n in range(300)
            ],
        )
        self.buy()
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.receive()
        self.assertLess(self.env.cr.sql_log_count - before, 160)

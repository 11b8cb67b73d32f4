from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

ANN = "ann.privacy@example.com"


@tagged("post_install", "-at_install")
class TestPrivacyLookup(TransactionCase):
    def lookup(self):
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": "Ann Privacy", "email": ANN}
        )
        wizard.action_lookup()
        return wizard.line_ids

    def found(self, model):
        lines = self.lookup().filtered(lambda line: line.res_model == model)
        return lines.mapped("res_id")

    def test_consents_are_found_by_address_and_by_customer(self):
        preferences = self.env["email.subscription.preference"]
        partner = self.env["res.partner"].create({"name": "Ann Privacy", "email": ANN})
        by_address = preferences._opt_in(self.env.company, ANN, source="test")
        by_customer = preferences._opt_in(
            self.env.company, "second@example.com", partner=partner, source="test"
        )
        preferences._opt_in(self.env.company, "other@example.com", source="test")
        self.assertEqual(
            sorted(self.found("email.subscription.preference")),
            sorted((by_address | by_customer).ids),
        )

    def test_sign_ups_and_requests_are_found_by_address(self):
        company = self.env.company
        preferences = self.env["email.subscription.preference"]
        key = preferences._address_key("email", ANN)
        other = preferences._address_key("email", "other@example.com")
        requests = self.env["marketing.erasure.request"]
        request = requests._receive(company, "email", key, address=ANN, source="page")
        requests._receive(company, "email", other, source="page")
        self.assertEqual(self.found("marketing.erasure.request"), request.ids)
        if "marketing.signup" in self.env:
            signup = self.env["marketing.signup"].create(
                {
                    "company_id": company.id,
                    "address_key": key,
                    "email_address": ANN,
                }
            )
            self.assertEqual(self.found("marketing.signup"), signup.ids)

    def test_the_identity_stands_for_the_events(self):
        partner = self.env["res.partner"].create({"name": "Ann Privacy", "email": ANN})
        identity = self.env["marketing.identity"]._ensure(partner)
        self.assertEqual(self.found("marketing.identity"), identity.ids)

    def test_an_objection_cannot_be_deleted_from_here(self):
        preferences = self.env["email.subscription.preference"]
        key = preferences._address_key("email", ANN)
        preferences._opt_out(self.env.company.id, "email", key, source="test")
        line = self.lookup().filtered(
            lambda line: line.res_model == "email.subscription.preference"
        )
        self.assertEqual(len(line), 1)
        with self.assertRaises(UserError):
            line.action_unlink()

    def test_nobody_is_found_after_an_erasure(self):
        partner = self.env["res.partner"].create({"name": "Ann Privacy", "email": ANN})
        self.env["email.subscription.preference"]._opt_in(
            self.env.company, ANN, partner=partner, source="test"
        )
        partner._marketing_erase()
        self.assertFalse(
            self.lookup().filtered(lambda line: line.res_model == "res.partner")
        )

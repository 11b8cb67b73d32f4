from odoo.tests import tagged

from odoo.addons.marketing_segment.tests.common import SegmentCase


@tagged("post_install", "-at_install")
class TestProfileMailbox(SegmentCase):
    """Own domains count for who keeps their mailboxes."""

    def test_a_domain_that_is_learnt_and_moves(self):
        firm, other, person = (
            self._customer(email, email=email)
            for email in ("a@Firm.example", "b@own.example", "c@gmail.com")
        )
        for partner in (firm, other, person):
            self._order(partner, 3, (self.wine, 10))
        self._order(firm, 3, (self.wine, 10), company=self.company_b)
        for company in (self.company_a, self.company_b):
            self.profiles._refresh_full(company)
        domains = self.env["delivery.mailbox.domain"]
        own = ("mx.firm.example", "other")
        for exchanger, mailbox in (own, ("aspmx.l.google.com", "gmail"), own):
            self.env["customer.profile.dirty"]._take()
            told = {"firm.example": exchanger, "own.example": ""}
            told["gmail.com"] = "mx.elsewhere.example"  # known by its name all the same
            domains._note(told)
            self.profiles._refresh_dirty()
            found = [
                self._profile(*who).mailbox_provider
                for who in ((firm,), (firm, self.company_b), (other,), (person,))
            ]
            self.assertEqual(found, [mailbox, mailbox, "other", "gmail"])
            rows = self._rows()
            self.profiles._refresh_full(self.company_a)
            self.assertEqual(self._rows(), rows)

    def test_only_customers_of_a_domain_that_moved_are_marked(self):
        partners = [
            self._customer(email, email=email)
            for email in ("a@firm.example", "b@own.example")
        ]
        for partner in partners:
            self._order(partner, 3, (self.wine, 10))
        self.profiles._refresh_full(self.company_a)
        self.env["customer.profile.dirty"]._take()
        domains = self.env["delivery.mailbox.domain"]
        told = {"firm.example": "aspmx.l.google.com", "own.example": "mx.own.example"}
        domains._note(told)
        marks = self.env["customer.profile.dirty"]._take()
        self.assertEqual(marks, [(partners[0].id, self.company_a.id)])
        domains._note(told)  # the same once more
        self.assertFalse(self.env["customer.profile.dirty"]._take())

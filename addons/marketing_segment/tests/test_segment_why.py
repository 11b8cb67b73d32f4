from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

from .common_members import SegmentMembersCase


def _plain(text):
    """Return the text with the spaces of a keyboard; amounts have others."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


@tagged("post_install", "-at_install")
class TestSegmentWhy(SegmentMembersCase):
    """The wizard: what it says, to whom, and of which company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann, cls.bob = cls.rows["ann"], cls.rows["bob"]
        cls.ann.city, cls.bob.city = "Ghent", "Lille"
        cls.users = {
            name: cls._user(f"mms_why_{name}", name)
            for name in ("analyst", "user", "compliance")
        }
        cls.users["outsider"] = cls._user("mms_why_outsider")

    def _ask(self, segment, customer, user=None):
        why = self.env["segment.why"].with_company(self.company_a)
        if user:
            why = why.with_user(self.users[user]).with_context(
                allowed_company_ids=self.company_a.ids
            )
        return why.new({"segment_id": segment.id, "partner_id": customer.id})

    def _lines(self, segment, customer):
        """Return [(text, is met, decides, own value)] of the conditions alone."""
        verdicts = segment._judge_customers(customer)
        reasons = segment._tell_reasons(customer, verdicts[customer.id])
        return [
            (_plain(line.text), line.is_met, line.decides, _plain(line.own))
            for line in reasons
        ]

    def test_each_condition_with_the_own_value(self):
        france = self.env.ref("base.fr")
        segment = self._segment(
            "['&', ('revenue', '>=', 100), '!', '|', "
            "('partner_id.city', 'ilike', 'gh'), "
            f"('partner_id.country_id', '=', {france.id})]"
        )
        self.assertEqual(
            self._lines(segment, self.ann),
            [
                ("who bought from Shop A", True, False, "1 order"),
                ("who are not archived", True, False, "active"),
                ("whose revenue is at least $ 100.00", False, True, "$ 10.00"),
                ("to whom none of these applies:", False, True, ""),
                ("whose city contains “gh”", True, True, "“Ghent”"),
                ("whose country is “France”", False, False, "“Belgium”"),
            ],
        )

    def test_verdict_and_page(self):
        segment = self._segment("[('order_count', '>=', 2)]")
        why = self._ask(segment, self.ann)
        self.assertFalse(why.is_member)
        self.assertEqual(why.verdict, "Ann is not in “Test”.")
        text = html2plaintext(why.reasons)
        self.assertIn("whose number of orders is at least 2", text)
        self.assertNotIn("e-mail", text, "consent is no reason to be out")
        why = self._ask(segment, self.bob)
        self.assertTrue(why.is_member)
        self.assertIn("may be sent: Unsubscribed", html2plaintext(why.reasons))

    def test_names_are_escaped(self):
        self.ann.city = "<script>alert(1)</script>"
        segment = self._segment("[('partner_id.city', '!=', '<b>x</b>')]")
        page = str(self._ask(segment, self.ann).reasons)
        self.assertNotIn("<script>", page)
        self.assertNotIn("<b>", page)

    def test_form_answers_at_once(self):
        segment = self._segment("[('order_count', '=', 1)]")
        form = Form(self.env["segment.why"])
        self.assertFalse(form.verdict)
        form.segment_id = segment
        self.assertFalse(form.verdict)
        form.partner_id = self.ann
        self.assertTrue(form.is_member)
        form.partner_id = self.bob
        self.assertFalse(form.is_member)
        self.assertIn("2 orders", form.reasons)

    def test_ways_in(self):
        segment = self._segment()
        self.assertEqual(
            segment.action_why()["context"], {"default_segment_id": segment.id}
        )
        membership = segment.membership_ids.filtered(
            lambda row: row.partner_id == self.ann
        )
        self.assertEqual(
            membership.action_why()["context"],
            {"default_segment_id": segment.id, "default_partner_id": self.ann.id},
        )
        action = self.env.ref("marketing_segment.segment_why_partner_action")
        self.assertEqual(action.binding_model_id.model, "res.partner")

    # === WHO IS NOT COMPARED === #

    def test_whoever_never_bought(self):
        prospect = self._customer("Prospect")
        segment = self._segment("[('order_count', '<', 2)]")
        self.assertEqual(
            self._lines(segment, prospect)[0],
            ("who bought from Shop A", False, True, "no order"),
        )
        self.assertFalse(self._ask(segment, prospect).is_member)

    def test_archived_and_erased(self):
        segment = self._segment()
        self.ann.active = False
        self.assertIn(
            ("who are not archived", False, True, "archived"),
            self._lines(segment, self.ann),
        )
        self.bob._marketing_erase()
        why = self._ask(segment, self.bob)
        self.assertFalse(why.is_member)
        self.assertIn("erased on", why.reasons)
        self.assertNotIn("Bob", f"{why.verdict}{why.reasons}")

    def test_a_contact_is_its_customer(self):
        firm = self.rows["fay"]
        firm.is_company = True
        contact = self._customer("Kim", parent_id=firm.id)
        segment = self._segment("[('order_count', '>=', 6)]")
        why = self._ask(segment, contact)
        self.assertTrue(why.is_member)
        self.assertEqual(why.verdict, "Fay is in “Test”.")
        self.assertIn("Fay, Kim is a contact of Fay", html2plaintext(why.reasons))

    def test_who_became_a_contact_is_still_on_its_list(self):
        segment = self._segment(segment_type="static")
        segment._add_members(self.ann, "manual")
        self.rows["fay"].is_company = True
        self.ann.parent_id = self.rows["fay"]
        why = self._ask(segment, self.ann)
        self.assertEqual(self._names(segment), ["Ann"])
        self.assertTrue(why.is_member)

    def test_unreadable_rule(self):
        segment = self._segment()
        self.env.cr.execute(
            "UPDATE customer_segment SET filter_domain = '[(' WHERE id = %s",
            [segment.id],
        )
        self.env.invalidate_all()
        why = self._ask(segment, self.ann)
        self.assertIn("cannot be read", why.problem)
        self.assertFalse(why.verdict)

    # === LISTS AND WHAT WAS NOTED === #

    def test_fixed_list_tells_the_way_in_and_out(self):
        segment = self._segment(segment_type="static")
        self.assertIn(
            ("who are on the list", False, True, "never"),
            self._lines(segment, self.ann),
        )
        origin = self._segment(name="Origin")
        segment._add_members(self.ann, "segment", origin)
        own = self._lines(segment, self.ann)[0][3]
        self.assertIn("since", own)
        self.assertIn("(Another Segment, “Origin”, ", own)
        segment._remove_members(self.ann)
        _text, is_met, decides, own = self._lines(segment, self.ann)[0]
        self.assertEqual((is_met, decides), (False, True))
        self.assertIn("from ", own)
        self.ann.company_id = self.company_b
        self.assertIn(
            ("who belong to no other company", False, True, "Shop B"),
            self._lines(segment, self.ann),
        )

    def test_what_the_last_count_noted(self):
        segment = self._segment("[('partner_id.city', '=', 'Ghent')]")

        def besides(customer):
            is_member = self._ask(segment, customer).is_member
            return " ".join(segment._tell_besides(customer, is_member))

        self.assertIn("Entries and exits: since", besides(self.ann))
        self.assertEqual(besides(self.bob), "Entries and exits: none.")
        self.ann.city, self.bob.city = "Lille", "Ghent"
        self.assertIn("will note the exit", besides(self.ann))
        self.assertIn("will note the entry", besides(self.bob))
        segment.action_refresh()
        self.assertIn("Entries and exits: from", besides(self.ann))
        segment.track_members = False
        self.assertNotIn("Entries", besides(self.ann))

    # === VALUES === #

    def test_own_values_of_each_kind(self):
        tag = self.env["res.partner.category"].create({"name": "VIP", "active": False})
        self.ann.category_id = tag
        cases = (
            (("partner_id.category_id", "in", [tag.id]), "“VIP”"),
            (("partner_id.industry_id", "=", 1), "none"),
            (("partner_id.zip", "=", "9000"), "unknown"),
            (("partner_id.is_company", "=", True), "a person"),
            (("favourite_category_id", "=", self.wine.id), "“Wine”"),
            (("recency_days", "<", 5), "3"),
            (("last_order_date", ">=", "today -90d"), "3 days ago"),
            (("last_order_date.year_number", "=", 1999), str(self._day(3).year)),
            (("last_order_date.month_number", "in", [1]), str(self._day(3).month)),
            (("rfm_segment", "=", "loyal"), "“"),
        )
        for condition, expected in cases:
            with self.subTest(condition=condition):
                segment = self._segment(repr([condition]))
                self.assertIn(expected, self._lines(segment, self.ann)[-1][3])

    # === WHO MAY ASK === #

    def test_an_analyst_sees_no_address(self):
        segment = self._segment("[('partner_id.city', '=', 'Ghent')]")
        shown = {"user": True, "compliance": True, "analyst": False}
        for name, is_shown in shown.items():
            with self.subTest(user=name):
                why = self._ask(segment, self.ann, name)
                self.assertTrue(why.is_member)
                text = html2plaintext(why.reasons)
                self.assertEqual(text.count("“Ghent”"), 2 if is_shown else 1)
                self.assertEqual("E-mail may be sent" in text, is_shown)
                self.assertNotIn("ann@example.com", text)

    def test_outsiders_and_other_companies(self):
        segment = self._segment()
        with self.assertRaises(AccessError):
            self._ask(segment, self.ann, "outsider").mapped("verdict")
        theirs = self._segment(company_id=self.company_b.id)
        for name in ("analyst", "user", "compliance"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._ask(theirs, self.ann, name).mapped("verdict")

    def test_a_customer_that_may_not_be_read(self):
        self.env["ir.rule"].create(
            {
                "name": "Hide Ann",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": "[('name', '!=', 'Ann')]",
            }
        )
        with self.assertRaises(AccessError):
            self._ask(self._segment(), self.ann, "user").mapped("verdict")

    def test_each_company_has_its_own_answer(self):
        both = self.env["customer.segment"].create(
            [
                {
                    "name": company.name,
                    "company_id": company.id,
                    "filter_domain": "[('revenue', '>=', 500)]",
                }
                for company in (self.company_a, self.company_b)
            ]
        )
        stranger = self.env["res.partner"].search([("name", "=", "Stranger")])
        self.assertEqual(
            [self._ask(segment, stranger).is_member for segment in both], [False, True]
        )
        self.assertEqual(self._lines(both[1], stranger)[2][3], "500.00 €")

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_engagement import EngagementCase

READERS = ("analyst", "user", "compliance")
GROUPED = ("rfm_segment", "marketing_lifecycle_stage", "marketing_pattern_primary")


@tagged("post_install", "-at_install")
class TestPartnerTab(EngagementCase):
    """What the page “Marketing” of a contact says, and to whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firm = cls._customer("Firm", is_company=True)
        cls.contact = cls._customer("Contact", parent_id=cls.firm.id)
        cls.nobody = cls._customer("Nobody")
        cls.month = fields.Date.today().replace(day=1)
        before = cls.month - relativedelta(months=2)
        for partner, date, amount, company in (
            (cls.firm, cls.month, 100, cls.company_a),
            (cls.contact, before, 40, cls.company_a),
            (cls.contact, before, 5, cls.company_b),
            (cls.firm, cls.month - relativedelta(months=12), 7, cls.company_a),
        ):
            at = fields.Datetime.to_datetime(date)
            cls._sell(partner, at, (cls.goods[0], 1, amount), company=company)
        for company in (cls.company_a, cls.company_b):
            cls.profiles._refresh_full(company)
        cls.segment = cls.env["customer.segment"].create(
            {"name": "All", "company_id": cls.company_a.id}
        )
        cls.users = {name: cls._user(f"mmt_{name}", name) for name in READERS}
        cls.users["outsider"] = cls._user("mmt_outsider")
        cls.view = cls.env.ref("base.view_partner_form").id

    def _as(self, name, record):
        return record.with_user(self.users[name]).with_context(
            allowed_company_ids=self.company_a.ids
        )

    def _get_tab(self, partners):
        """Return what the form reads of the page, as far as the user may."""
        shown = partners.get_view(self.view, "form")["models"]["res.partner"]
        allowed = partners.fields_get(shown, ["type"])
        return [name for name in allowed if name.startswith(("marketing_", "rfm_"))]

    def _bars(self, partner, company=None):
        chart = partner.with_company(company or self.company_a).marketing_revenue_months
        return [month["values"][0] for month in chart["months"]] if chart else chart

    def _set_patterns(self, *partners):
        for partner in partners:
            profile = self._profile(partner)
            self.env.cr.execute(
                """INSERT INTO customer_pattern (profile_id, partner_id, company_id,
                       pattern, score, is_primary, threshold)
                   VALUES (%s, %s, %s, 'NEW_SHOPPER', 0.5, TRUE, 30)""",
                [profile.id, profile.partner_id.id, profile.company_id.id],
            )
            self.env.cr.execute(
                "UPDATE customer_profile SET pattern_primary = 'NEW_SHOPPER' "
                "WHERE id = %s",
                [profile.id],
            )
        self.env.invalidate_all()

    # === FIGURES ===#

    def test_months_of_a_firm_and_its_contacts(self):
        expected = [0.0] * 9 + [40.0, 0.0, 100.0]
        self.assertEqual(self._bars(self.firm), expected)
        self.assertEqual(self._bars(self.contact), expected)
        self.assertEqual(self._bars(self.contact, self.company_b)[9], 5)
        self.assertIs(self._bars(self.nobody), False)
        chart = self.firm.with_company(self.company_a).marketing_revenue_months
        self.assertIn("140.00", chart["total"])
        self.assertIn("orders: 1", chart["months"][-1]["text"])

    def test_refunds_lower_the_month_of_their_order(self):
        order = self._order(self.nobody, 0, (self.wine, 30))
        self._refund(self.nobody, 0, 12, order=order)
        self._refund(self.nobody, 0, 50)
        self._refund(self.nobody, 0, 99, post=False)
        self.assertEqual(self._bars(self.nobody)[-1], -32)
        self.assertEqual(sum(self._bars(self.nobody)), -32)

    def test_messages_by_month(self):
        log = {"recipient": 10**9 - 5, "channel": "email"}
        self._log(self.contact, "campaign_delivered", **log)
        self._log(self.contact, "campaign_viewed", 0, **log)
        for bounced in (("campaign_delivered", 0), ("email_bounced", 0)):
            self._log(self.firm, *bounced, recipient=10**9 - 6, channel="email")
        # neither other channels, nor programs, nor other companies, nor last year
        self._log(self.firm, "campaign_delivered", channel="sms")
        self._log(self.firm, "campaign_clicked", channel="email", suspect="bot_agent")
        self._log(self.firm, "campaign_clicked", company=self.company_b)
        self._log(self.firm, "campaign_clicked", 400, channel="email")
        # said to be a person's, and judged to be a program's later
        self._log(self.firm, "campaign_clicked", recipient=77, channel="email")
        anew = {"reaction": "campaign_clicked", "revision": 1, "at": None}
        self._log(self.firm, "campaign_rejudged", recipient=77, channel="email", **anew)
        partner = self.firm.with_company(self.company_a)
        months = partner.marketing_message_months["months"]
        sums = [
            sum(values)
            for values in zip(*(month["values"] for month in months), strict=True)
        ]
        self.assertEqual(sums, [1, 1, 0])
        self.assertEqual(months[-1]["values"][1], 1)
        there = self.firm.with_company(self.company_b).marketing_message_months
        clicks = sum(month["values"][2] for month in there["months"])
        self.assertEqual(clicks, 1)
        self.assertIs(self.nobody.marketing_message_months, False)

    def test_messages_of_merged_customers(self):
        self._log(self.nobody, "campaign_clicked", 0, channel="email")
        self.env["marketing.identity"]._merge(self.nobody, self.firm)
        partner = self.firm.with_company(self.company_a)
        months = partner.marketing_message_months["months"]
        self.assertEqual(months[-1]["values"], [0, 0, 1])

    def test_a_contact_has_the_figures_of_its_customer(self):
        self._set_patterns(self.firm)
        self.segment.action_refresh()
        firm, contact = (
            partner.with_company(self.company_a)
            for partner in (self.firm, self.contact)
        )
        for name in self._get_tab(firm):
            with self.subTest(field=name):
                self.assertEqual(firm[name], contact[name])
        self.assertEqual(contact.marketing_revenue, 147)
        self.assertEqual(contact.marketing_order_count, 3)
        self.assertIn("Compared with the other customers", contact.marketing_standing)
        self.assertEqual(contact.marketing_pattern_ids.pattern, "NEW_SHOPPER")
        self.assertEqual(contact.marketing_membership_ids.segment_id, self.segment)
        self.assertEqual(
            contact.action_view_customer_profile()["res_id"],
            self._profile(self.firm).id,
        )
        there = contact.with_company(self.company_b)
        self.assertEqual(there.marketing_revenue, 5)
        self.assertFalse(there.marketing_pattern_ids)
        self.assertFalse(there.marketing_membership_ids)

    def test_nobody_has_nothing_and_fails_nowhere(self):
        stranger = self.nobody.with_company(self.company_a)
        for name in set(self._get_tab(stranger)) - {"marketing_consent"}:
            with self.subTest(field=name):
                self.assertFalse(stranger[name])
        draft = self.env["res.partner"].new({"name": "Draft"})
        self.assertFalse(draft.marketing_revenue_months)
        self.assertFalse(draft.marketing_membership_ids)

    def test_segments_that_were_left_are_behind_the_button(self):
        self.segment.action_refresh()
        firm = self.firm.with_company(self.company_a)
        action = firm.action_view_memberships()
        rows = self.env["segment.membership"].search(action["domain"])
        self.assertEqual(rows, firm.marketing_membership_ids)
        self.assertEqual(rows.action_open_segment()["res_id"], self.segment.id)
        self.env.cr.execute(
            "UPDATE segment_membership SET left_at = added_at WHERE id = %s", [rows.id]
        )
        self.env.invalidate_all()
        self.assertFalse(firm.marketing_segment_count)
        self.assertEqual(self.env["segment.membership"].search(action["domain"]), rows)

    # === SEARCH ===#

    def test_search_and_groups(self):
        self._set_patterns(self.firm)
        everybody = self.firm | self.contact | self.nobody | self.people
        partners = self.env["res.partner"].with_company(self.company_a)
        domain = [("id", "in", everybody.ids)]
        for name in GROUPED:
            with self.subTest(field=name):
                groups = dict(partners._read_group(domain, [name], ["id:recordset"]))
                self.assertEqual(sum(map(len, groups.values())), len(everybody))
                self.assertIn(self.nobody, groups[False])
                for value, found in groups.items():
                    self.assertEqual(
                        partners.search([*domain, (name, "=", value)]),
                        partners.search([("id", "in", found.ids)]),
                    )
                    self.assertEqual(set(found.mapped(name)), {value})
                description = partners.fields_get([name])[name]
                self.assertTrue(description["groupable"])
                self.assertTrue(description["searchable"])
                ordered = partners.search(domain, order=f"{name}, id").mapped(name)
                self.assertEqual(len(ordered), len(everybody))
                known = [value for value in ordered if value]
                self.assertEqual(known, sorted(known))
        found = [("marketing_pattern_primary", "=", "NEW_SHOPPER")]
        self.assertEqual(partners.search(found), self.firm | self.contact)
        there = partners.with_company(self.company_b)
        self.assertFalse(there.search(found))
        self.assertEqual(
            there.search([*domain, ("rfm_segment", "!=", False)]),
            there.search([("id", "in", (self.firm | self.contact).ids)]),
        )

    def test_filters_of_the_contacts_list(self):
        view = self.env.ref("base.view_res_partner_filter").id
        for name, shown in (("analyst", True), ("user", True), ("outsider", False)):
            partners = self._as(name, self.env["res.partner"])
            arch = partners.get_view(view, "search")["arch"]
            for filter_name in ("marketing_best", "group_marketing_stage"):
                with self.subTest(user=name, filter=filter_name):
                    self.assertEqual(f'name="{filter_name}"' in arch, shown)

    # === WHO ===#

    def test_readers_read_all_and_others_nothing(self):
        self._set_patterns(self.firm)
        self.segment.action_refresh()
        for name in READERS:
            partner = self._as(name, self.contact)
            tab = self._get_tab(partner)
            with self.subTest(user=name):
                values = partner.read(tab)[0]
                self.assertEqual(values["marketing_revenue"], 147)
                self.assertTrue(values["marketing_pattern_ids"])
                self.assertTrue(values["marketing_membership_ids"])
                self.assertEqual("marketing_consent" in values, name != "analyst")
        outsider = self._as("outsider", self.contact)
        self.assertFalse(self._get_tab(outsider))
        for name in ("marketing_revenue_months", "marketing_membership_ids"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                outsider.read([name])
        for name in GROUPED:
            with self.subTest(field=name), self.assertRaises(AccessError):
                outsider._read_group([], [name])
            with self.subTest(field=name), self.assertRaises(AccessError):
                outsider.search([(name, "!=", False)])
        self.assertNotIn("rfm_segment", outsider.fields_get())

    def test_figures_explain_themselves(self):
        partners = self._as("analyst", self.env["res.partner"])
        described = partners.fields_get(attributes=["string", "help"])
        for name, source in partners._get_shown_figures().items():
            told = self.env["customer.profile"]._fields[source].help
            if name in described and told:
                with self.subTest(field=name):
                    self.assertEqual(described[name]["help"], told)
        self.assertNotIn("help", partners.fields_get(["rfm_code"], ["string"]))

    def test_as_many_statements_for_eighty_as_for_two(self):
        self._set_patterns(*self.people)
        self.segment.action_refresh()
        names = [
            name
            for name in self._get_tab(self.firm)
            if name not in ("marketing_history_ids", "marketing_timeline_ids")
        ]
        many = self.env["res.partner"].create(
            [{"name": f"M{number}"} for number in range(74)]
        )

        def count(partners):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            for name in names:
                partners.with_company(self.company_a).mapped(name)
            return self.cr.sql_log_count - before

        count(self.people)
        few, all_of_them = count(self.people[:2]), count(self.people | many)
        self.assertEqual(all_of_them, few)

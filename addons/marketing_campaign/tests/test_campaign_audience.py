from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged, warmup

from odoo.addons.marketing_base.addresses import normalise_email

from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestAudience(CampaignCase):
    def test_reasons(self):
        anna = self._create_customers("anna@x.example")
        stranger = self._create_customers("stranger@x.example", consent=False)
        empty = self._create_customers("", consent=False)
        blank = self._create_customers("  ", consent=False)
        broken = self._create_customers("a@x.example, b@x.example", consent=False)
        gone = self._create_customers("gone@x.example")
        blocked = self._create_customers("blocked@x.example")
        preferences = self.env["email.subscription.preference"]
        key = preferences._address_key("email", "gone@x.example")
        preferences._opt_out(self.company.id, "email", key, source="test")
        self.env["mail.blacklist"]._add("blocked@x.example")
        campaign = self._create_campaign()
        estimate = campaign._estimate_audience()
        self._send(campaign)
        self.assertEqual(
            self._states(campaign),
            {
                anna: ("queued", False),
                stranger: ("skipped", "no_consent"),
                empty: ("skipped", "no_email"),
                blank: ("skipped", "no_email"),
                broken: ("skipped", "invalid_email"),
                gone: ("skipped", "unsubscribed"),
                blocked: ("skipped", "blacklisted"),
            },
        )
        counts = {item["reason"]: item["count"] for item in estimate["reasons"]}
        self.assertEqual(
            counts,
            {
                "no_consent": 1,
                "no_email": 2,
                "invalid_email": 1,
                "unsubscribed": 1,
                "blacklisted": 1,
            },
        )
        self.assertEqual(estimate["audience"], 7)
        self.assertEqual(estimate["sendable"], 1)
        self.assertEqual(estimate["left_out"], 6)
        self.assertTrue(all(item["label"] for item in estimate["reasons"]))

    def test_addresses_are_normalised_as_in_python(self):
        texts = (
            "Anna@X.Example",
            " ben@x.example ",
            "Cleo <cleo@x.example>",
            "dan@x.example\nBcc: e@x.example",
            "@x.example",
            "eve@x",
            "f" * 65 + "@x.example",
            "g@" + "x" * 250 + ".example",
            "ürsula@x.example",
            "hugo..h@x.example",
            "ida+news@x.example",
        )
        partners = self._create_customers(*texts, consent=False)
        campaign = self._create_campaign(is_transactional=True)
        self._send(campaign)
        by_customer = {row.customer_id: row for row in campaign.recipient_ids}
        preferences = self.env["email.subscription.preference"]
        for text, partner in zip(texts, partners, strict=True):
            with self.subTest(text=text):
                row, address = by_customer[partner], normalise_email(partner.email)
                self.assertEqual(row.email_address or None, address)
                if address:
                    self.assertEqual(row.state, "queued")
                    self.assertEqual(
                        row.address_key, preferences._address_key("email", address)
                    )
                else:
                    self.assertEqual(row.reason, "invalid_email")

    def test_one_address_one_message(self):
        first, second = self._create_customers("anna@x.example", "ANNA@x.example ")
        campaign = self._create_campaign()
        self._send(campaign)
        self.assertEqual(
            self._states(campaign),
            {
                first: ("queued", False),
                second: ("skipped", "duplicate_address"),
            },
        )
        self.assertEqual(campaign._estimate_audience()["sendable"], 1)

    def test_the_address_goes_to_who_may_receive(self):
        """Recent buyers may be written to: only the second is one."""
        self.company.marketing_similar_products = True
        first, second = self._create_customers(
            "anna@x.example", "anna@x.example", consent=False
        )
        self.env["sale.order"].create(
            {"partner_id": second.id, "company_id": self.company.id, "state": "sale"}
        )
        campaign = self._create_campaign()
        self._send(campaign)
        self.assertEqual(self._states(campaign)[second], ("queued", False))
        self.assertEqual(self._states(campaign)[first], ("skipped", "no_consent"))

    def test_archived_customers_are_not_in_the_audience(self):
        anna, gone = self._create_customers("anna@x.example", "gone@x.example")
        gone.active = False
        campaign = self._create_campaign()
        self._send(campaign)
        self.assertEqual(campaign.recipient_ids.customer_id, anna)

    def test_exclude_wins(self):
        self._create_customers("anna@x.example", orders=1)
        keen = self._create_customers("keen@x.example", orders=9)
        often = self._create_segment("Often", [("order_count", ">", 5)])
        once = self._create_segment("Once", [("order_count", "=", 1)])
        campaign = self._create_campaign(
            segment_ids=[Command.set((self.segment | often).ids)],
            exclude_segment_ids=[Command.set(once.ids)],
        )
        self._send(campaign)
        self.assertEqual(campaign.recipient_ids.customer_id, keen)

    def test_only_the_own_company(self):
        self._create_customers("b@x.example", company=self.other_company)
        anna = self._create_customers("anna@x.example")
        campaign = self._create_campaign()
        self._send(campaign)
        self.assertEqual(campaign.recipient_ids.customer_id, anna)
        self.assertEqual(campaign.recipient_ids.company_id, self.company)

    def test_consent_of_the_other_company_does_not_count(self):
        anna = self._create_customers("anna@x.example", consent=False)
        self.env["email.subscription.preference"]._opt_in_many(
            self.other_company, [(anna.id, anna.email)], source="test"
        )
        self.assertEqual(self._create_campaign()._estimate_audience()["sendable"], 0)

    def test_transactional_needs_no_consent_but_respects_the_blacklist(self):
        self.company.marketing_holdout_percent = 50
        anna, blocked = self._create_customers(
            "anna@x.example", "blocked@x.example", consent=False
        )
        self.env["mail.blacklist"]._add("blocked@x.example")
        campaign = self._create_campaign(is_transactional=True)
        self._send(campaign)
        self.assertEqual(
            self._states(campaign),
            {anna: ("queued", False), blocked: ("skipped", "blacklisted")},
        )
        self.assertEqual(campaign.recipient_ids.mapped("propensity"), [1.0, 1.0])

    def test_customer_without_a_name(self):
        partner = self._create_customers("anna@x.example")
        self.env.cr.execute(
            "UPDATE res_partner SET name = '', type = 'other' WHERE id = %s",
            partner.ids,
        )
        campaign = self._create_campaign()
        self._send(campaign)
        self.assertEqual(campaign.recipient_ids.state, "queued")

    def test_estimate_of_unsaved_segments(self):
        self._create_customers("anna@x.example")
        campaigns = self.env["email.campaign"].with_user(self.user)
        estimate = campaigns.get_audience_estimate(self.segment.ids)
        self.assertEqual(estimate["sendable"], 1)
        nobody = campaigns.get_audience_estimate(self.segment.ids, self.segment.ids)
        self.assertEqual(nobody["audience"], 0)
        self.assertEqual(campaigns.get_audience_estimate([])["audience"], 0)

    def test_estimate_for_a_foreign_company(self):
        campaigns = self.env["email.campaign"].with_user(self.user)
        with self.assertRaises(UserError):
            campaigns.get_audience_estimate(
                self.segment.ids, company_id=self.other_company.id
            )

    @warmup
    def test_listing_costs_the_same_for_any_number(self):
        few = self._create_campaign()
        self._create_customers(*(f"c{i}@x.example" for i in range(3)))
        counts = []
        for campaign in (few, self._create_campaign()):
            campaign.action_send_now()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["email.campaign"]._prepare_recipients(campaign.id)
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            self._create_customers(*(f"d{i}@x.example" for i in range(200)))
        self.assertLessEqual(counts[1], counts[0])

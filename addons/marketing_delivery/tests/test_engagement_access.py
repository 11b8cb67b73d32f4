from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from .tracking_common import TrackingMixin

_MODELS = ("marketing.link", "delivery.click", "email.engagement")


@tagged("post_install", "-at_install")
class TestEngagementAccess(TrackingMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.analyst = cls._make_user("mmt_analyst", "marketing_base.group_analyst")
        cls.marketer = cls._make_user("mmt_marketer", "marketing_base.group_user")
        cls.stranger = cls._make_user(
            "mmt_stranger", "marketing_base.group_analyst", cls.other_company
        )

    def setUp(self):
        super().setUp()
        self._click(60, 1)
        self._click(70, 2, "head")
        self._log("email_opened", 50)
        self._log("email_unsubscribed", 90)
        self._log("email_complained", 95)
        self._log("email_sent", 0)
        self._project()

    def test_analyst_reads_and_writes_nothing(self):
        for name in _MODELS:
            model = self.env[name].with_user(self.analyst)
            record = model.search([("campaign_id", "=", self.campaign.id)], limit=1)
            self.assertTrue(record.read(), name)
            for operation in ("write", "create", "unlink"):
                self.assertFalse(model.has_access(operation), (name, operation))

    def test_only_links_can_be_prepared_by_marketers(self):
        link = self.env["marketing.link"].with_user(self.marketer)
        link.create(
            {"campaign_id": self.campaign.id, "position": 9, "url": "http://a.b"}
        )
        for name in ("delivery.click", "email.engagement"):
            model = self.env[name].with_user(self.marketer)
            self.assertTrue(model.has_access("read"))
            self.assertFalse(model.has_access("write"))

    def test_other_company_sees_nothing(self):
        for name in _MODELS:
            model = self.env[name].with_user(self.stranger)
            domain = [("campaign_id", "=", self.campaign.id)]
            self.assertFalse(model.search(domain), name)
            self.assertEqual(model._read_group(domain, [], ["__count"]), [(0,)])
            mine = self.env[name].search(domain, limit=1)
            with self.assertRaises(AccessError):
                mine.with_user(self.stranger).read(["campaign_id"])

    def test_others_see_nothing(self):
        employee = new_test_user(self.env, "mmt_employee", groups="base.group_user")
        portal = new_test_user(self.env, "mmt_portal", groups="base.group_portal")
        for user in (employee, portal, self.env.ref("base.public_user")):
            for name in _MODELS:
                self.assertFalse(self.env[name].with_user(user).has_access("read"))

    def test_engagement_report(self):
        report = self.env["email.engagement"].with_user(self.analyst)
        rows = report.search([("recipient_id", "=", self.recipient.id)])
        found = {(row.engagement_type, row.is_machine, row.link_url) for row in rows}
        url = "https://shop.example.com/p/%s?a=1#top"
        self.assertEqual(
            found,
            {
                ("open", False, False),
                ("click", False, url % 1),
                ("click", True, url % 2),
                ("unsubscribe", False, False),
                ("complaint", False, False),
            },
        )
        groups = report._read_group(
            [("campaign_id", "=", self.campaign.id)], ["engagement_type"], ["__count"]
        )
        self.assertEqual(dict(groups)["click"], 2)
        self.assertEqual(rows.sudo().customer_id, self.customer)
        with self.assertRaises(AccessError):
            rows.read(["customer_id"])

    def test_link_counts(self):
        links = self.env["marketing.link"].search(
            [("campaign_id", "=", self.campaign.id)]
        )
        self.assertEqual(links.mapped("human_click_count"), [1, 0, 0, 0])
        self.assertEqual(links.mapped("machine_click_count"), [0, 1, 0, 0])

    def test_link_address_is_checked(self):
        for url in ("javascript:alert(1)", "//evil.example", "shop", "http://a b"):
            with self.assertRaises(ValidationError):
                self.env["marketing.link"].create(
                    {"campaign_id": self.campaign.id, "position": 8, "url": url}
                )

    def test_one_link_at_each_position(self):
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.env["marketing.link"].create(
                {"campaign_id": self.campaign.id, "position": 1, "url": "http://a.b"}
            )

    def test_deleted_draft_takes_its_links(self):
        draft = self._make_campaign(self.company, 2)
        links = self.env["marketing.link"].search([("campaign_id", "=", draft.id)])
        self.assertEqual(len(links), 2)
        draft.unlink()
        self.assertFalse(links.exists())

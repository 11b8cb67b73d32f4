from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .creative_common import PIXEL, CreativeCase


@tagged("post_install", "-at_install")
class TestEmailCreative(CreativeCase):
    def test_target_must_be_an_address(self):
        for url in ("javascript:alert(1)", "//evil.example", "offers", "http://a b"):
            with self.assertRaises(ValidationError, msg=url):
                self.ham.cta_url = url
        for url in ("/a?b=1#c", "https://x.example/y"):
            self.ham.cta_url = url

    def test_a_button_leads_somewhere(self):
        with self.assertRaisesRegex(ValidationError, "leads to"):
            self.ham.cta_url = False
        self.ham.write({"cta_text": False, "cta_url": False})

    def test_path_is_a_page_of_the_companys_shop(self):
        self.assertEqual(self.ham._get_target_url(), "https://shop.example.com/ham")
        self.assertEqual(self.tea._get_target_url(), "https://tea.example.org/x")

    def test_sent_creative_stays_as_it_was(self):
        campaign = self._create_tested(self.ham)
        self.ham.with_user(self.user).headline = "Ham days"
        self._create_customers("a@x.example")
        self._send(campaign)
        with self.assertRaisesRegex(UserError, "Duplicate"):
            self.ham.with_user(self.user).headline = "Other"
        with self.assertRaisesRegex(UserError, "Archive"):
            self.ham.with_user(self.user).unlink()
        self.ham.with_user(self.user).action_archive()
        copy = self.ham.with_user(self.user).copy()
        self.assertEqual(copy.headline, "Ham days (copy)")
        copy.unlink()
        with self.assertRaisesRegex(UserError, "has started"):
            campaign.with_user(self.user).creative_ids = [Command.clear()]

    def test_sent_by_another_company_is_sent(self):
        campaign = self._create_tested(self.ham)
        campaign.sudo().write({"status": "running"})
        self.assertTrue(self.ham.with_user(self.user).is_sent)

    def test_picture_is_reached_without_a_session(self):
        self.ham.image = PIXEL
        self.assertTrue(self.ham._get_image_attachments().access_token)
        self.assertFalse(self.tea._get_image_attachments())

    def test_company_of_the_campaign(self):
        foreign = self._create_creative("B", company_id=self.other_company.id)
        with self.assertRaises(UserError):
            self._create_tested(foreign)

    def test_access_of_each_group(self):
        stats = self.env["email.creative.stats"]
        for group, may_write in (
            ("analyst", False),
            ("user", True),
            ("manager", True),
            ("compliance", False),
            ("administrator", True),
        ):
            user = self._create_user(f"mmc_{group}", f"marketing_base.group_{group}")
            ham = self.ham.with_user(user)
            self.assertEqual(ham.read(["headline"])[0]["headline"], "Ham week")
            self.assertEqual(self.ham.with_user(user).has_access("write"), may_write)
            self.assertTrue(stats.with_user(user).has_access("read"))
            for operation in ("write", "create", "unlink"):
                self.assertFalse(stats.with_user(user).has_access(operation))
        employee = new_test_user(self.env, "mmc_employee", groups="base.group_user")
        self.assertFalse(self.ham.with_user(employee).has_access("read"))

    def test_other_company_sees_nothing(self):
        stranger = self._create_user(
            "mmc_stranger", "marketing_base.group_manager", self.other_company
        )
        campaign = self._create_tested(self.ham)
        self._create_customers("a@x.example")
        self._send(campaign)
        rows = self._count(campaign)
        self.assertEqual(len(rows), 1)
        for records in (self.ham, rows):
            foreign = records.with_user(stranger).with_context(
                allowed_company_ids=self.other_company.ids
            )
            self.assertFalse(foreign.search([("id", "in", records.ids)]))
            with self.assertRaises(AccessError):
                foreign.read(["company_id"])

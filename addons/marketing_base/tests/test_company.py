from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import MarketingCase


class TestCompany(MarketingCase):
    def test_defaults(self):
        self.assertEqual(self.company_a.marketing_holdout_percent, 5.0)
        self.assertEqual(self.company_a.marketing_attribution_days, 7)
        self.assertFalse(self.company_a.marketing_similar_products)

    def test_each_company_has_its_own_salt(self):
        companies = self.env["res.company"].search([])
        salts = companies.mapped("marketing_holdout_salt")
        self.assertTrue(all(salts))
        self.assertEqual(len(set(salts)), len(companies))

    def test_a_salt_never_changes_and_is_not_copied(self):
        salt = self.company_a.marketing_holdout_salt
        self.company_a._ensure_holdout_salt()
        self.assertEqual(self.company_a.marketing_holdout_salt, salt)

    def test_the_salt_is_for_the_system_only(self):
        company = self.company_a.with_user(self.users["administrator"])
        with self.assertRaises(AccessError):
            company.read(["marketing_holdout_salt"])
        self.assertEqual(company.marketing_holdout_percent, 5.0)

    def test_a_plain_manager_may_create_a_company(self):
        self.outsider.group_ids += self.env.ref("base.group_erp_manager")
        self.outsider.group_ids += self.env.ref("base.group_partner_manager")
        company = self.env["res.company"].with_user(self.outsider).create({"name": "C"})
        self.assertTrue(company.sudo().marketing_holdout_salt)

    def test_limits(self):
        for values in (
            {"marketing_holdout_percent": -1},
            {"marketing_holdout_percent": 51},
            {"marketing_holdout_percent": float("nan")},
            {"marketing_attribution_days": 0},
            {"marketing_attribution_days": 91},
        ):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
                self.company_a.write(values)
                self.env.flush_all()

    def test_settings_write_the_company(self):
        with Form(self.env["res.config.settings"]) as settings:
            settings.marketing_holdout_percent = 10
            settings.marketing_attribution_days = 14
            settings.marketing_similar_products = True
            settings.marketing_postal_address = "1 Market Street"
        settings.record.execute()
        company = self.env.company
        self.assertEqual(company.marketing_holdout_percent, 10)
        self.assertEqual(company.marketing_attribution_days, 14)
        self.assertTrue(company.marketing_similar_products)
        self.assertEqual(company.marketing_postal_address, "1 Market Street")

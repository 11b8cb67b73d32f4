from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestFirstStepsTour(HttpCase):
    """A manager opens the app, tries the sample data and removes it again."""

    browser_size = "1400x900"

    def test_from_an_empty_company_and_back(self):
        company = self.env["res.company"].create({"name": "New Shop"})
        new_test_user(
            self.env,
            "mm_new_manager",
            "base.group_user,marketing_base.group_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.start_tour("/odoo", "mm_first_steps", login="mm_new_manager")
        samples = self.env["marketing.sample"]
        self.assertFalse(samples._is_loaded(company))
        self.assertFalse(samples._get_marked(company))

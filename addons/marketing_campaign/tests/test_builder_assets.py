import re

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestBuilderAssets(TransactionCase):
    def test_marks_of_the_editor_stay_in_the_editor(self):
        """Two saves at once may compute a mail's styles with this sheet switched on."""
        bundle = self.env["ir.qweb"]._get_asset_bundle(
            "mass_mailing.assets_inside_builder_iframe", css=True, js=False
        )
        sheet = re.sub(r"/\*.*?\*/", "", bundle.preprocess_css(), flags=re.DOTALL)
        rules = re.findall(r"([^{};]*\[data-mm-[^{}]*)\{", sheet)
        selectors = [one.strip() for rule in rules for one in rule.split(",")]
        self.assertGreaterEqual(len(selectors), 3)
        for selector in selectors:
            self.assertRegex(selector, r"^\.o_mass_mailing_value ")

from odoo.tests import new_test_user, tagged

from .common import ROLES, MarketingCase


# The models of any addon are looked at: all must be loaded.
@tagged("post_install", "-at_install")
class TestEveryModel(MarketingCase):
    """Each model of the suite says who may do what, and in which company."""

    def get_models(self):
        models = [self.env[name] for name in self.env.registry]
        ours = [
            m for m in models if (m._original_module or "").startswith("marketing_")
        ]
        self.assertGreater(len(ours), 30)
        return [model for model in ours if not model._abstract]

    def test_access_is_granted_by_name_and_never_to_everybody(self):
        for model in self.get_models():
            with self.subTest(model=model._name):
                rights = self.env["ir.model.access"].search(
                    [("model_id.model", "=", model._name)]
                )
                self.assertTrue(rights, "nobody may read it")
                self.assertTrue(all(rights.mapped("group_id")), "a right of everybody")

    def test_what_belongs_to_a_company_stays_there(self):
        for model in self.get_models():
            field = model._fields.get("company_id")
            if not (field and field.store) or model._transient:
                continue
            with self.subTest(model=model._name):
                rules = self.env["ir.rule"].search(
                    [("model_id.model", "=", model._name), ("groups", "=", False)]
                )
                domains = " ".join(rule.domain_force or "" for rule in rules)
                self.assertIn("company_ids", domains)

    def test_outsiders_read_nothing(self):
        for model in self.get_models():
            with self.subTest(model=model._name):
                self.assertFalse(model.with_user(self.outsider).has_access("read"))

    def test_somebody_of_marketing_or_sales_reads_it(self):
        """What no role may open is not a model of the suite but a left-over."""
        seller = new_test_user(self.env, "mmb_seller", "sales_team.group_sale_salesman")
        roles = [*(self.users[role] for role in ROLES), seller]
        for model in self.get_models():
            readers = [
                user.login for user in roles if model.with_user(user).has_access("read")
            ]
            with self.subTest(model=model._name):
                self.assertTrue(readers)

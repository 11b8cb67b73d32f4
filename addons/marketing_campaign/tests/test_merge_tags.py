from odoo import fields
from odoo.tests import tagged

from ..rendering import Tag, partners_target
from .template_common import FakeLinks, TemplateCase

ALL_TAGS = "".join(
    f'<p>{key}=<span data-mm-tag="{key}">x</span></p>'
    for key in (
        "first_name",
        "customer_name",
        "email",
        "city",
        "favourite_category",
        "total_orders",
        "total_spent",
        "last_order_date",
        "rfm_segment",
        "company_name",
        "company_address",
    )
)


@tagged("post_install", "-at_install")
class TestMergeTags(TemplateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.marketing_postal_address = "1 High Street\nTown"
        cls.partner = cls.env["res.partner"].create(
            {"name": " Anna Maria Brown", "email": "anna@example.com", "city": "Rome"}
        )
        cls.category = cls.env["product.category"].create({"name": "Hot drinks"})
        cls.product = cls.env["product.product"].create(
            {"name": "Coffee", "categ_id": cls.category.id, "list_price": 4.5}
        )
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "order_line": [
                    (0, 0, {"product_id": cls.product.id, "product_uom_qty": 2})
                ],
            }
        )
        cls.order.action_confirm()
        cls.env.flush_all()
        cls.env.cr.execute(
            """INSERT INTO customer_profile (partner_id, company_id, currency_id,
                   order_count, revenue, last_order_date, rfm_segment,
                   favourite_category_id)
               VALUES (%s, %s, %s, 1234, 5678.9, '2026-03-14 10:00', 'loyal', %s)
               ON CONFLICT (partner_id, company_id) DO UPDATE
                  SET order_count = 1234, revenue = 5678.9, rfm_segment = 'loyal',
                      last_order_date = '2026-03-14 10:00',
                      favourite_category_id = EXCLUDED.favourite_category_id""",
            (
                cls.partner.id,
                cls.company.id,
                cls.company.currency_id.id,
                cls.category.id,
            ),
        )

    def _contexts(self, partners, html=ALL_TAGS):
        renderer = self._create(html_content=html)._get_renderer(self.company)
        self.env.flush_all()
        target = partners_target(partners.ids, self.company.id)
        return renderer, renderer.read(self.env.cr, target)

    def test_every_tag_by_one_statement(self):
        renderer = self._create(html_content=ALL_TAGS)._get_renderer(self.company)
        self.env.flush_all()
        target = partners_target(self.partner.ids, self.company.id)
        with self.assertQueryCount(1):
            context = renderer.read(self.env.cr, target)[self.partner.id]
        self.assertEqual(context["first_name"], "Anna")
        self.assertEqual(context["customer_name"], "Anna Maria Brown")
        self.assertEqual(context["email"], "anna@example.com")
        self.assertEqual(context["favourite_category"], "Hot drinks")
        self.assertEqual(context["total_orders"], "1,234")
        self.assertEqual(context["total_orders__raw"], 1234)
        self.assertEqual(context["last_order_date"], "March 14, 2026")
        self.assertEqual(context["company_address"], "1 High Street\nTown")
        self.assertEqual(context["rfm_segment__raw"], "loyal")
        self.assertNotEqual(context["rfm_segment"], "loyal")

    def test_language_of_the_recipient(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner.lang = "fr_FR"
        __, contexts = self._contexts(self.partner)
        context = contexts[self.partner.id]
        self.assertEqual(context["last_order_date"], "14 mars 2026")
        self.assertEqual(context["total_orders"].encode(), "1\u202f234".encode())
        self.assertRegex(context["total_spent"], r"^5\u202f678,90")

    def test_customer_without_anything(self):
        nameless = self.env["res.partner"].create(
            [
                {"name": "nobody@example.com"},
                {"name": "Shop Ltd", "is_company": True},
                {"name": "X", "type": "invoice", "parent_id": self.partner.id},
            ]
        )
        renderer, contexts = self._contexts(nameless)
        self.assertEqual(len(contexts), 3)
        for partner in nameless[:2]:
            self.assertIsNone(contexts[partner.id]["first_name"])
        for context in contexts.values():
            renderer.render(None, context, FakeLinks())
        # a contact of a customer reads the profile of the customer
        self.assertEqual(contexts[nameless[2].id]["total_orders__raw"], 1234)

    def test_products_are_the_best_bought(self):
        html = '<p data-mm-for="p in products"><span data-mm-tag="p.name">x</span></p>'
        renderer, contexts = self._contexts(self.partner, html)
        [row] = contexts[self.partner.id]["products"]
        self.assertEqual(row["name"], "Coffee")
        self.assertEqual(row["price__raw"], 4.5)
        self.assertIn("4.50", row["price"])
        self.assertTrue(row["url"].startswith("http"))
        content = renderer.render(None, contexts[self.partner.id], FakeLinks())
        self.assertIn("<p>Coffee</p>", content.html)

    def test_profile_of_another_company_is_not_read(self):
        other = self.env["res.company"].create({"name": "Other"})
        renderer = self._create(html_content=ALL_TAGS)._get_renderer(self.company)
        target = partners_target(self.partner.ids, other.id)
        context = renderer.read(self.env.cr, target)[self.partner.id]
        self.assertIsNone(context["total_orders"])
        self.assertEqual(context["company_name"], "Other")

    def test_another_addon_adds_a_tag(self):
        registry = type(self.env["marketing.merge.tag"])
        own = Tag("vat", "VAT number", "BE1", source="partner.vat")
        original = registry._get_tags
        self.patch(registry, "_get_tags", lambda model: {**original(model), "vat": own})
        self.partner.vat = "BE0477472701"
        __, contexts = self._contexts(
            self.partner, '<p><span data-mm-tag="vat">x</span></p>'
        )
        self.assertEqual(contexts[self.partner.id]["vat"], "BE0477472701")

    def test_every_source_is_valid_sql(self):
        registry = self.env["marketing.merge.tag"]
        keys = [key for key, tag in registry._get_tags().items() if tag.source]
        self.assertGreaterEqual(len(keys), 12)
        renderer = self._create()._get_renderer(self.company)
        tags = registry._get_tags()
        renderer.tags = [tag for tag in tags.values() if tag.kind != "link"]
        target = partners_target(self.partner.ids, self.company.id)
        self.assertEqual(len(renderer.read(self.env.cr, target)), 1)

    def test_preview_of_a_customer(self):
        template = self._create(
            subject_template="Hi {{ first_name }}", html_content=ALL_TAGS
        )
        wizard = self.env["marketing.template.preview"].with_user(self.marketer)
        preview = wizard.create(
            {"template_id": template.id, "partner_id": self.partner.id}
        )
        self.assertEqual(preview.subject, "Hi Anna")
        self.assertIn("Content-Security-Policy", preview.html)
        self.assertIn("favourite_category=Hot drinks", preview.html)
        self.assertFalse(preview.missing_tags)
        self.assertFalse(preview.problem)
        nobody = self.env["res.partner"].create({"name": "Shop", "is_company": True})
        preview.partner_id = nobody
        self.assertIn("First name", preview.missing_tags)
        preview.partner_id = False
        self.assertEqual(preview.subject, "Hi Anna")
        self.assertIn(str(fields.Date.to_date("2026-03-14").year), preview.text)

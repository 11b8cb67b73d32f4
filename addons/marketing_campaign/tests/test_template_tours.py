from odoo.tests import HttpCase, new_test_user, tagged

from ..wizards.template_preview import PreviewLinks

BODY = """
<section class="s_text_block o_mail_snippet_general" data-snippet="s_text_block">
<div class="container"><p>Hi <span data-mm-tag="first_name"
data-mm-default="there">First name</span>, <a href="mm://view">seen from <span
data-mm-tag="city" data-mm-default="town" data-mm-filter="upper">City</span></a></p>
<p data-mm-if="total_orders &gt; 1">Welcome back</p>
<table class="table"><tbody><tr data-mm-for="item in products"><td><a href="#"
data-mm-href="item.url"><span data-mm-tag="item.name">Product</span></a></td><td><span
data-mm-tag="item.price">Price</span></td></tr></tbody></table></div></section>
"""
# what both bodies carry: one by hand, one imported
CONSTRUCTS = (
    'href="mm://view"',
    'data-mm-tag="city"',
    'data-mm-default="town"',
    'data-mm-filter="upper"',
    'data-mm-for="item in products"',
    'data-mm-tag="item.name"',
    'data-mm-href="item.url"',
    'data-mm-tag="item.price"',
)


@tagged("post_install", "-at_install")
class TestTemplateTours(HttpCase):
    """What a marketer builds in the browser is what customers get."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketer = new_test_user(
            cls.env, "mm_marketer", "base.group_user,marketing_base.group_user"
        )
        cls.templates = cls.env["email.template.marketing"]
        cls.products = [
            {"name": "Tea <green>", "category": "Drinks", "price": 3.5, "url": "x"},
            {"name": "Bread", "category": "Bakery", "price": 2.0},
        ]

    def test_marketer_opens_the_builder(self):
        self._start("new", "mm_template_write")

    def test_built_by_hand(self):
        """Drag a block, tag in a link, loop over products, save, reopen, save."""
        known = self.templates.search([])
        self._start("new", "mm_template_build")
        template = self.templates.search([]) - known
        first = self._read_saved(template)
        self._check_equal_bytes(first, self._save_again(template))
        self._check_equal_bytes(first, self._save_again(template, is_inlined_anew=True))
        self._check_constructs(first[0], CONSTRUCTS)
        self.assertIn('data-snippet="s_text_block"', str(template.body_arch))
        self._check_messages(*first[1:])

    def test_imported(self):
        template = self.templates.create(
            {
                "name": "Round trip",
                "subject_template": "Hi {{ first_name or 'there' }}",
                "html_content": BODY,
            }
        )
        first = self._save_again(template, is_inlined_anew=True)
        again = self._save_again(template, is_inlined_anew=True)
        self._check_equal_bytes(first, again)
        others = ('data-mm-tag="first_name"', 'data-mm-default="there"')
        condition = ('data-mm-if="total_orders &gt; 1"',)
        self._check_constructs(first[0], CONSTRUCTS + others + condition)
        self._check_messages(*first[1:])

    def _save_again(self, template, *, is_inlined_anew=False):
        if is_inlined_anew:
            self._clear_inlined(template)
        self._start(template.id, "mm_template_save_again")
        return self._read_saved(template)

    def _clear_inlined(self, template):
        """Make the editor write the body as sent from what it has loaded."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE email_template_marketing SET html_content = '' WHERE id = %s",
            (template.id,),
        )
        template.invalidate_recordset()

    def _start(self, page, tour):
        url = f"/odoo/marketing-templates/{page}"
        self.start_tour(url, tour, login="mm_marketer")

    def _read_saved(self, template):
        """(body as sent, message to Anna in Rome, message to nobody)."""
        template.invalidate_recordset()
        anna = self._render(template, "Anna", "Rome")
        return str(template.html_content), anna, self._render(template, None, None)

    def _render(self, template, name, city):
        renderer = template._get_renderer()
        values = {"first_name": name, "city": city, "products": self.products}
        context = {}
        for tag in renderer.tags:
            value = values.get(tag.key, tag.sample)
            renderer.formatter.fill(context, tag, value, "en_US")
        return renderer.render(None, context, PreviewLinks(renderer.compiled))

    def _check_equal_bytes(self, first, second):
        texts, again = (
            [html, *anna[:3], *nobody[:3]] for html, anna, nobody in (first, second)
        )
        for text, same in zip(texts, again, strict=True):
            self.assertEqual(text.encode(), same.encode())

    def _check_constructs(self, html, constructs):
        self.assertNotIn("var(--", html)  # mail programs do not know variables
        for construct in constructs:
            self.assertEqual(html.count(construct), 1, construct)

    def _check_messages(self, anna, nobody):
        self.assertEqual(anna.subject, "Hi Anna")
        self.assertEqual(nobody.subject, "Hi there")
        self.assertIn("Tea &lt;green&gt;", anna.html)
        self.assertIn("$3.50", anna.html)
        self.assertEqual(anna.html.count("Bread"), 1)
        self.assertNotIn("data-mm", anna.html)
        self.assertNotIn("o_mm_tag", anna.html)
        self.assertIn("ROME", anna.html)
        self.assertNotIn("ROME", nobody.html)
        for part in ("html", "text"):
            with_names = getattr(nobody, part).replace("there", "Anna")
            self.assertEqual(
                with_names.replace("town", "ROME"), getattr(anna, part), part
            )

from odoo.tests import tagged

from ..rendering import TemplateProblem
from ..rendering.budget import MAX_OUTPUT
from .template_common import CONTEXT, FakeLinks, RenderingCase, compile_body


@tagged("post_install", "-at_install")
class TestRendering(RenderingCase):
    def test_tag_is_escaped_and_leaves_no_trace(self):
        body = self._body('<p>Hi <span data-mm-tag="first_name">x<b>y</b></span>!</p>')
        self.assertIn("<p>Hi Ann&lt;a!</p>", body)
        self.assertNotIn("data-mm", body)

    def test_fallback_for_none_and_for_empty(self):
        html = '<p><span data-mm-tag="city" data-mm-default="R&amp;D">City</span></p>'
        self.assertIn("<p>R&amp;D</p>", self._body(html))
        self.assertIn("<p>R&amp;D</p>", self._body(html, city=""))
        self.assertIn("<p>Rome</p>", self._body(html, city="Rome"))

    def test_style_of_a_tag_stays(self):
        html = '<p><span style="color:red" data-mm-tag="first_name">x</span></p>'
        self.assertIn('<span style="color:red">Ann&lt;a</span>', self._body(html))

    def test_lines_become_breaks_in_html_only(self):
        html = '<p><span data-mm-tag="company_address">x</span></p>'
        self.assertIn("<p>1 Road<br>Town &lt;x&gt;</p>", self._body(html))
        self.assertIn("1 Road\nTown <x>", self._text(html))

    def test_links_are_numbered_in_order(self):
        compiled = compile_body(
            '<a href="https://a.example/?x=1&amp;y=2">A <b>b</b></a>'
            '<a href="mailto:a@b.c">m</a><a href="#top">t</a>'
            '<a href="mm://shop/new">New</a><a href="/web">Web</a>'
            '<a href="https://a.example/?x=1&amp;y=2"><img alt="Pic" src="/i.png"></a>'
        )
        self.assertEqual(
            compiled.links,
            (
                "https://a.example/?x=1&y=2",
                "https://shop.example.com/new",
                "https://odoo.example.com/web",
                "https://a.example/?x=1&y=2",
            ),
        )
        self.assertEqual(compiled.labels, ("A b", "New", "Web", "Pic"))
        html = compiled.render({}, FakeLinks()).html
        for position in range(4):
            self.assertIn(f'href="https://t.example.com/c/r1/{position}"', html)
        self.assertIn('href="mailto:a@b.c"', html)
        self.assertIn('src="https://odoo.example.com/i.png"', html)

    def test_unsubscribe_and_view(self):
        for href in ("mm://unsubscribe", "/unsubscribe_from_list"):
            compiled = compile_body(f'<a href="{href}">bye</a>')
            self.assertTrue(compiled.has_unsubscribe)
            self.assertEqual(compiled.links, ())
            html = compiled.render({}, FakeLinks()).html
            self.assertIn('href="https://t.example.com/u/r1"', html)
        self.assertIn("/v/r1", self._body('<a href="mm://view">v</a>'))

    def test_unsubscribe_under_a_condition_does_not_count(self):
        html = '<div data-mm-if="city"><a href="mm://unsubscribe">bye</a></div>'
        self.assertFalse(compile_body(html).has_unsubscribe)

    def test_wrong_links_are_refused(self):
        for href in (
            "javascript:alert(1)",
            "//evil.example",
            "https://u:p@evil.example/",
            "https:\\\\evil.example",
            "ftp://x.example/",
            "data:text/html,x",
            "mm://elsewhere",
            "mm://tag/first_name",
            "https://a b.example/",
            "https://",
        ):
            with self.subTest(href), self.assertRaises(TemplateProblem):
                compile_body(f'<a href="{href}">x</a>')

    def test_link_from_data_must_be_a_web_address(self):
        html = '<a data-mm-href="page" href="#">x</a>'
        self.assertIn('href="https://example.com/me?a=1&amp;b=2"', self._body(html))
        for bad in ("javascript:x", "//evil", None, "https://a\nb"):
            self.assertIn('href="#"', self._body(html, page=bad))

    def test_tags_of_the_body_are_written_as_chosen(self):
        for name, text in (("upper", "ANN&lt;A"), ("lower", "ann&lt;a"), ("", "Ann")):
            chip = f'<b data-mm-tag="first_name" data-mm-filter="{name}">x</b>'
            self.assertIn(f"<p>{text}", self._body(f"<p>{chip}</p>"))
            block = f'<p data-mm-if="first_name">{chip}</p>'
            self.assertIn(f"<p>{text}", self._body(block))
        chip = (
            '<b data-mm-tag="city" data-mm-default="town" data-mm-filter="upper">x</b>'
        )
        self.assertIn("<p>town</p>", self._body(f"<p>{chip}</p>"), "a fallback stays")

    def test_wrong_ways_to_write_a_tag_are_refused(self):
        for tag, name in (
            ("city", "attr"),
            ("city", "default"),
            ("city", "upper|lower"),
            ("city", "upper('x')"),
            ("city", "__class__"),
        ):
            html = f'<b data-mm-tag="{tag}" data-mm-filter="{name}">x</b>'
            with self.subTest(name), self.assertRaises(TemplateProblem) as error:
                compile_body(html)
            self.assertIn("not allowed here", str(error.exception))
        chip = '<b data-mm-tag="i.name" data-mm-filter="upper">x</b>'
        with self.assertRaises(TemplateProblem):
            compile_body(f'<p data-mm-for="i in products">{chip}</p>')

    def test_repeat_with_condition_and_links(self):
        body = self._body(
            '<table><tr data-mm-for="item in products" '
            'data-mm-if="item.price &gt; 0.5"><td><a href="#" data-mm-href="item.url">'
            '<span data-mm-tag="item.name" data-mm-default="?">n</span></a></td>'
            '<td><a href="https://all.example/">all</a></td></tr></table>'
        )
        self.assertEqual(body.count("<tr>"), 2)
        self.assertIn('<a href="https://x/1">Tea &amp; &lt;b&gt;</a>', body)
        self.assertIn('<a href="#">?</a>', body)
        self.assertEqual(body.count("https://t.example.com/c/r1/0"), 2)

    def test_repeat_in_plain_text(self):
        html = (
            '<ul><li data-mm-for="p in products"><span data-mm-tag="p.name"></span>'
            ' <span data-mm-tag="p.price"></span></li></ul>'
        )
        self.assertIn("- Tea & <b> $3.50", self._text(html))

    def test_conditions(self):
        for condition, shown in (
            ("total_orders", True),
            ("not total_orders", False),
            ("city", False),
            ("total_orders >= 3", True),
            ("total_orders > 3", False),
            ("total_orders > 2 and first_name == 'Ann<a'", True),
            ("city == 'Rome' or (total_orders < 9 and not city)", True),
            ("city != 'Rome'", False),
            ("last_order_date < '2026-03-02'", True),
            ("last_order_date >= '2026-03-02'", False),
            ("products", True),
        ):
            with self.subTest(condition):
                quoted = condition.replace("<", "&lt;").replace('"', "&quot;")
                body = self._body(f'<p data-mm-if="{quoted}">SHOWN</p>')
                self.assertEqual("SHOWN" in body, shown)

    def test_bad_conditions_and_repeats_name_the_place(self):
        for attribute in (
            "data-mm-if=\"total_orders > 'x'\"",
            'data-mm-if="first_name > 3"',
            'data-mm-if="first_name.__class__"',
            'data-mm-if="first_name()"',
            'data-mm-if="nobody"',
            'data-mm-if=""',
            'data-mm-if="total_orders > 3 or"',
            'data-mm-if="(total_orders > 3"',
            "data-mm-if=\"last_order_date > '2026-13-01'\"",
            'data-mm-for="products"',
            'data-mm-for="item in first_name"',
            'data-mm-for="city in products"',
            'data-mm-for="item in range(9)"',
        ):
            with self.subTest(attribute), self.assertRaises(TemplateProblem) as error:
                compile_body(f"<p>one</p>\n<p {attribute}>two</p>")
            self.assertEqual(error.exception.part, "html")

    def test_item_outside_its_repeat(self):
        with self.assertRaises(TemplateProblem):
            compile_body('<span data-mm-tag="item.name">x</span>')

    def test_nested_repeats_stop_at_two(self):
        html = "<p>x</p>"
        for name in ("a", "b", "c"):
            html = f'<div data-mm-for="{name} in products">{html}</div>'
        with self.assertRaises(TemplateProblem):
            compile_body(html)

    def test_bomb_stops_at_one_megabyte(self):
        filling = "x" * 60000
        html = (
            '<div data-mm-for="a in products"><div data-mm-for="b in products">'
            f"<p>{filling}</p></div></div>"
        )
        compiled = compile_body(html)
        many = [{"name": "x", "url": None}] * 100000
        with self.assertRaises(TemplateProblem):
            compiled.render({"products": many}, FakeLinks())
        small = compiled.render({"products": many[:2]}, FakeLinks())
        self.assertLess(len(small.html), MAX_OUTPUT)

    def test_huge_value_stops(self):
        compiled = compile_body('<span data-mm-tag="first_name">x</span>')
        with self.assertRaises(TemplateProblem):
            compiled.render({"first_name": "x" * (2 * MAX_OUTPUT)}, FakeLinks())

    def test_missing_value_is_a_problem_of_that_recipient(self):
        compiled = compile_body('<span data-mm-tag="first_name">x</span>')
        with self.assertRaises(TemplateProblem):
            compiled.render({}, FakeLinks())
        self.assertIn("Ann", compiled.render(CONTEXT, FakeLinks()).html)

    def test_only_plain_data_reaches_a_block(self):
        compiled = compile_body('<p data-mm-if="city">x</p>')
        for value in (object(), {"a": 1}, [object()], [{"a": [1]}]):
            with self.subTest(str(value)), self.assertRaises(TemplateProblem):
                compiled.render({"city": value}, FakeLinks())

import threading
import tracemalloc

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..rendering import TemplateProblem
from ..rendering.budget import MAX_OPERATIONS, MAX_OUTPUT, Budget, Rows
from .template_common import (
    CONTEXT,
    FakeLinks,
    RenderingCase,
    TemplateCase,
    compile_body,
)

K = 1000
OPEN, CLOSE = "<table><tr><td>", "</td></tr></table>"
LOOPS = (
    '<div data-mm-for="a in products"><div data-mm-for="b in products">{}</div></div>'
)
# each of these took seconds, gigabytes or a Python error before there was a limit
REFUSED = {
    "20 MB data URI": '<img src="data:image/png;base64,' + "A" * 20 * K * K + '">',
    "10,000 nested tables": OPEN * 10 * K + CLOSE * 10 * K,
    "2,600 nested tables": OPEN * 2600,
    "40,000 <": "<" * 40 * K,
    "CDATA": "<![CDATA[" * 7900,
    "processing instructions": "<?" * 7900,
    "comments": "<!--" * 7900,
    "variables for every element": "<style>*{"
    + "".join(f"--a{number}:1;" for number in range(5000))
    + "}</style>"
    + "<p>x" * 4000,
    "many rules for many elements": f"<style>{'p{a:b}' * 9000}</style>" + "<p>x" * 6000,
    "nested selectors": f"<style>{':not(' * 9000}a{')' * 9000}{{a:b}}</style>",
    "nested functions of a style": f"<style>a{{b:{'calc(' * 9000}</style><a>x</a>",
    "nested media": f"<style>{'@media a{' * 6000}</style>",
    "nested conditions": '<div data-mm-if="first_name">' * 150,
    "conditions": '<p data-mm-if="first_name">x</p>' * 500,
    "repeats": '<p data-mm-for="a in products">x</p>' * 500,
    "work inside two repeats": LOOPS.format('<i data-mm-tag="a.name">x</i>' * 100),
    "conditions inside two repeats": LOOPS.format(
        f'<p data-mm-if="{"not " * 50}city">x</p>' * 3
    ),
    "three repeats": LOOPS.format('<p data-mm-for="c in products">x</p>'),
    "links": '<a href="https://a.example/">x</a>' * 600,
    "attributes": "<p " + " ".join(f"a{number}=1" for number in range(20000)) + ">",
}
# harmless today; each of them once cost some program an evening
HARMLESS = {
    "brackets in a style": f'<p style="{"(" * 90 * K}">x</p>',
    "quotes in a style": '<p style="' + "a'" * 45 * K + '">x</p>',
    "open style sheets": "<style " * 7900,
    "blanks": "<p>" + "<b> </b>" * 3900 + "</p>",
    "entities": "<p>" + "&amp;" * 20 * K + "</p>",
    "fallbacks": "".join(
        f'<i data-mm-tag="city" data-mm-default="{number}"></i>'
        for number in range(999)
    ),
    "select": "<select><option>" * 3900,
    "Outlook comments": "<!--[if mso]>" * 300,
    "open links": '<a href="https://a.example/">x' * 400,
}
TEXTS = {
    "open braces": "{{" * 50 * K,
    "open braces with text": "{{ a" * 25 * K,
    "expressions": "{{ nobody }}" * 8 * K,
    "one long name": "{{ " + "a" * 90 * K + " }}",
    "blanks in braces": "{{" + " " * 90 * K + "}}",
    "open strings": "{{ city or '" * 8 * K,
    "filters": "{{ city" + "|upper" * 80 + "|" * 9 + " }}",
    "links": "".join(f"https://a.example/{number} " for number in range(4000)),
}


@tagged("post_install", "-at_install")
class TestTemplateBombs(TemplateCase):
    """A template may not cost the server more than a template is worth."""

    def test_refused_with_the_place(self):
        template = self._create()
        for name, html in REFUSED.items():
            with self.subTest(name), self.assertRaises(ValidationError) as error:
                template.write({"html_content": html})
            self.assertIn("Body", str(error.exception), name)

    def test_refused_or_harmless(self):
        template = self._create()
        for name, html in HARMLESS.items():
            with self.subTest(name):
                try:
                    template.write({"html_content": html})
                except ValidationError as error:
                    self.assertIn("Body", str(error))
                    continue
                compiled = template._compile()
                content = compiled.render(dict.fromkeys(compiled.tags), FakeLinks())
                self.assertLess(len(content.html), MAX_OUTPUT)

    def test_texts(self):
        template = self._create()
        for name, text in TEXTS.items():
            with self.subTest(name), self.assertRaises(ValidationError) as error:
                template.write({"text_content": text})
            self.assertIn("Plain text", str(error.exception))

    def test_the_worker_is_alive(self):
        """After all of that the same worker still renders a message."""
        template = self._create(html_content="<p>Still here</p>")
        html = template._compile().render(
            dict.fromkeys(template._compile().tags), FakeLinks()
        )
        self.assertIn("Still here", html.html)


@tagged("post_install", "-at_install")
class TestRenderingBudget(RenderingCase):
    """The limits of one message, where compiling could not know them."""

    def test_rows_pay_for_what_is_in_them(self):
        budget = Budget()
        rows = Rows([{}] * 10, budget, 7)
        self.assertEqual(len(list(rows)), 10)
        self.assertEqual(MAX_OPERATIONS - budget.operations, 70)
        self.assertEqual(len(rows[:3]), 3)

    def test_operations_stop(self):
        rows = Rows([{}] * 3, Budget(), MAX_OPERATIONS // 2)
        with self.assertRaises(TemplateProblem) as error:
            list(rows)
        self.assertIn("steps", str(error.exception))

    def test_clock_stops(self):
        """Counted in CPU time of the thread: the test turns its own clock."""
        clock = iter([0.0, 1.0, 3.0])
        budget = Budget(clock=lambda: next(clock))
        budget.spend(300)
        with self.assertRaises(TemplateProblem) as error:
            budget.spend(300)
        self.assertIn("too long", str(error.exception))

    def test_two_repeats_cost_their_product(self):
        """The price is known before: rows of the outer times those of the inner."""
        body = LOOPS.format('<i data-mm-tag="b.name">x</i>')
        compiled = compile_body(body)
        [block] = [fill for __, fill in compiled._html[1] if hasattr(fill, "loops")]
        (__, outer), (__, inner) = block.loops
        spent = []
        for count in (2, 4):
            budget = Budget()
            products = CONTEXT["products"][:1] * count
            block.render({"products": products}, {}, budget)
            spent.append(MAX_OPERATIONS - budget.operations)
        expected = [block.weight + n * outer + n * n * inner for n in (2, 4)]
        self.assertEqual(spent, expected)

    def test_large_values_stop_before_they_are_joined(self):
        chips = '<span data-mm-tag="first_name">x</span>' * 2000
        compiled = compile_body(chips)
        value = "x" * 100 * K
        tracemalloc.start()
        with self.assertRaises(TemplateProblem):
            compiled.render({"first_name": value}, FakeLinks())
        __, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        self.assertLess(peak, 64 * 1024 * 1024)

    def test_blocks_share_one_budget(self):
        """Many blocks, each below the limit, are together above it."""
        block = '<p data-mm-if="first_name"><span data-mm-tag="first_name">x</span></p>'
        compiled = compile_body(block * 50)
        tracemalloc.start()
        with self.assertRaises(TemplateProblem):
            compiled.render({"first_name": "x" * 300 * K}, FakeLinks())
        __, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        self.assertLess(peak, 64 * 1024 * 1024)
        small = compiled.render({"first_name": "x" * 100}, FakeLinks())
        self.assertEqual(small.html.count("x" * 100), 50)

    def test_limits_hold_in_any_thread(self):
        """No signal is involved: a sender's thread is stopped like any other."""
        compiled = compile_body('<span data-mm-tag="first_name">x</span>')
        problems = []

        def render():
            try:
                compiled.render({"first_name": "x" * 2 * MAX_OUTPUT}, FakeLinks())
            except TemplateProblem as problem:
                problems.append(str(problem))

        thread = threading.Thread(target=render)
        thread.start()
        thread.join()
        self.assertEqual(len(problems), 1)

    def test_one_bad_customer_does_not_stop_the_next(self):
        compiled = compile_body('<p><span data-mm-tag="first_name">x</span></p>')
        with self.assertRaises(TemplateProblem):
            compiled.render({"first_name": "x" * 2 * MAX_OUTPUT}, FakeLinks())
        html = compiled.render({"first_name": "Anna"}, FakeLinks()).html
        self.assertIn("<p>Anna</p>", html)

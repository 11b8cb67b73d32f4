import random

from odoo.tests import BaseCase, tagged

from ..rendering import Tag, compile_template

TAGS = {
    key: Tag(key, key, "x", kind)
    for key, kind in (("name", "text"), ("city", "text"), ("note", "multiline"))
}


class Links:
    def __init__(self, number):
        self.number = number

    def click(self, position):
        return f"https://s.example/c/{self.number}/{position}?a=1&b=2"

    def pixel(self):
        return f"https://s.example/o/{self.number}.gif"

    def unsubscribe(self):
        return f"https://s.example/u/{self.number}"

    def view(self):
        return f"https://s.example/v/{self.number}"


HTML = """
<p>Dear <span data-mm-tag="name"></span>,</p>
<div data-mm-if="city">We are in <span data-mm-tag="city"></span> too.</div>
<div data-mm-if="note"><p><span data-mm-tag="note"></span></p></div>
<p><a href="https://shop.example/a">One</a> <a href="https://shop.example/b">Two</a></p>
<div data-mm-if="city"><p>Last words for <span data-mm-tag="name"></span></p></div>
<p><a href="mm://unsubscribe">Unsubscribe</a></p>
"""
TEXTS = (
    "",
    "Dear {{ name }}\n\n{{ note }}\n\n\n\nBye {{ name }}\n",
    "{{ note }}{{ city }}\n\n{{ name }}",
)


@tagged("post_install", "-at_install")
class TestRenderingLayout(BaseCase):
    """What a provider fills in is, to the byte, what we would have sent."""

    def _compile(self, text=""):
        return compile_template("Hi {{ name }}", HTML, text, tags=TAGS)

    def _contexts(self):
        rng = random.Random(19)
        names = ("Zoë & <b>", "", None, "-0-", "Anna\n\n\nB", "{{ name }}")
        for number in range(60):
            context = {key: rng.choice(names) for key in TAGS}
            yield number, context

    def test_filled_is_equal(self):
        for text in TEXTS:
            compiled = self._compile(text)
            skeletons = set()
            for number, context in self._contexts():
                plain = compiled.render(context, Links(number))
                slots = compiled.render_slots(context, Links(number))
                self.assertEqual(slots[:3], plain[:3])
                filled = slots.skeleton.fill(slots.values)
                self.assertEqual(filled, (plain.html, plain.text))
                skeletons.add(slots.skeleton)
            self.assertEqual(len(skeletons), 1, "shared by all")

    def test_what_differs_is_in_the_values_only(self):
        compiled = self._compile()
        slots = compiled.render_slots(
            {"name": "Anna", "city": "Rome", "note": "Hello"}, Links(7)
        )
        static = [
            piece
            for piece in (*slots.skeleton.html, *slots.skeleton.text)
            if isinstance(piece, str)
        ]
        self.assertNotIn("Anna", "".join(static))
        self.assertNotIn("/7", "".join(static))
        self.assertIn("Anna", slots.values)

    def test_a_value_that_comes_twice_is_one(self):
        html = "<p>" + '<span data-mm-tag="name"></span> ' * 5 + "</p>"
        html += '<p><a href="mm://unsubscribe">Stop</a></p>'
        compiled = compile_template("Hi", html, "", tags=TAGS)
        slots = compiled.render_slots(
            {"name": "Anna", "city": None, "note": None}, Links(1)
        )
        numbers = [p for p in slots.skeleton.html if isinstance(p, int)]
        self.assertEqual(len(numbers), 7)
        self.assertEqual(len(set(numbers)), 3, "name, way out and pixel")
        self.assertEqual(slots.values.count("Anna"), 2, "in HTML and in text")

from odoo.tests import tagged

from .template_common import CONTEXT, FakeLinks, RenderingCase, compile_body


@tagged("post_install", "-at_install")
class TestRenderingParts(RenderingCase):
    def test_subject_is_one_line(self):
        compiled = compile_body("<p>x</p>", subject="Hi {{ first_name }}")
        subject = compiled.render(
            {"first_name": "A\r\nBcc: x\u2028\x00y"}, FakeLinks()
        ).subject
        self.assertEqual(subject, "Hi A Bcc: x y")

    def test_preview_text_and_pixel(self):
        compiled = compile_body("<p>x</p>", preview="In {{ city or 'town' }}")
        html = compiled.render(CONTEXT, FakeLinks()).html
        self.assertLess(html.index("In town"), html.index("<p>x</p>"))
        self.assertTrue(html.rstrip().endswith("</body></html>"))
        self.assertIn('<img src="https://t.example.com/o/r1.gif" width="1"', html)

    def test_no_pixel_when_opens_are_not_tracked(self):
        links = FakeLinks()
        links.pixel = lambda: ""
        self.assertNotIn("<img", compile_body("<p>x</p>").render({}, links).html)

    def test_typed_text_shares_the_positions_of_the_body(self):
        compiled = compile_body(
            '<a href="https://a.example/x">A</a>',
            text="Go {{ first_name|upper }}: https://a.example/x, https://b.example.\n"
            "{{ unsubscribe_url }} mm://view",
        )
        self.assertEqual(compiled.links, ("https://a.example/x", "https://b.example"))
        text = compiled.render(CONTEXT, FakeLinks()).text
        self.assertEqual(
            text,
            "Go ANN<A: https://t.example.com/c/r1/0, https://t.example.com/c/r1/1.\n"
            "https://t.example.com/u/r1 https://t.example.com/v/r1",
        )

    def test_automatic_text(self):
        text = self._text(
            "<style>p{color:red}</style><h1>Title</h1><p>One  two<br>three</p>"
            '<ul><li>a</li><li>b</li></ul><a href="https://a.example">Go</a>'
            "<!-- note --><p hidden>Last</p>"
        )
        for line in ("Title\n\nOne two\nthree", "- a\n- b", "Go: https://t.exam"):
            self.assertIn(line, text)
        self.assertNotIn("color:red", text)
        self.assertNotIn("note", text)

    def test_unicode_survives(self):
        words = "Ünïcödé 日本語 العربية 😀👨‍👩‍👧 &amp; ﬁ"
        compiled = compile_body(f"<p>{words}</p>", subject="日本 {{ first_name }} 😀")
        content = compiled.render({"first_name": "Zoë"}, FakeLinks())
        self.assertIn(words, content.html)
        self.assertEqual(content.subject, "日本 Zoë 😀")

    def test_outlook_comments_stay_unless_they_carry_code(self):
        body = self._body("<!--[if mso]><i>o</i><![endif]--><p>x</p><!-- no -->")
        self.assertIn("<!--[if mso]>", body)
        self.assertNotIn("no", body)
        body = self._body("<!--[if mso]><script>x</script><![endif]--><p>x</p>")
        self.assertNotIn("script", body)

    def test_same_input_same_bytes(self):
        html = '<p><span data-mm-tag="first_name">x</span><a href="/a">a</a></p>'
        first = compile_body(html).render(CONTEXT, FakeLinks())
        self.assertEqual(compile_body(html).render(CONTEXT, FakeLinks()), first)

from odoo.tests import BaseCase, tagged

from ..rendering.styles import normalise_style, normalise_styles


@tagged("post_install", "-at_install")
class TestRenderingStyles(BaseCase):
    """Equal styles have one spelling, different ones stay different."""

    def test_blanks_quotes_and_the_last_semicolon(self):
        once = "margin:0px;font-family:Arial,'Helvetica Neue',serif"
        for style in (
            "margin: 0px; font-family: Arial, 'Helvetica Neue', serif;",
            'margin:0px;;font-family:Arial, "Helvetica Neue",serif',
            "\n margin :\n0px ; font-family:Arial,'Helvetica Neue',  serif ",
            once,
        ):
            self.assertEqual(normalise_style(style), once)

    def test_four_equal_sides_become_one(self):
        sides = ("left", "bottom", "right", "top")
        style = "".join(f"border-{side}-color:#000;" for side in sides)
        self.assertEqual(normalise_style(style), "border-color:#000")
        style = style.replace("top-color:#000", "top-color:#111")
        self.assertIn("border-top-color:#111", normalise_style(style))
        self.assertNotIn("border-color", normalise_style(style))

    def test_order_of_shorthand_and_side_stays(self):
        for style in ("padding:0;padding-left:9px", "padding-left:9px;padding:0"):
            self.assertEqual(normalise_style(style), style)

    def test_sides_do_not_cross_a_shorthand(self):
        widths = ";".join(f"border-{s}-width:1px" for s in ("top", "right"))
        rest = ";".join(f"border-{s}-width:1px" for s in ("bottom", "left"))
        style = f"{widths};border:0;{rest}"
        self.assertEqual(normalise_style(style), style)

    def test_important_wins_over_a_later_one(self):
        style = "color:red !important;color:blue"
        self.assertEqual(normalise_style(style), "color:red !important")

    def test_semicolon_in_an_address_or_a_text(self):
        for style in (
            "background:url(data:image/png;base64,AA)",
            "background:url('a;b, c')",
            "font-family:'a;b'",
        ):
            self.assertEqual(normalise_style(style), style)

    def test_leftovers_of_the_editor(self):
        html = (
            '<style id="design-element">p{color:var(--c)}</style><style>b{x:y}</style>'
            '<div o-temp-width="9" style="">a &lt; <br>b</div>'
            "<!--[if mso]>m<![endif]-->"
        )
        once = "<style>b{x:y}</style><div>a &lt; <br>b</div><!--[if mso]>m<![endif]-->"
        self.assertEqual(normalise_styles(html), once)
        self.assertEqual(normalise_styles(once), once)

    def test_imported_documents(self):
        for html in (
            "<html><head><style>b{x:y}</style></head><body><p>a</p></body></html>",
            "<p>a</p></div><style>b{x:y}</style>",
        ):
            once = normalise_styles(html)
            for part in ("<style>b{x:y}</style>", "<p>a</p>"):
                self.assertIn(part, once)
            self.assertEqual(normalise_styles(once), once)

    def test_text_without_elements(self):
        self.assertEqual(normalise_styles("Hello &amp; bye"), "Hello &amp; bye")
        self.assertFalse(normalise_styles(""))
        self.assertEqual(normalise_styles("  ").strip(), "")

from odoo.tests import BaseCase, tagged

from ..brand import DEFAULT, READABLE, contrast, darken, get_accent

# text and background as the style of the public pages uses them
PAIRS = (
    ("#1f2937", "#ffffff"),
    ("#1f2937", "#f3f4f6"),
    ("#4b5563", "#ffffff"),
    ("#4b5563", "#f3f4f6"),
    ("#166534", "#eaf6ee"),
    ("#9b1c1c", "#fdf0ef"),
    ("#ffffff", "#9b1c1c"),
    ("#ffffff", "#741515"),
    ("#ffffff", DEFAULT),
)


@tagged("post_install", "-at_install")
class TestBrand(BaseCase):
    def test_contrast_as_the_standard_says(self):
        self.assertAlmostEqual(contrast("#000000", "#ffffff"), 21, 6)
        self.assertAlmostEqual(contrast("#777777", "#ffffff"), 4.48, 2)
        self.assertEqual(contrast("#123456", "#123456"), 1)

    def test_the_pages_are_readable(self):
        for text, background in PAIRS:
            self.assertGreaterEqual(contrast(text, background), READABLE, text)
        # borders of fields and buttons
        self.assertGreaterEqual(contrast("#757f8f", "#ffffff"), 3)

    def test_a_dark_colour_is_taken_and_a_light_one_is_not(self):
        self.assertEqual(get_accent("#0B5D1E"), "#0b5d1e")
        for color in ("#ffee00", "#ff7f50", "#ffffff"):
            self.assertEqual(get_accent(color), DEFAULT, color)

    def test_anything_odd_is_not_taken(self):
        for color in (None, False, "", "red", "#fff", "#12345g", "#000000;}</style>"):
            self.assertEqual(get_accent(color), DEFAULT, color)

    def test_a_darker_shade_stays_readable(self):
        for color in (DEFAULT, "#0b5d1e", "#000000"):
            self.assertRegex(darken(color), "^#[0-9a-f]{6}$")
            self.assertGreaterEqual(contrast(darken(color), "#ffffff"), READABLE)

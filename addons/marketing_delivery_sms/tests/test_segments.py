from odoo.tests import BaseCase, tagged

from ..sender.segments import GSM_7, MAX_SEGMENTS, UCS_2, measure, simplify


@tagged("post_install", "-at_install")
class TestSegments(BaseCase):
    def _check(self, text, alphabet, length, segments):
        size = measure(text)
        self.assertEqual(
            (size.alphabet, size.length, size.segments), (alphabet, length, segments)
        )
        self.assertGreaterEqual(size.room, size.length)

    def test_small_alphabet(self):
        self._check("", GSM_7, 0, 0)
        self._check("a", GSM_7, 1, 1)
        self._check("a" * 160, GSM_7, 160, 1)
        self._check("a" * 161, GSM_7, 161, 2)
        self._check("a" * 306, GSM_7, 306, 2)
        self._check("a" * 307, GSM_7, 307, 3)
        self._check("Größe: £5 à Ñandú\n".replace("ú", "u"), GSM_7, 18, 1)

    def test_extended_characters_take_two(self):
        self._check("€" * 80, GSM_7, 160, 1)
        self._check("€" * 81, GSM_7, 162, 2)
        # the 77th euro does not fit into the last septet of the first segment
        self._check("€" * 153, GSM_7, 306, 3)

    def test_large_alphabet(self):
        self._check("ж" * 70, UCS_2, 70, 1)
        self._check("ж" * 71, UCS_2, 71, 2)
        self._check("ж" * 135, UCS_2, 135, 3)
        self._check("a" * 70 + "ç", UCS_2, 71, 2)

    def test_a_pair_is_not_torn_apart(self):
        self._check("😀" * 35, UCS_2, 70, 1)
        self._check("😀" * 36, UCS_2, 72, 2)
        # 33 pairs a segment: the 67th unit of each stays empty
        self._check("😀" * 67, UCS_2, 134, 3)

    def test_what_made_it_large_is_named(self):
        self.assertEqual(measure("Привет ✓ и ещё раз ✓").foreign[:3], "При")
        self.assertEqual(measure("ok €").foreign, "")

    def test_typography_is_written_plainly(self):
        typed = "\u201cNew\u201d \u2013 it\u2019s here\u2026\u00a0\r\nBye\u200b "
        self.assertEqual(simplify(typed), '"New" - it\'s here... \nBye')
        self.assertEqual(measure(simplify(typed)).alphabet, GSM_7)

    def test_most_segments(self):
        self.assertEqual(measure("a" * 153 * MAX_SEGMENTS).segments, MAX_SEGMENTS)

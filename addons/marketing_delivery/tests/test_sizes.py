from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..sender import settings
from ..sender.sizes import Sizes


@tagged("post_install", "-at_install")
class TestSizes(BaseCase):
    def setUp(self):
        super().setUp()
        for name, value in (
            ("PORTION", 200),
            ("PORTION_SECONDS", 1.5),
            ("SLOW_BATCH", 2.0),
        ):
            self.startPatcher(patch.object(settings, name, value))

    def test_portion_is_made_of_whole_batches(self):
        sizes = Sizes(10)
        self.assertEqual((sizes.batch, sizes.portion), (10, 20))
        for seconds, portion in (
            (1.0, 30),  # twenty a second
            (1.2, 20),  # 25 would fit
            (30.0, 10),  # one batch at least
            (0.0, 200),  # and no more than are read at once
        ):
            sizes.learn_portion(20, seconds)
            self.assertEqual(sizes.portion, portion)

    def test_slow_batches_are_halved_and_grow_again(self):
        sizes = Sizes(10)
        sizes.learn_batch(2.1)
        self.assertEqual(sizes.batch, 5)
        sizes.learn_portion(20, 1.0)
        self.assertEqual(sizes.portion, 30)
        sizes.learn_batch(0.1)
        self.assertEqual(sizes.batch, 6)
        for _time in range(4):
            sizes.learn_batch(2.1)
        self.assertEqual(sizes.batch, 1)
        for _time in range(20):
            sizes.learn_batch(0.1)
        self.assertEqual(sizes.batch, 10)

from odoo.tests import tagged

from ..sender import allowance
from .sender_common import FakeAdapter, SenderCase


@tagged("post_install", "-at_install")
class TestAllowance(SenderCase):
    def setUp(self):
        super().setUp()
        allowance.prepare(self.env.cr, self.provider.id)

    def _cap(self, **caps):
        self.provider.write({f"cap_per_{name}": value for name, value in caps.items()})
        self.env.flush_all()

    def _take(self, wanted):
        return allowance.take(self.env.cr, self.provider.id, wanted)

    def _look(self, wanted=200):
        return allowance.look(self.env.cr, self.provider.id, wanted)

    def test_zero_means_no_limit(self):
        self._cap(minute=0, hour=0, day=0)
        self.assertEqual(self._take(100_000), 100_000)
        self.assertEqual(self._look()[0], 200)

    def test_smallest_limit_rules(self):
        self._cap(minute=50, hour=30, day=1000)
        self.assertEqual([self._take(20), self._take(20), self._take(20)], [20, 10, 0])
        number, wait = self._look()
        self.assertEqual(number, 0)
        self.assertTrue(1 <= wait <= 3600)

    def test_longest_wait_rules(self):
        self._cap(minute=5, day=5)
        self._take(5)
        self.assertGreater(self._look()[1], 0)
        self.env.cr.execute(
            "UPDATE delivery_provider_usage SET minute_start = '2020-01-01'"
        )
        self.assertEqual(self._look()[0], 0, "the day is used up, not the minute")

    def test_new_window_starts_at_zero(self):
        self._cap(minute=10)
        self._take(10)
        self.env.cr.execute(
            """UPDATE delivery_provider_usage
                  SET minute_start = minute_start - interval '1 minute'"""
        )
        self.assertEqual(self._take(7), 7)

    def test_lowered_limit_is_not_negative(self):
        self._take(40)
        self._cap(minute=10)
        self.assertEqual(self._look()[0], 0)
        self.assertEqual(self._take(5), 0)

    def test_what_was_not_used_comes_back(self):
        self._cap(minute=10)
        self._take(10)
        allowance.give_back(self.env.cr, self.provider.id, 4)
        self.assertEqual(self._take(10), 4)

    def test_usage_on_the_form(self):
        self._take(3)
        self.provider.invalidate_recordset()
        self.assertEqual((self.provider.minute_used, self.provider.hour_used), (3, 3))
        self.assertEqual(self.provider.day_used, 3)

    def test_pump_stops_at_the_limit_and_says_when_to_come_back(self):
        self._cap(day=3)
        self._add(*(f"c{n}@x.example" for n in range(5)))
        adapter = FakeAdapter()
        wait = self._pump(adapter)
        self.assertEqual(len(adapter.messages), 3)
        self.assertEqual(sorted(self._states().values()), ["queued"] * 2 + ["sent"] * 3)
        self.assertTrue(wait > 0)
        self.assertTrue(self._pump() >= 1, "the day is not over")

    def test_skipped_messages_cost_nothing(self):
        self._cap(day=3)
        self._add(*(f"no{n}@x.example" for n in range(3)), consent=False)
        self._add(*(f"yes{n}@x.example" for n in range(3)))
        self.assertIsNone(self._pump())
        self.assertEqual(
            sorted(self._states().values()), ["sent"] * 3 + ["skipped"] * 3
        )

from datetime import UTC, datetime, timedelta

from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, tagged

from ..send_window import QuietHours, SendWindow, find_zone
from ..sender import gate, outbox
from .sender_common import FakeAdapter, SenderCase

EVERY_DAY = frozenset(range(7))


def at(text):
    return datetime.fromisoformat(text)


class TestQuietHours(BaseCase):
    """22:00 to 06:00; the company is in Berlin, UTC+1 in winter."""

    def setUp(self):
        super().setUp()
        self.quiet = QuietHours(22 * 60, 6 * 60, find_zone("Europe/Berlin"))

    def _opens(self, moment, *place):
        return self.quiet.find_opening(at(moment), *place).opens

    def test_by_day_it_is_open_at_once(self):
        opening = self.quiet.find_opening(at("2026-01-07 12:00"))
        self.assertEqual(opening.opens, at("2026-01-07 12:00"))
        self.assertEqual(opening.closes, at("2026-01-07 21:00"))

    def test_by_night_it_opens_in_the_morning(self):
        self.assertEqual(self._opens("2026-01-07 20:59"), at("2026-01-07 20:59"))
        self.assertEqual(self._opens("2026-01-07 21:00"), at("2026-01-08 05:00"))
        self.assertEqual(self._opens("2026-01-08 04:59"), at("2026-01-08 05:00"))

    def test_whose_clock(self):
        """The customer's own, the capital's, the company's, in this order."""
        for place, expected in (
            (("Asia/Tokyo", "US"), at("2026-01-07 21:00")),
            ((None, "JP"), at("2026-01-07 21:00")),
            (("no such zone", "JP"), at("2026-01-07 21:00")),
            ((None, None), at("2026-01-07 14:00")),
            ((None, "AQ"), at("2026-01-07 14:00")),
        ):
            self.assertEqual(self._opens("2026-01-07 14:00", *place), expected, place)

    def test_what_was_found_is_forgotten_when_it_closes(self):
        self._opens("2026-01-07 12:00")
        self.assertEqual(self._opens("2026-01-07 22:00"), at("2026-01-08 05:00"))

    def test_night_in_which_the_clocks_change(self):
        """On 29 March 02:00 is 03:00: 06:00 is one hour earlier in UTC."""
        self.assertEqual(self._opens("2026-03-28 23:00"), at("2026-03-29 04:00"))

    def test_window_that_is_partly_quiet(self):
        window = SendWindow(20 * 60, 23 * 60, EVERY_DAY)
        zone = find_zone("Europe/Berlin")
        found = self.quiet.find_common(at("2026-01-07 21:30"), window, zone, ("", ""))
        self.assertEqual(found.opens, at("2026-01-08 19:00"))

    def test_window_that_is_quiet_all_the_time(self):
        window = SendWindow(23 * 60, 5 * 60, EVERY_DAY)
        zone = find_zone("Europe/Berlin")
        moment = at("2026-01-07 12:00")
        self.assertIsNone(self.quiet.find_common(moment, window, zone, ("", "")))
        far = self.quiet.find_common(moment, window, zone, ("Asia/Tokyo", ""))
        self.assertEqual(far.opens, at("2026-01-07 22:00"))


@tagged("post_install", "-at_install")
class TestQuietHoursOfACompany(SenderCase):
    """Customers in zones where it is now noon, or midnight."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.marketing_quiet_hours = True
        cls.company.partner_id.tz = cls._zone_at(12)
        create = cls.env["res.partner"].create
        cls.awake = create({"name": "Awake", "tz": cls._zone_at(12)})
        cls.asleep = create({"name": "Asleep", "tz": cls._zone_at(0)})

    @classmethod
    def _zone_at(cls, hour):
        """A zone in which it is this hour now; Etc/GMT-5 is east of UTC."""
        ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
        return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"

    def _messages(self):
        return self._add("awake@x.example", customer_id=self.awake.id) | self._add(
            "asleep@x.example", customer_id=self.asleep.id
        )

    def test_sleepers_wait_until_six(self):
        awake, asleep = self._messages()
        adapter = FakeAdapter()
        self.assertEqual(self._pump(adapter), 3600)
        self.assertEqual([m.address for m in adapter.messages], ["awake@x.example"])
        self.assertEqual(awake.state, "sent")
        self.assertEqual((asleep.state, asleep.reason), ("queued", "quiet_hours"))
        local = asleep.not_before.replace(tzinfo=UTC).astimezone(
            find_zone(self.asleep.tz)
        )
        self.assertEqual((local.hour, local.minute), (6, 0))

    def test_what_is_quiet_is_not_rendered(self):
        self._add("poison@x.example", customer_id=self.asleep.id)
        self._pump()
        self.assertEqual(self._states(), {"poison@x.example": "queued"})

    def test_the_gate_asks_again(self):
        """A pump that rendered before ten and comes to the gate after it."""
        row = self._add("a@x.example")
        self.env.cr.execute(
            """UPDATE campaign_recipient SET state = 'claimed', lease_token = 'mine',
                   lease_until = '2999-01-01' WHERE id = %s""",
            [row.id],
        )
        now = outbox.read_now(self.env.cr)
        over = (now - timedelta(hours=2), now - timedelta(seconds=1))
        questions = self.env["campaign.recipient"]._gate_sql()
        verdicts = gate.pass_gate(
            self.env.cr, questions, "mine", row.ids, {row.id: over}
        )
        self.assertEqual(verdicts, {row.id: "quiet_hours"})
        self.env.invalidate_all()
        self.assertEqual((row.state, row.lease_token), ("queued", False))

    def test_transactional_messages_leave_at_night(self):
        self.campaign.is_transactional = True
        self._messages()
        self.assertIsNone(self._pump())
        self.assertEqual(set(self._states().values()), {"sent"})

    def test_switched_off(self):
        self.company.marketing_quiet_hours = False
        self._messages()
        self.assertIsNone(self._pump())

    def test_a_new_company_has_them(self):
        company = self.env["res.company"].create({"name": "New"})
        self.assertTrue(company.marketing_quiet_hours)
        self.assertEqual(
            (company.marketing_quiet_start, company.marketing_quiet_end), (22, 6)
        )
        caps = (company.marketing_cap_day, company.marketing_cap_week)
        self.assertEqual(caps, (1, 3))

    def test_impossible_hours(self):
        for start, end in ((6, 6), (-1, 6), (22, 25), (24, 0), (float("nan"), 6)):
            with self.assertRaisesRegex(ValidationError, "Quiet hours"):
                self.company.write(
                    {"marketing_quiet_start": start, "marketing_quiet_end": end}
                )

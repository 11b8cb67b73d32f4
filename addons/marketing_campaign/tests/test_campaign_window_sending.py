from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_delivery.sender import backlog, outbox
from odoo.addons.marketing_delivery.sender.adapter import TRANSIENT, Outcome

from ..models.email_campaign_window import WEEKDAYS
from ..send_window import plan
from .window_common import CountingAdapter, WindowCase

DELIVERY = "odoo.addons.marketing_delivery.models.email_campaign_delivery"
OPEN = (-60, 60)
CLOSED = (30, 120)


@tagged("post_install", "-at_install")
class TestWindowSending(WindowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(*(f"c{n}@x.example" for n in range(25)))

    def _query(self, statement, *values):
        self.env.flush_all()
        self.env.cr.execute(statement, values)
        self.env.invalidate_all()

    def test_open_sends_at_once(self):
        campaign = self._listed(self._window(*OPEN))
        adapter = CountingAdapter()
        self.assertIsNone(self._pump(campaign, adapter))
        self.assertEqual(len(adapter.messages), 25)
        self.assertEqual(campaign.status, "completed")

    def test_closed_waits_for_the_opening_without_a_connection(self):
        campaign = self._listed(self._window(*CLOSED))
        adapter = CountingAdapter()
        wait = self._pump(campaign, adapter)
        self.assertTrue(28 * 60 < wait <= 30 * 60, wait)
        self.assertFalse(adapter.messages or adapter.connections)
        rows = campaign.recipient_ids
        self.assertEqual(set(rows.mapped("state")), {"queued"})
        self.assertFalse(any(rows.mapped("reason")))
        (opens,) = set(rows.mapped("not_before"))
        (closes,) = set(rows.mapped("not_after"))
        self.assertIn(self._minutes_ahead(opens), (29, 30))
        self.assertIn(self._minutes_ahead(closes), (119, 120))
        self._pump(campaign, adapter)
        self.assertEqual(set(rows.mapped("not_before")), {opens}, "planned once")
        self.assertEqual(campaign.status, "running")

    def test_many_get_their_times_in_portions(self):
        self.patch(plan, "PORTION", 10)
        campaign = self._listed(self._window(*CLOSED))
        self._pump(campaign)
        self.assertTrue(all(campaign.recipient_ids.mapped("not_after")))

    def test_tomorrow_is_looked_at_every_hour(self):
        campaign = self._listed(self._window(180, 240))
        self.assertEqual(self._pump(campaign), 3600)

    def test_sweeper_sees_nothing_to_do_until_it_opens(self):
        campaign = self._listed(self._window(*CLOSED))
        self._pump(campaign)
        self.assertNotIn(campaign.id, backlog.find_work(self.env.cr)[0])
        self._query(
            "UPDATE campaign_recipient SET not_before = now() AT TIME ZONE 'UTC'"
            " - interval '1 second' WHERE campaign_id = %s",
            campaign.id,
        )
        self.assertIn(campaign.id, backlog.find_work(self.env.cr)[0])

    def test_window_that_closes_amid_the_messages(self):
        """The rest goes back and gets the next opening, which is now."""
        campaign = self._listed(self._window(*OPEN))

        def close(_message):
            self.env.cr.execute(
                "UPDATE campaign_recipient SET not_after = now() AT TIME ZONE 'UTC'"
                " - interval '1 minute' WHERE campaign_id = %s AND state = 'claimed'",
                [campaign.id],
            )

        adapter = CountingAdapter(on_message=close)
        self.assertEqual(self._pump(campaign, adapter), 1.0)
        states = sorted(campaign.recipient_ids.mapped("state"))
        self.assertEqual(states, ["queued"] * 15 + ["sent"] * 10)
        queued = campaign.recipient_ids.filtered(lambda row: row.state == "queued")
        self.assertFalse(any(queued.mapped("lease_token")))
        adapter.on_message = None
        self.assertIsNone(self._pump(campaign, adapter))
        self.assertEqual(len(set(adapter.addresses())), 25)

    def test_gate_refuses_a_message_without_a_time(self):
        campaign = self._listed(self._window(*OPEN))
        self.patch(type(campaign), "_plan_messages", lambda self: None)
        adapter = CountingAdapter()
        self.assertEqual(self._pump(campaign, adapter), 1.0)
        self.assertFalse(adapter.messages)
        self.assertEqual(set(campaign.recipient_ids.mapped("state")), {"queued"})

    def test_without_hours_an_old_time_means_nothing(self):
        campaign = self._listed({})
        self._query(
            "UPDATE campaign_recipient SET not_after = '2020-01-01'"
            " WHERE campaign_id = %s",
            campaign.id,
        )
        self.assertIsNone(self._pump(campaign))
        self.assertEqual(set(campaign.recipient_ids.mapped("state")), {"sent"})

    def test_stop_wins_over_the_hours(self):
        """Who unsubscribed while he waited is left out when it opens."""
        campaign = self._listed(self._window(*CLOSED))
        self._pump(campaign)
        row = campaign.recipient_ids[0]
        preferences = self.env["email.subscription.preference"]
        preferences._opt_out(self.company.id, "email", row.address_key, source="test")
        campaign.action_pause()
        campaign.write(self._window(*OPEN))
        campaign.action_resume()
        self._pump(campaign)
        self.assertEqual((row.state, row.reason), ("skipped", "unsubscribed"))
        self.assertEqual(campaign.total_sent, 24)

    def test_retry_after_the_end_gets_another_day(self):
        campaign = self._listed(self._window(*OPEN))
        outcome = Outcome(TRANSIENT, "451 later", "RCPT")
        self._pump(campaign, CountingAdapter({"c0@x.example": outcome}))
        (row,) = campaign.recipient_ids.filtered(lambda row: row.state == "queued")
        self._query(
            """UPDATE campaign_recipient
                  SET not_before = (now() AT TIME ZONE 'UTC') - interval '1 minute',
                      not_after = (now() AT TIME ZONE 'UTC') - interval '2 minutes'
                WHERE id = %s""",
            row.id,
        )
        hours = self._window(*CLOSED)
        self._query(
            "UPDATE email_campaign SET window_start = %s, window_end = %s"
            " WHERE id = %s",
            *(hours[name] for name in ("window_start", "window_end")),
            campaign.id,
        )
        adapter = CountingAdapter()
        self.assertGreater(self._pump(campaign, adapter), 60)
        self.assertFalse(adapter.messages)
        self.assertIn(self._minutes_ahead(row.not_before), (29, 30))

    def test_time_of_a_retry_is_kept(self):
        campaign = self._listed(self._window(*OPEN))
        row = campaign.recipient_ids[0]
        self._mark(row, not_before=self._at(minutes=30), reason="deferred")
        later = row.not_before
        self._pump(campaign)
        self.assertEqual((row.state, row.not_before), ("queued", later))
        self.assertTrue(row.not_after > later)

    def test_paused_changed_and_resumed(self):
        campaign = self._listed(self._window(*CLOSED))
        self._pump(campaign)
        campaign.action_pause()
        self.assertIsNone(self._pump(campaign))
        campaign.with_user(self.user).write(self._window(*OPEN))
        self.assertFalse(any(campaign.recipient_ids.mapped("not_before")))
        campaign.with_user(self.user).action_resume()
        adapter = CountingAdapter()
        self.assertIsNone(self._pump(campaign, adapter))
        self.assertEqual(len(adapter.messages), 25)

    def test_hours_switched_off_amid_the_campaign(self):
        campaign = self._listed(self._window(*CLOSED))
        self._pump(campaign)
        campaign.action_pause()
        campaign.use_send_window = False
        campaign.action_resume()
        self.assertIsNone(self._pump(campaign))

    def test_what_a_sender_holds_forgets_its_time_too(self):
        campaign = self._listed(self._window(*OPEN))
        self._query(
            """UPDATE campaign_recipient SET state = 'claimed', lease_token = 'x',
                      not_after = '2999-01-01' WHERE campaign_id = %s""",
            campaign.id,
        )
        campaign.action_pause()
        campaign.write(self._window(*CLOSED))
        outbox.release(self.env.cr, "x", campaign.recipient_ids.ids)
        self.env.invalidate_all()
        campaign.action_resume()
        adapter = CountingAdapter()
        self.assertGreater(self._pump(campaign, adapter), 60)
        self.assertFalse(adapter.messages)

    def test_cancelled_while_it_waits(self):
        campaign = self._listed(self._window(*CLOSED))
        self._pump(campaign)
        campaign.action_cancel()
        self._jobs("_drop_queued", campaign)._run()
        self.assertEqual(set(campaign.recipient_ids.mapped("state")), {"cancelled"})

    @mute_logger(DELIVERY)
    def test_without_a_weekday_it_pauses_and_cannot_resume(self):
        campaign = self._listed(self._window(*OPEN))
        campaign.sudo().write(dict.fromkeys(WEEKDAYS, False))
        self.assertIsNone(self._pump(campaign))
        self.assertEqual(campaign.status, "paused")
        self.assertIn("weekday", campaign.status_reason)
        with self.assertRaisesRegex(UserError, "weekday"):
            campaign.action_resume()
        campaign.mon = True
        campaign.action_resume()


@tagged("post_install", "-at_install")
class TestCustomersClocks(WindowCase):
    """In Etc/GMT-5 it is five hours later than in UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        places = {
            "here@x.example": ("UTC", False),
            "east@x.example": ("Etc/GMT-5", "base.us"),
            "tokyo@x.example": (False, "base.jp"),
            "nowhere@x.example": (False, False),
        }
        customers = cls._create_customers(*places)
        for customer in customers:
            tz, country = places[customer.email]
            customer.tz = tz
            customer.country_id = country and cls.env.ref(country)

    def _plan(self, campaign):
        with self._sending(CountingAdapter()):
            plan.write_times(
                self.env.cr,
                campaign.id,
                campaign._get_window(),
                campaign._find_window_zone,
            )
        self.env.invalidate_all()
        return {row.email_address.split("@")[0]: row for row in campaign.recipient_ids}

    def test_each_has_the_time_of_his_place(self):
        window = self._window(-60, 60, window_clock="customer", window_tz="Etc/GMT+3")
        campaign = self._listed(window)
        rows = self._plan(campaign)
        offsets = {name: row.tz_offset for name, row in rows.items()}
        self.assertEqual(
            offsets, {"here": 0, "east": 300, "tokyo": 540, "nowhere": -180}
        )
        ahead = {n: self._minutes_ahead(row.not_before) for n, row in rows.items()}
        hour = 60
        self.assertIn(ahead["east"], (18 * hour - 1, 18 * hour))
        self.assertIn(ahead["tokyo"], (14 * hour - 1, 14 * hour))
        self.assertIn(ahead["nowhere"], (2 * hour - 1, 2 * hour))
        adapter = CountingAdapter()
        self.assertEqual(self._pump(campaign, adapter), 3600)
        self.assertEqual(adapter.addresses(), ["here@x.example"])

    def test_one_clock_for_everybody(self):
        rows = self._plan(self._listed(self._window(30, 60, window_tz="Etc/GMT-5")))
        self.assertEqual({row.tz_offset for row in rows.values()}, {300})
        self.assertEqual(len({row.not_before for row in rows.values()}), 1)

    def test_three_statements_for_any_number(self):
        campaign = self._listed(self._window(30, 60, window_clock="customer"))
        window, find = campaign._get_window(), campaign._find_window_zone
        self.env.flush_all()
        with self.assertQueryCount(3):
            plan.write_times(self.env.cr, campaign.id, window, find)
        with self.assertQueryCount(2):
            plan.write_times(self.env.cr, campaign.id, window, find)

    def test_the_other_companys_campaign_is_left_alone(self):
        self._create_customers("zoe@x.example", company=self.other_company)
        segment = self._create_segment("B", [], company=self.other_company)
        theirs = self.env["email.campaign"].create(
            {"name": "B", "company_id": self.other_company.id}
        )
        theirs.segment_ids = segment
        theirs.sudo().status = "running"
        self.env["email.campaign"]._prepare_recipients(theirs.id)
        self.assertEqual(len(theirs.recipient_ids), 1)
        self._plan(self._listed(self._window(30, 60)))
        self.assertFalse(theirs.recipient_ids.not_after)

import random
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import SQL

from ..models.delivery_feedback import _FIND
from ..sender import feedback as kinds
from ..sender import gate, outbox
from .feedback_common import NOON, FeedbackMixin
from .sender_common import SenderCase

TOKEN = "11111111-1111-1111-1111-111111111111"
IN_DOUBT = outbox.Answer(0, "in_doubt", "no_answer", "the line broke", attempts=1)
SENT = outbox.Answer(0, "sent", message_id="Q1", attempts=1)


@tagged("post_install", "-at_install")
class TestFeedback(FeedbackMixin, SenderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = cls._add("a@x.example", "b@x.example", "c@x.example")
        cls.row = cls.rows[0]
        cls.env["email.subscription.preference"].search(
            [("address_key", "in", cls.rows.mapped("address_key"))]
        ).consent_given_at = NOON - timedelta(days=9)

    def setUp(self):
        super().setUp()
        self._set(self.rows, "sent", sent_at=NOON, provider_id=self.provider.id)

    def _settle(self, answer):
        """Write the sender's own answer, as it does."""
        answer = answer._replace(id=self.row.id)
        states = outbox.settle(self.env.cr, TOKEN, [answer])
        self.env.invalidate_all()
        return states

    def _types(self, row=None):
        self.env.cr.execute(
            """SELECT event_type, source_id FROM marketing_event
                WHERE recipient_id = %s ORDER BY event_type""",
            [(row or self.row).id],
        )
        return self.env.cr.fetchall()

    # === EVENTS AND TIMES ===#

    def test_each_kind_has_its_event_and_its_time(self):
        logged = (
            (kinds.DELIVERED, "delivered_at"),
            (kinds.DEFERRED, None),
            (kinds.BOUNCED, "bounced_at"),
            (kinds.COMPLAINED, "complained_at"),
            (kinds.UNSUBSCRIBED, "unsubscribed_at"),
        )
        source = f"provider:{self.provider.id}"
        for number, (kind, field) in enumerate(logged):
            self._tell(kind, self.row, number)
            self.assertIn((kinds.EVENT_TYPES[kind], source), self._types())
            self._project()
            if field:
                self.assertEqual(self.row[field], NOON + timedelta(seconds=number))
        self.assertEqual(self.row.status, "bounced")
        registered = self.env["marketing.event.type"]._get_codes()
        self.assertLessEqual(set(kinds.EVENT_TYPES.values()), registered)

    def test_the_source_is_shown_as_the_provider(self):
        self._tell(kinds.DELIVERED, self.row, 1)
        events = self.env["marketing.event"].search(
            [("recipient_id", "=", self.row.id)]
        )
        self.assertEqual(events.mapped("source_name"), [self.provider.name])

    def test_opens_and_clicks_are_counted_by_our_own_doors_only(self):
        for kind in (kinds.OPENED, kinds.CLICKED, kinds.ACCEPTED):
            tally = self._tell(kind, self.row)
            self.assertEqual((tally.recorded, tally.traces), (0, 1))
        self._project()
        self.assertFalse(self._types())
        self.assertFalse(self.row.opened_at or self.row.clicked_at)

    def test_the_same_event_counts_once(self):
        first = self._tell(kinds.BOUNCED, self.row, 5, event_id="e1")
        self.assertEqual((first.recorded, first.known), (1, 0))
        again = [self._make(kinds.BOUNCED, self.row, 5, event_id="e1")] * 100
        tally = self._record(again)
        self.assertEqual((tally.recorded, tally.known), (0, 100))
        twice = [self._make(kinds.BOUNCED, self.rows[1], 5, event_id="e2")] * 2
        self.assertEqual(self._record(twice).recorded, 1)
        self.assertEqual(len(self._types()), 1)

    def test_a_long_identifier_is_still_one(self):
        for _time in range(2):
            self._tell(kinds.DELIVERED, self.row, event_id="x" * 4000)
        self.assertEqual(len(self._types()), 1)

    def test_strangers(self):
        """Unknown keys, and another company's message, change nothing."""
        self.provider.company_id = self.other_company
        tally = self._tell(kinds.COMPLAINED, self.row)
        self.assertEqual((tally.recorded, tally.unknown), (0, 1))
        self.provider.company_id = self.company
        unknown = self._make(kinds.BOUNCED, self.row)._replace(send_key="nobody's")
        self.assertEqual(self._record([unknown]).unknown, 1)
        self.assertEqual(self._record([]), kinds.Tally())
        self.assertFalse(self._types())
        self._check_sendable(self.row)

    def test_the_future_is_now(self):
        self._tell(kinds.DELIVERED, self.row, 10**9)
        self._project()
        self.assertLess(self.row.delivered_at, NOON + timedelta(days=10**4))
        self.assertLessEqual(self.row.delivered_at, self.env.cr.now())

    def test_queries_do_not_grow_with_the_number(self):
        rows = self._add(*(f"n{number}@x.example" for number in range(60)))
        self._set(rows, "sent", sent_at=NOON)
        few = [self._make(kinds.DELIVERED, row) for row in rows[:2]]
        many = [self._make(kinds.DELIVERED, row) for row in rows[2:]]
        self.env.flush_all()
        model = self.env["delivery.feedback"]
        model._record(self.provider, few)
        with self.assertQueryCount(5):
            model._record(self.provider, many)

    def test_rows_are_found_by_an_index(self):
        values = {"keys": self.rows.mapped("send_key"), "company": None}
        self.env.cr.execute("SET LOCAL enable_seqscan TO off")
        self.env.cr.execute("EXPLAIN " + _FIND, values)
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("send_key_uniq", plan)

    # === DOUBT ===#

    def test_a_sign_of_the_provider_ends_the_doubt(self):
        self._set(self.row, "in_doubt", reason="no_answer", doubted_at=NOON)
        self._tell(kinds.ACCEPTED, self.row, 7)
        self.assertEqual((self.row.state, self.row.reason), ("sent", False))
        self.assertEqual(self.row.sent_at, NOON + timedelta(seconds=7))
        self.assertEqual(self._types(), [("email_sent", "odoo")])
        self._tell(kinds.DELIVERED, self.row, 3)
        self.assertEqual(self.row.sent_at, NOON + timedelta(seconds=3), "the first")

    def test_a_sign_before_the_answer_is_not_lost(self):
        looks = []
        for first in (True, False):
            with self.env.cr.savepoint() as point:
                self._set(self.row, "submitting", lease_token=TOKEN, sent_at=None)
                if first:
                    self._tell(kinds.DELIVERED, self.row, 2)
                    self.assertEqual(self.row.state, "submitting", "its sender lives")
                    self.assertEqual(self._settle(IN_DOUBT), {self.row.id: "sent"})
                else:
                    self.assertEqual(self._settle(IN_DOUBT), {self.row.id: "in_doubt"})
                    self._tell(kinds.DELIVERED, self.row, 2)
                looks.append(self._look(self.row))
                point.rollback()
        self.assertEqual(*looks)
        self.assertEqual(looks[0][0][:2], ("sent", None))

    def test_an_answer_after_its_feedback(self):
        looks = []
        for first in (True, False):
            with self.env.cr.savepoint() as point:
                self._set(self.row, "submitting", lease_token=TOKEN, sent_at=None)
                if first:
                    self._tell(kinds.BOUNCED, self.row, 2, bounce_type="soft")
                    self._project()
                self._settle(SENT)
                if not first:
                    self._tell(kinds.BOUNCED, self.row, 2, bounce_type="soft")
                self.assertTrue(self.row.sent_at)
                self._set(self.row, "sent", sent_at=NOON)  # written by the clock
                looks.append(self._look(self.row))
                point.rollback()
        self.assertEqual(*looks)
        self.assertEqual(looks[0][0][:2], ("sent", None))

    def test_a_message_queued_again_that_had_left_after_all(self):
        for state in ("queued", "claimed", "cancelled"):
            self._set(self.row, state, doubted_at=NOON, lease_token=TOKEN)
            self._tell(kinds.DELIVERED, self.row, 1)
            self.assertEqual(self.row.state, "sent", state)
            self._set(self.row, state, traced_at=None)

    def test_never_down(self):
        """Feedback lifts nothing that was never on its way, and lowers nothing."""
        for state in ("queued", "skipped", "held_out", "cancelled", "failed"):
            self._set(self.row, state)
            self._tell(kinds.DEFERRED, self.row, 1)
            self.assertEqual(self.row.state, state)
        self._set(self.row, "sent")
        self._tell(kinds.DEFERRED, self.row, 2)
        self.assertEqual((self.row.state, self.row.sent_at), ("sent", NOON))

    # === STOPS ===#

    def _check_sendable(self, row, *, refused=None):
        """Ask the gate itself."""
        self.env.flush_all()
        self._set(row, "claimed")
        questions = self.env["campaign.recipient"]._gate_sql()
        verdicts = gate.judge(self.env.cr, questions, row.ids)
        self.assertEqual(verdicts[row.id][0], refused)

    def test_a_complaint_stops_the_address_at_once(self):
        self._tell(kinds.COMPLAINED, self.row)
        self._check_sendable(self.row, refused="unsubscribed")
        self._check_sendable(self.rows[1])
        line = self.env["email.subscription.history"].search(
            [("address_key", "=", self.row.address_key)], limit=1
        )
        self.assertEqual((line.source, line.reason), ("complaint", "complained"))
        self.assertEqual(line.campaign_id, self.campaign.id)

    def test_leaving_at_the_provider_counts_as_leaving(self):
        self._tell(kinds.UNSUBSCRIBED, self.row)
        self._check_sendable(self.row, refused="unsubscribed")

    def test_an_old_complaint_does_not_undo_a_later_consent(self):
        preferences = self.env["email.subscription.preference"]
        self._tell(kinds.COMPLAINED, self.row, event_id="one")
        preferences._opt_in(self.company, self.row.email_address, source="shop")
        self._tell(kinds.COMPLAINED, self.row, event_id="one")  # told again
        self._tell(kinds.COMPLAINED, self.row, 1, event_id="late")
        self._check_sendable(self.row)

    def test_an_objection_of_the_second_of_the_consent_counts(self):
        """Providers tell whole seconds, a consent is noted to the microsecond."""
        preferences = self.env["email.subscription.preference"]
        address_key = self.row.address_key
        consent = preferences._find_row(self.company.id, "email", address_key)
        for seconds, refused in ((1.2, None), (0.7, "unsubscribed")):
            moment = NOON + timedelta(seconds=seconds)
            self.env.cr.execute(
                SQL(
                    """UPDATE email_subscription_preference
                          SET consent_given_at = %s WHERE id = %s""",
                    moment,
                    consent.id,
                )
            )
            self.env.invalidate_all()
            self._tell(kinds.COMPLAINED, self.row, event_id=f"after {seconds}")
            self._check_sendable(self.row, refused=refused)

    def test_an_address_that_does_not_exist(self):
        detail = "550 5.1.1 a@x.example unknown"
        self._tell(kinds.BOUNCED, self.row, bounce_type="hard", detail=detail)
        self._check_sendable(self.row, refused="blacklisted")
        stop = self.env["mail.blacklist"].search([("email", "=", "a@x.example")])
        self.assertIn("does not exist", " ".join(stop.message_ids.mapped("body")))
        consent = self.env["email.subscription.preference"].search(
            [("address_key", "=", self.row.address_key)]
        )
        self.assertTrue(consent.is_subscribed, "nobody objected")
        self._project()
        self.assertEqual(self.row.bounce_reason, "550 5.1.1 [email] unknown")

    def test_what_may_pass_does_not_stop_an_address(self):
        for kind in (kinds.BOUNCED, kinds.DROPPED, kinds.DEFERRED):
            self._tell(kind, self.row, bounce_type="soft", detail="4.2.2 full")
        self._check_sendable(self.row)

    def test_a_repaired_address_stays_repaired(self):
        self._tell(kinds.BOUNCED, self.row, bounce_type="hard", event_id="one")
        self.env["mail.blacklist"]._remove("a@x.example")
        self._tell(kinds.BOUNCED, self.row, bounce_type="hard", event_id="one")
        self._check_sendable(self.row)

    def test_an_erased_customer(self):
        self._set(self.row, "sent", email_address=None)
        self._tell(kinds.BOUNCED, self.row, bounce_type="hard", detail="550 Zoe left")
        self._tell(kinds.COMPLAINED, self.row)
        self._project()
        self.assertFalse(self.row.bounce_reason)
        self.assertEqual(self.row.bounce_type, "hard")

    # === ANY ORDER ===#

    def test_any_order_ends_in_the_same_rows(self):
        rng = random.Random(20261102)
        looks = []
        rows = self._add(*(f"any{number}@x.example" for number in range(30)))
        stories = [
            self._make(
                rng.choice(kinds.KINDS),
                row,
                rng.randrange(60),
                event_id=f"{row.id}-{number}",
                bounce_type=rng.choice((None, "soft", "hard")),
                detail=rng.choice(("", "550 no", "452 full")),
            )
            for row in rows
            for number in range(rng.randrange(1, 6))
        ]
        shuffled = [*stories, *rng.choices(stories, k=len(stories) // 3)]
        rng.shuffle(shuffled)
        for told in (sorted(stories, key=lambda f: f.occurred_at), shuffled):
            with self.env.cr.savepoint() as point:
                self._set(rows, "sent", sent_at=NOON)
                self._set(rows[::3], "in_doubt", doubted_at=NOON, sent_at=None)
                while told:
                    size = rng.randrange(1, 20)
                    self._record(told[:size])
                    told = told[size:]
                looks.append(self._look(rows))
                point.rollback()
        self.assertEqual(*looks)
        states = {row[0] for row in looks[0]}
        self.assertEqual(states, {"sent"})

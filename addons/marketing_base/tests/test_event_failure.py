from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ROLES
from .test_api_send_events import PATH, SendEventsCase

CAP = "marketing_base.failed_event_cap"


@tagged("post_install", "-at_install")
class TestEventFailure(SendEventsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = cls.users["administrator"]

    def old(self, event_id, days=31, **values):
        moment = fields.Datetime.now() - timedelta(days=days)
        return self.event(event_id, occurred_at=f"{moment.isoformat()}Z", **values)

    def replay(self, failures=None):
        failures = self.failures() if failures is None else failures
        result = failures.with_user(self.administrator).action_replay()
        failures.invalidate_recordset()
        return result["params"]["message"]

    def test_a_refused_event_is_kept_with_its_reason(self):
        raw = self.event("k1", event_type="store_visit", properties={"q": "a@b.io"})
        self.verdicts([raw])
        [kept] = self.failures()
        self.assertEqual(
            (kept.event_id, kept.event_type, kept.code, kept.pointer, kept.state),
            ("k1", "store_visit", "unknown_type", "/event_type", "failed"),
        )
        self.assertEqual((kept.key_id, kept.company_id), (self.key, self.company_a))
        self.assertIn("[email]", kept.payload)
        self.assertNotIn("a@b.io", kept.payload)
        self.assertTrue(kept.is_replayable)

    def test_sent_again_it_stays_one_row(self):
        for _time in range(3):
            self.verdicts([self.old("again"), self.old("again"), None, None])
        failures = self.failures()
        self.assertEqual(failures.filtered("event_id").attempts, 3)
        self.assertEqual(len(failures.filtered(lambda f: not f.event_id)), 6)

    def test_an_old_event_is_replayed_by_an_administrator(self):
        partner = self.env["res.partner"].create({"name": "Ann"})
        self.verdicts([self.old("o1", days=400, partner_id=partner.id)])
        self.assertFalse(self.logged())
        self.replay()
        [row] = self.logged()
        self.assertEqual((row[0], row[3], row[5]), ("o1", partner.id, {"path": "/"}))
        [kept] = self.failures()
        self.assertEqual(kept.state, "replayed")
        self.assertEqual(kept.replayed_by_id, self.administrator)
        with self.assertRaises(UserError):
            self.replay()
        # the program sends it once more: refused again, and its replay is no second one
        self.verdicts([self.old("o1", days=400, partner_id=partner.id)])
        self.replay(self.failures().filtered(lambda f: f.state == "failed"))
        self.assertEqual(len(self.logged()), 1)

    def test_a_type_is_added_and_the_events_replayed(self):
        events = [self.event(f"t{n}", event_type="store_visit") for n in range(5)]
        self.verdicts(events)
        self.assertIn("5 were refused again", self.replay())
        self.env["marketing.event.type"].create(
            {
                "name": "Store Visit",
                "code": "store_visit",
                "property_schema": '{"required": ["store"]}',
            }
        )
        self.replay()
        self.assertEqual(set(self.failures().mapped("code")), {"invalid_properties"})
        self.env["marketing.event.type"].search(
            [("code", "=", "store_visit")]
        ).property_schema = False
        self.assertIn("5 of 5", self.replay())
        self.assertEqual(len(self.logged()), 5)

    def test_what_cannot_be_stored_cannot_be_replayed(self):
        self.verdicts([self.event("n", properties={"t": "\0"}), None])
        self.assertFalse(any(self.failures().mapped("is_replayable")))
        with self.assertRaises(UserError):
            self.replay()

    def test_a_full_store_is_said_and_nothing_is_dropped(self):
        self.env["ir.config_parameter"].set_param(CAP, "3")
        self.verdicts([self.old("c1"), self.old("c2"), self.old("c3")])
        answer = self.send([self.event("good"), self.old("c4")])
        self.assertProblem(answer, 429, "Nothing of this batch was stored")
        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 60)
        self.assertEqual(len(self.failures()), 3)
        self.assertNotIn("good", [row[0] for row in self.logged()])
        self.verdicts([self.event("good"), self.old("c3")])
        _other, token = self.make_key("user", ["write:events"])
        self.assertEqual(self.send([self.old("c4")], token=token).status_code, 202)
        self.replay()
        self.assertEqual(self.send([self.old("c4")]).status_code, 202)

    def test_it_is_kept_for_thirty_days(self):
        self.verdicts([self.old("young"), self.old("gone")])
        self.env.cr.execute(
            """UPDATE marketing_event_failure SET received_at = received_at - interval
               '31 days' WHERE event_id = 'gone'"""
        )
        self.env.invalidate_all()
        self.env["marketing.event.failure"]._gc_failures()
        self.assertEqual(self.failures().mapped("event_id"), ["young"])

    def test_only_administrators_see_and_replay(self):
        self.verdicts([self.old("s1")])
        failures = self.failures()
        for role in ROLES:
            mine = failures.with_user(self.users[role])
            if role == "administrator":
                self.assertTrue(mine.search([("id", "in", failures.ids)]))
                continue
            with self.assertRaises(AccessError):
                mine.read(["payload"])
            with self.assertRaises(AccessError):
                mine.action_replay()

    def test_another_company_sees_nothing(self):
        self.verdicts([self.old("s1")])
        failures = self.failures()
        stranger = self.new_user("administrator", self.company_b)
        theirs = failures.with_user(stranger)
        self.assertFalse(theirs.search([("id", "in", failures.ids)]))
        with self.assertRaises(AccessError):
            theirs.action_replay()
        self.assertEqual(failures.state, "failed")

    def test_nobody_makes_or_changes_one_by_hand(self):
        self.verdicts([self.old("s1")])
        failures = self.failures().with_user(self.administrator)
        with self.assertRaises(AccessError):
            failures.write({"state": "replayed"})
        with self.assertRaises(AccessError):
            failures.create({"source_id": "odoo", "company_id": self.company_a.id})

    def test_addresses_of_the_request_are_in_no_row(self):
        mail, phone = "canary@example.com", "+32 470 12 34 56"
        for number, place in enumerate(
            (
                {"properties": {"a": [mail, {phone: mail}]}},
                {"context": mail},
                {"event_id": mail},
                {"event_type": mail},
                {"occurred_at": mail},
                {mail: phone},
                {"session_id": phone},
                {"partner_id": mail},
            )
        ):
            raw = {**self.old(f"pii-{number}"), **place}
            self.call("POST", PATH, token=self.token, body={"events": [raw, [mail]]})
        self.env.cr.execute("SELECT f::text FROM marketing_event_failure f")
        stored = str(self.env.cr.fetchall())
        self.assertGreater(len(self.failures()), 8)
        self.assertNotIn(mail, stored)
        self.assertNotIn("470 12", stored)

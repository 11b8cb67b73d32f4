import json

from odoo.tests import BaseCase, tagged

from odoo.addons.marketing_delivery.sender import feedback as kinds
from odoo.addons.marketing_delivery.tests.feedback_common import NOON

from ..sender.records import RecordProblem, parse_record, parse_told
from .sns_signer import ARN, record

KEY = "b9c1"


def tell(name, **details):
    return parse_record(record(name, KEY, moment=NOON, details=details))


@tagged("post_install", "-at_install")
class TestSesRecords(BaseCase):
    """Event records as SES documents them, and as it does not."""

    def test_each_event(self):
        for name, kind, bounce in (
            ("Send", kinds.ACCEPTED, None),
            ("Delivery", kinds.DELIVERED, None),
            ("DeliveryDelay", kinds.DEFERRED, None),
            ("Bounce", kinds.BOUNCED, "soft"),
            ("Complaint", kinds.COMPLAINED, None),
            ("Reject", kinds.DROPPED, "soft"),
            ("Rendering Failure", kinds.DROPPED, "soft"),
            ("Open", kinds.OPENED, None),
            ("Click", kinds.CLICKED, None),
            ("Subscription", kinds.OPENED, None),
            ("Something New", kinds.OPENED, None),
        ):
            [found] = tell(name)
            self.assertEqual((found.kind, found.bounce_type), (kind, bounce), name)
            self.assertEqual((found.send_key, found.message_id), (KEY, "ses-1"))
            self.assertEqual(found.occurred_at, NOON)

    def test_bounces(self):
        for kind, reason, status, found_kind, bounce in (
            ("Permanent", "General", "5.1.1", kinds.BOUNCED, "hard"),
            ("Permanent", "NoEmail", "", kinds.BOUNCED, "hard"),
            ("Permanent", "General", "5.7.1", kinds.BOUNCED, "soft"),
            ("Permanent", "General", "5.6.0", kinds.BOUNCED, "soft"),
            ("Permanent", "Suppressed", "5.1.1", kinds.DROPPED, "hard"),
            ("Permanent", "OnAccountSuppressionList", "", kinds.DROPPED, "hard"),
            ("Transient", "MailboxFull", "5.2.2", kinds.BOUNCED, "soft"),
            ("Transient", "General", "4.4.1", kinds.BOUNCED, "soft"),
            ("Undetermined", "Undetermined", "", kinds.BOUNCED, "soft"),
        ):
            recipient = {"emailAddress": "z@x.example", "status": status}
            [found] = tell(
                "Bounce",
                bounceType=kind,
                bounceSubType=reason,
                bouncedRecipients=[recipient],
            )
            wanted = (found_kind, bounce)
            self.assertEqual((found.kind, found.bounce_type), wanted, (kind, reason))
            self.assertIn(reason, found.detail)
            self.assertIn(status, found.detail)

    def test_who_objected(self):
        abuse = tell("Complaint", complaintFeedbackType="abuse")
        self.assertEqual([f.kind for f in abuse], [kinds.COMPLAINED])
        for harmless in ("not-spam", "auth-failure"):
            [found] = tell("Complaint", complaintFeedbackType=harmless)
            self.assertEqual(found.kind, kinds.OPENED, harmless)
        for name, details in (
            ("Complaint", {"complaintSubType": "OnAccountSuppressionList"}),
            ("Bounce", {"bounceSubType": "UnsubscribedRecipient"}),
        ):
            dropped, objected = tell(name, **details)
            self.assertEqual(dropped.kind, kinds.DROPPED)
            self.assertEqual(objected.kind, kinds.UNSUBSCRIBED)
            self.assertNotEqual(dropped.event_id, objected.event_id)
        sign, left = tell("Subscription", newTopicPreferences={"unsubscribeAll": True})
        self.assertEqual((sign.kind, left.kind), (kinds.OPENED, kinds.UNSUBSCRIBED))

    def test_several_recipients(self):
        recipients = [
            {"emailAddress": f"{n}@x.example", "status": f"5.1.{n}"} for n in range(3)
        ]
        found = tell("Bounce", bounceType="Permanent", bouncedRecipients=recipients)
        self.assertEqual(len({f.event_id for f in found}), 3)
        self.assertEqual([f.bounce_type for f in found], ["hard"] * 3)
        self.assertIn("5.1.2", found[2].detail)

    def test_an_event_is_the_same_each_time_it_is_told(self):
        one = tell("Delivery")
        self.assertEqual(one, tell("Delivery"))
        self.assertNotEqual(one[0].event_id, tell("Send")[0].event_id)
        later = record("Delivery", KEY, moment=NOON.replace(hour=13))
        self.assertNotEqual(one[0].event_id, parse_record(later)[0].event_id)
        bounce = tell("Bounce", feedbackId="f-1", timestamp="2026-11-02T12:00:00.000Z")
        again = tell("Bounce", feedbackId="f-1", timestamp="2026-11-02T12:00:09.000Z")
        self.assertEqual(bounce[0].event_id, again[0].event_id, "the feedback's name")
        nameless = [record("Delivery", key, moment=NOON, message_id="") for key in "ab"]
        self.assertEqual(len({parse_record(told)[0].event_id for told in nameless}), 2)
        self.assertNotIn("@", str([f.event_id for f in one]), "no address")

    def test_where_the_key_is(self):
        told = record("Delivery", KEY, moment=NOON)
        del told["mail"]["tags"]
        self.assertEqual(parse_record(told)[0].send_key, "", "of other mail")
        headers = [{"name": "From", "value": "a"}, {"name": "x-sk", "value": "h1"}]
        told["mail"]["headers"] = headers
        self.assertEqual(parse_record(told)[0].send_key, "h1")

    def test_an_older_kind_of_notification(self):
        told = record("Bounce", KEY, moment=NOON)
        told["notificationType"] = told.pop("eventType")
        self.assertEqual(parse_record(told)[0].kind, kinds.BOUNCED)

    def test_what_is_wrong_inside_does_no_harm(self):
        for value in (None, 7, "x", [], [None], {"a": {}}, True, [[[]]]):
            for name in ("mail", "bounce", "eventType"):
                told = {**record("Bounce", KEY, moment=NOON), name: value}
                try:
                    parse_record(told)
                except RecordProblem:
                    self.assertEqual(name, "eventType")
            for name in ("bouncedRecipients", "timestamp", "bounceType", "feedbackId"):
                self.assertTrue(tell("Bounce", **{name: value}), (name, value))
        for stamp in ("", "no", "1970-01-01T00:00:00Z", "99999-01-01"):
            self.assertFalse(tell("Delivery", timestamp=stamp)[0].occurred_at and stamp)
        detail = tell("Bounce", bounceSubType="a\x00b\ud800" + "x" * 5000)[0].detail
        self.assertLessEqual(len(detail), 300)
        detail.encode()

    def test_what_is_no_record(self):
        for told in ("x", 7, None, {}, {"hello": "world"}, [[]]):
            with self.assertRaises(ValueError, msg=told):
                parse_told(told)

    def test_envelopes(self):
        def wrap(message, kind="Notification"):
            return {"Type": kind, "TopicArn": ARN, "Message": message}

        told = record("Delivery", KEY, moment=NOON)
        self.assertEqual(parse_told(wrap(json.dumps(told))), tell("Delivery"))
        both = json.dumps([told, record("Send", KEY, moment=NOON)])
        self.assertEqual(len(parse_told(wrap(both))), 2)
        welcome = "Successfully validated SNS topic for Amazon SES event publishing."
        self.assertEqual(parse_told(wrap(welcome)), [])
        self.assertEqual(parse_told(wrap("x", "SubscriptionConfirmation")), [])
        for message in ("not json", "{}", 7, None, "[" * 100):
            with self.assertRaises(ValueError, msg=message):
                parse_told(wrap(message))

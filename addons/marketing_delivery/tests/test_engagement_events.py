from odoo.tests import TransactionCase, tagged

from odoo.addons.marketing_base.tests.event_common import EventMixin

from .tracking_common import SENT_AT, TrackingMixin


@tagged("post_install", "-at_install")
class TestEngagementEvents(EventMixin, TrackingMixin, TransactionCase):
    def seconds(self, event_type):
        return [
            (event["recipient_id"], (event["occurred_at"] - SENT_AT).total_seconds())
            for event in self.logged(event_type)
        ]

    def test_a_sent_message_is_delivered_once(self):
        bounced = self._make_recipient("b@example.com", bounced_at=SENT_AT)
        failed = self._make_recipient("f@example.com", state="failed")
        for recipient in (self.recipient, bounced, failed):
            self._log("email_sent", 0, recipient=recipient)
        self._project()
        self._log("email_sent", 0, xact=1_000)
        self._project(horizon=2_000)
        [event] = self.logged("campaign_delivered")
        self.assertEqual(event["recipient_id"], self.recipient.id)
        self.assertEqual(event["occurred_at"], SENT_AT)
        self.assertEqual(event["company_id"], self.company.id)
        self.assertEqual(event["partner_id"], self.customer.id)
        self.assertEqual(event["campaign_id"], self.campaign.id)
        self.assertEqual(event["properties"], {"channel": "email"})

    def test_the_variant_is_said(self):
        other = self._make_recipient("v@example.com", variant="B")
        self._log("email_sent", 0, recipient=other)
        self._click(60, 1, recipient=other)
        self._project()
        for event_type in ("campaign_delivered", "campaign_clicked"):
            [event] = self.logged(event_type)
            self.assertEqual(event["properties"]["variant"], "B")

    def test_only_what_a_person_did_is_viewed_and_clicked(self):
        machine = self._make_recipient("m@example.com")
        self._log("email_opened", 60, recipient=machine, properties={"suspect": "head"})
        self._click(60, 1, "bot_agent", recipient=machine)
        self._log("email_opened", 50)
        self._log("email_opened", 70)
        self._click(80, 1)
        self._click(900, 2)
        self._project()
        self.assertEqual(self.seconds("campaign_viewed"), [(self.recipient.id, 50)])
        self.assertEqual(self.seconds("campaign_clicked"), [(self.recipient.id, 80)])

    def test_later_clicks_and_a_rebuild_add_nothing(self):
        self._click(80, 1, xact=10)
        self._project(horizon=20)
        self._click(20, 2, xact=20)
        self._project(horizon=30)
        self.env["marketing.engagement.projection"]._rebuild()
        self.assertEqual(len(self.logged("campaign_clicked")), 1)

    def test_a_verdict_that_changes_is_said_anew(self):
        """Human, machine, human: the log follows, also after a rebuild."""
        self._click(60, 1, xact=10)
        self._click(62, 2, xact=10)
        self._project(horizon=20)
        self._click(61, 3, xact=20)  # the third of a burst
        self._project(horizon=30)
        moved = self.env["res.partner"].create({"name": "Merged"})
        self.recipient.customer_id = moved
        self.env.flush_all()
        self._click(500, 4, xact=30)
        self._project(horizon=40)
        engagement = self.env["marketing.engagement.projection"]
        engagement._rebuild()
        self.assertEqual(self.seconds("campaign_clicked"), [(self.recipient.id, 60)])
        said = self.logged("campaign_rejudged")
        expected = [(1, None), (2, "2026-03-02T09:08:20.000000Z")]
        found = [event["properties"] for event in said]
        self.assertEqual([(each["revision"], each["at"]) for each in found], expected)
        for event in said:
            self.assertEqual(event["partner_id"], self.customer.id)
            self.assertEqual(event["recipient_id"], self.recipient.id)
            self.assertEqual(event["properties"]["reaction"], "campaign_clicked")

    def test_these_events_change_no_number(self):
        """A program may say them as well; what is counted comes from our own doors."""
        for source in ("odoo", "api:1"):
            for event_type in ("campaign_viewed", "campaign_clicked"):
                self._log(event_type, 60, source_id=source)
        self._project()
        self.assertFalse(any(self._times().values()))
        self.assertFalse(self._verdicts())

    def test_events_of_our_own_doors_fit_their_schemas(self):
        rules = self.env["marketing.event.type"]._get_rules()
        self._log("email_sent", 0)
        for position in (1, 2, 3):
            self._click(60 + position, position, xact=position)
            self._project(horizon=position + 1)
        self.env.cr.execute(
            """SELECT event_type, properties FROM marketing_event
                WHERE recipient_id = %s""",
            [self.recipient.id],
        )
        for event_type, properties in self.env.cr.fetchall():
            rules(event_type).check(properties)

    def test_campaigns_of_the_company_may_be_named_by_programs(self):
        other = self._make_campaign(self.other_company, 1)
        intake = self.env["marketing.event.intake"]
        ids = {self.campaign.id, other.id, 2**30}
        found = intake._find_campaigns(ids, self.company.id)
        self.assertEqual(found, {self.campaign.id})
        self.assertEqual(intake._find_campaigns(set(), self.company.id), set())

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from .common import MarketingCase

SPECIFIED = """
    campaign_delivered campaign_viewed campaign_clicked campaign_converted
    campaign_abandoned user_segmented user_purchased user_engaged user_unsubscribed
    campaign_created campaign_launched campaign_paused budget_reallocated
    dashboard_accessed creative_variant_tested data_refresh_completed
    metric_calculation_completed anomaly_detected model_inference_completed
    user_action_recommended
""".split()
OURS = """
    email_sent email_failed email_in_doubt email_delivered email_opened email_clicked
    email_unsubscribed email_bounced email_complained landing page_view product_view
    search add_to_cart
""".split()


class TestEventType(MarketingCase):
    def test_the_twenty_and_ours_are_seeded(self):
        self.assertEqual(len(SPECIFIED), 20)
        self.assertLessEqual(
            set(SPECIFIED + OURS), self.env["marketing.event.type"]._get_codes()
        )

    def test_an_administrator_extends_the_registry(self):
        types = self.env["marketing.event.type"].with_user(self.users["administrator"])
        record = self.env["marketing.event"]._record
        with self.assertRaises(ValidationError):
            record([self.new_event("own", event_type="store_visit")])
        created = types.create({"name": "Store Visit", "code": "store_visit"})
        self.assertEqual(record([self.new_event("own", event_type="store_visit")]), 1)
        created.active = False
        with self.assertRaises(ValidationError):
            record([self.new_event("own2", event_type="store_visit")])
        created.unlink()

    def test_built_in_types_stay(self):
        built_in = self.env.ref("marketing_base.event_type_email_sent")
        built_in = built_in.with_user(self.users["administrator"])
        for change in (
            built_in.unlink,
            lambda: built_in.write({"code": "mail_sent"}),
            lambda: built_in.write({"active": False}),
        ):
            with self.assertRaises(UserError):
                change()
        built_in.name = "Mail Sent"

    def test_constraints(self):
        types = self.env["marketing.event.type"]
        for values, error in (
            ({"name": "X", "code": "email_sent"}, UniqueViolation),
            ({"name": "X", "code": "Bad Code"}, CheckViolation),
            ({"name": "X", "code": "x"}, CheckViolation),
        ):
            with self.assertRaises(error), mute_logger("odoo.sql_db"):
                types.create(values)

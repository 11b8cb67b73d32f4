from odoo.tests import TransactionCase


class TestDeliveryAudit(TransactionCase):
    def entries(self, record):
        return self.env["marketing.audit.log"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)], order="id"
        )

    def test_the_ways_of_a_campaign(self):
        campaign = self.env["email.campaign"].create({"name": "Spring"})
        known = self.entries(campaign)
        self.assertEqual(known.event, "record_created")
        campaign.write({"status": "running"})
        campaign._pause_for("No provider")
        found = self.entries(campaign) - known
        self.assertEqual(set(found.mapped("event")), {"campaign_status_changed"})
        self.assertEqual(
            [entry.changes["status"] for entry in found],
            [["draft", "running"], ["running", "paused"]],
        )

    def test_limits_and_server_of_a_provider(self):
        server = self.env["ir.mail_server"].create(
            {"name": "Relay", "smtp_host": "127.0.0.1", "smtp_pass": "canary-secret"}
        )
        provider = self.env["delivery.provider"].create(
            {"name": "Main", "mail_server_id": server.id}
        )
        provider.cap_per_day = 5000
        provider._mark_up()
        first, second = self.entries(provider)
        self.assertEqual(first.changes["mail_server_id"], [None, server.display_name])
        self.assertNotIn("canary", str(first.changes))
        self.assertEqual(second.changes, {"cap_per_day": [0, 5000]})

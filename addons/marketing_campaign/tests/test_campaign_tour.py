from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.marketing_base.links import LinkSigner
from odoo.addons.marketing_delivery.sender.composer import Composer, Letterhead
from odoo.addons.marketing_delivery.tests.sender_common import ANY_TIME


@tagged("post_install", "-at_install")
class TestCampaignTour(HttpCase):
    """From the form to the wire: a person presses Send, a sink records the mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("base.main_company")
        cls.company.write(
            {"email": "news@x.example", "marketing_holdout_percent": 0, **ANY_TIME}
        )
        cls.marketer = new_test_user(
            cls.env, "mm_sender", "base.group_user,marketing_base.group_user"
        )
        server = cls.env["ir.mail_server"].create({"name": "S", "smtp_host": "[::1]"})
        cls.env["delivery.provider"].create({"name": "S", "mail_server_id": server.id})
        cls.env["email.template.marketing"].create(
            {
                "name": "Tour template",
                "subject_template": "For {{ first_name or 'you' }}",
                "html_content": '<p>Dear <span data-mm-tag="first_name">x</span>,'
                ' <a href="https://x.example/offer">offer</a></p>',
                "company_id": cls.company.id,
            }
        )
        cls._create_audience(("Anna A", True), ("Ben B", True), ("Cleo C", False))

    @classmethod
    def _create_audience(cls, *people):
        partners = cls.env["res.partner"].create(
            [
                {"name": name, "email": f"{name.split()[0]}@tour.example"}
                for name, _consent in people
            ]
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            """INSERT INTO customer_profile (partner_id, company_id, currency_id,
                                             order_count)
               SELECT id, %s, %s, 7654321 FROM unnest(%s) AS id""",
            [cls.company.id, cls.company.currency_id.id, partners.ids],
        )
        cls.env["email.subscription.preference"]._opt_in_many(
            cls.company,
            [
                (partner.id, partner.email)
                for partner, (_name, consent) in zip(partners, people, strict=True)
                if consent
            ],
            source="test",
        )
        cls.env["customer.segment"].create(
            {
                "name": "Tour segment",
                "filter_domain": "[('order_count', '=', 7654321)]",
                "company_id": cls.company.id,
            }
        )

    def test_send_from_the_form(self):
        self.start_tour("/odoo/campaigns/new", "mm_campaign_send", login="mm_sender")
        campaign = self.env["email.campaign"].search([("name", "=", "Spring offer")])
        self.assertEqual(campaign.create_uid, self.marketer)
        self.env["marketing.job"].search(
            [("method", "=", "_prepare_recipients"), ("state", "=", "pending")]
        )._run()
        rows = campaign.recipient_ids.sorted("customer_id")
        self.assertEqual(rows.mapped("state"), ["queued", "queued", "skipped"])
        self.assertTrue(
            self.env["marketing.job"].search_count(
                [("method", "=", "_pump_deliver"), ("state", "=", "pending")]
            )
        )
        sink = self._send_queued(campaign)
        self.assertEqual(
            [message.address for message in sink],
            ["anna@tour.example", "ben@tour.example"],
        )
        self.assertIn(b"Subject: For Anna", sink[0].data)
        self.assertIn(b"/mm/c/", sink[0].data.replace(b"=\r\n", b""))
        campaign._complete_if_done()
        self.assertEqual(campaign.status, "completed")
        self.assertEqual((campaign.total_sent, campaign.total_skipped), (2, 1))

    def _send_queued(self, campaign):
        """What a pump does, on the test's cursor: compose, submit, settle."""
        composer = Composer(
            Letterhead.of(campaign),
            campaign._get_renderer(),
            LinkSigner.from_env(self.env),
        )
        queued = campaign.recipient_ids.filtered(lambda row: row.state == "queued")
        rows = [
            self.env["marketing.browser.view"]._prepare_row(row)
            for row in queued.sorted("id")
        ]
        contexts = composer.read_contexts(self.env.cr, rows)
        messages = [composer.compose(row, contexts) for row in rows]
        queued.sudo().write({"state": "sent", "sent_at": fields.Datetime.now()})
        self.env.flush_all()
        return messages

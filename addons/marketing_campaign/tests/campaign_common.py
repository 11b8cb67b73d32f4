from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.marketing_delivery.tests.sender_common import ANY_TIME

BODY = """
<table><tr><td>
<p>Dear <span data-mm-tag="first_name">first name</span>,</p>
<p><a href="https://shop.example.com/autumn">Autumn</a></p>
<p><a href="https://elsewhere.example.org/">Elsewhere</a></p>
</td></tr></table>
"""


class CampaignCase(TransactionCase):
    """A company whose audience is made by the test, another one, and plain users."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls._create_company("Shop A")
        cls.other_company = cls._create_company("Shop B")
        cls.env.user.company_ids |= cls.company | cls.other_company
        cls.env.user.company_id = cls.company
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.user = cls._create_user("mmk_user", "marketing_base.group_user")
        cls.analyst = cls._create_user("mmk_analyst", "marketing_base.group_analyst")
        cls.segment = cls._create_segment("Everybody", [("order_count", ">=", 1)])
        cls.provider = cls.env["delivery.provider"].create(
            {
                "name": "Sink",
                "company_id": cls.company.id,
                "mail_server_id": cls.env["ir.mail_server"]
                .create({"name": "Sink", "smtp_host": "127.0.0.1", "smtp_port": 9})
                .id,
            }
        )
        cls.template = cls.env["email.template.marketing"].create(
            {
                "name": "Autumn",
                "subject_template": "News for {{ first_name or 'you' }}",
                "html_content": BODY,
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def _create_company(cls, name):
        company = cls.env["res.company"].create(
            {
                "name": name,
                "email": "news@shop.example.com",
                "website": "https://shop.example.com",
                "marketing_holdout_percent": 0,
                "marketing_postal_address": "1 Market Street, Springfield",
                **ANY_TIME,
            }
        )
        return company

    @classmethod
    def _create_user(cls, login, group, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            f"base.group_user,{group}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _create_segment(cls, name, domain, company=None):
        return cls.env["customer.segment"].create(
            {
                "name": name,
                "filter_domain": repr(domain),
                "company_id": (company or cls.company).id,
            }
        )

    @classmethod
    def _create_customers(cls, *emails, consent=True, orders=1, company=None):
        """Customers with a profile; consent is given for each usable address."""
        company = company or cls.company
        partners = cls.env["res.partner"].create(
            [{"name": f"Customer {email}", "email": email} for email in emails]
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            """INSERT INTO customer_profile (partner_id, company_id, currency_id,
                                             order_count, revenue, last_order_date)
               SELECT id, %s, %s, %s, 10, now() FROM unnest(%s) AS id""",
            [company.id, company.currency_id.id, orders, partners.ids],
        )
        if consent:
            cls.env["email.subscription.preference"]._opt_in_many(
                company, [(p.id, p.email) for p in partners], source="test"
            )
        return partners

    @classmethod
    def _create_campaign(cls, **values):
        if values.get("is_transactional") and "template_id" not in values:
            notice = cls.template.copy({"template_type": "transactional"})
            values["template_id"] = notice.id
        return cls.env["email.campaign"].create(
            {
                "name": "Autumn 2026",
                "company_id": cls.company.id,
                "segment_ids": [Command.set(cls.segment.ids)],
                "template_id": cls.template.id,
                **values,
            }
        )

    @classmethod
    def _jobs(cls, method, campaign):
        jobs = cls.env["marketing.job"].search(
            [("method", "=", method), ("state", "=", "pending")]
        )
        return jobs.filtered(lambda job: job.payload.get("campaign_id") == campaign.id)

    def _send(self, campaign):
        """Press Send and let the job list the recipients."""
        campaign.action_send_now()
        self._jobs("_prepare_recipients", campaign)._run()
        return campaign.recipient_ids

    def _states(self, campaign):
        """{customer: (state, reason)} of a campaign."""
        return {
            row.customer_id: (row.state, row.reason) for row in campaign.recipient_ids
        }

    def _at(self, **delta):
        return fields.Datetime.now() + timedelta(**delta)

    def _mark(self, rows, **values):
        """Write what only the sender writes."""
        rows.sudo().write(values)
        rows.flush_recordset()

    def _freeze_now(self, moment):
        return patch.object(fields.Datetime, "now", staticmethod(lambda *args: moment))

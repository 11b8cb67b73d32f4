from functools import partial
from threading import Thread
from time import sleep
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestTwoPeoplePressSend(BaseCase):
    """Two real connections on committed rows; everything is removed afterwards."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self._env() as env:
            self.ids = self._create_records(env)
        self.addCleanup(self._remove_records)

    def _env(self):
        return _Env(self.registry)

    def _create_records(self, env):
        company = env.ref("base.main_company")
        self.holdout = company.marketing_holdout_percent
        company.marketing_holdout_percent = 0  # the one customer is never held out
        env = env(context={"allowed_company_ids": company.ids})
        partner = env["res.partner"].create({"name": "R", "email": "r@race.example"})
        env.flush_all()
        env.cr.execute(
            "INSERT INTO customer_profile (partner_id, company_id, currency_id,"
            " order_count) VALUES (%s, %s, %s, 1)",
            [partner.id, company.id, company.currency_id.id],
        )
        env["email.subscription.preference"]._opt_in_many(
            company, [(partner.id, partner.email)], source="test"
        )
        server = env["ir.mail_server"].create({"name": "R", "smtp_host": "127.0.0.1"})
        provider = env["delivery.provider"].create(
            {"name": "R", "company_id": company.id, "mail_server_id": server.id}
        )
        segment = env["customer.segment"].create(
            {"name": "R", "company_id": company.id, "filter_domain": "[]"}
        )
        template = env["email.template.marketing"].create(
            {
                "name": "R",
                "subject_template": "R",
                "html_content": "<p>R</p>",
                "company_id": company.id,
            }
        )
        campaign = env["email.campaign"].create(
            {
                "name": "Race",
                "company_id": company.id,
                "from_email": "news@race.example.com",
                "segment_ids": [Command.set(segment.ids)],
                "template_id": template.id,
            }
        )
        return {
            "email.campaign": campaign.id,
            "email.template.marketing": template.id,
            "customer.segment": segment.id,
            "delivery.provider": provider.id,
            "ir.mail_server": server.id,
            "res.partner": partner.id,
        }

    def _remove_records(self):
        with self._env() as env:
            campaign = env["email.campaign"].browse(self.ids["email.campaign"])
            copy, utm = campaign.sent_template_id, campaign.utm_campaign_id
            env.cr.execute(
                "DELETE FROM marketing_job WHERE payload ->> 'campaign_id' = %s",
                [str(campaign.id)],
            )
            campaign.write({"status": "draft", "start_date": False})
            partner = env["res.partner"].browse(self.ids["res.partner"])
            env["email.subscription.preference"].search(
                [("partner_id", "=", partner.id)]
            ).unlink()
            for model, record_id in self.ids.items():
                env[model].browse(record_id).unlink()
            copy.unlink()
            utm.unlink()
            company = env.ref("base.main_company")
            company.marketing_holdout_percent = self.holdout

    def test_one_wins_the_other_is_told(self):
        """Both see a draft; the second request is repeated by Odoo and finds out."""
        with self._env() as first, self._env() as second:
            mine, theirs = (
                env["email.campaign"].browse(self.ids["email.campaign"])
                for env in (first, second)
            )
            self.assertEqual((mine.status, theirs.status), ("draft", "draft"))
            retrying(mine.action_send_now, first)
            with (
                self.assertRaisesRegex(UserError, "already being sent"),
                mute_logger("odoo.sql_db", "odoo.service.model"),
                patch("odoo.service.model.time.sleep"),
            ):
                retrying(theirs.action_send_now, second)
        self.assertEqual(self._count_jobs(), 1)

    def test_cancel_beats_a_listing_that_has_not_begun(self):
        with self._env() as person, self._env() as worker:
            campaign = person["email.campaign"].browse(self.ids["email.campaign"])
            retrying(campaign.action_send_now, person)
            listing = worker["email.campaign"].browse(campaign.id)
            self.assertEqual(listing.status, "running")
            retrying(campaign.action_cancel, person)
            with (
                mute_logger("odoo.sql_db", "odoo.service.model"),
                patch("odoo.service.model.time.sleep"),
            ):
                retrying(partial(listing._prepare_recipients, listing.id), worker)
            worker.invalidate_all()
            self.assertFalse(listing.recipient_ids)
            self.assertEqual(listing.status, "cancelled")

    def test_pumps_that_end_together_wait_for_each_other(self):
        ended = []
        with self._env() as other:
            campaign = other["email.campaign"].browse(self.ids["email.campaign"])
            campaign._write({"total_sent": 5})
            other.flush_all()
            pump = Thread(target=lambda: ended.append(self._pump()))
            pump.start()
            self._wait_for_lock(other.cr)
        pump.join()
        self.assertEqual(ended, [0])

    def _pump(self):
        """End a pump of a campaign that sends nothing; return what it counted."""
        with self._env() as env:
            campaign = env["email.campaign"].browse(self.ids["email.campaign"])
            campaign._pump_deliver(campaign.id)
            return campaign.total_sent

    def _wait_for_lock(self, cr):
        for _attempt in range(500):
            cr.execute(
                """SELECT 1 FROM pg_locks WHERE NOT granted
                    AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"""
            )
            if cr.fetchone():
                return
            sleep(0.02)
        self.fail("The pump did not come to its numbers.")

    def _count_jobs(self):
        with self._env() as env:
            env.cr.execute(
                "SELECT count(*) FROM marketing_job"
                " WHERE method = '_prepare_recipients'"
                " AND payload ->> 'campaign_id' = %s",
                [str(self.ids["email.campaign"])],
            )
            return env.cr.fetchone()[0]


class _Env:
    """An environment on its own committed cursor."""

    def __init__(self, registry):
        self._registry = registry

    def __enter__(self):
        self._cursor = self._registry.cursor()
        return api.Environment(self._cursor.__enter__(), SUPERUSER_ID, {})

    def __exit__(self, *error):
        return self._cursor.__exit__(*error)

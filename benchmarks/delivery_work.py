"""The part of the delivery benchmark that runs inside Odoo."""

import time
from datetime import datetime

import senders
import server_cpu

from delivery_audience import write_audience
from delivery_bound import measure_bound
from delivery_stage import PEER_FIELDS, TAGS, create_customers, page


def run(env, options):
    work = Work(env, options)
    pairs = [(work.send_peer(), work.send_ours()) for _pair in range(options["pairs"])]
    alone = [work.send_ours(0) for _pair in range(options["pairs"])]
    return {
        "pairs": pairs,
        "alone": alone,
        "bound": measure_bound(work),
        "audience": options["audience"],
        **write_audience(work),
    }


class Work:
    def __init__(self, env, options):
        self.env = env
        self.options = options
        self.stamp = datetime.now().strftime("%H%M%S%f")
        company = env["res.company"].create(
            {
                "name": f"Bench {self.stamp}",
                "email": "shop@bench.example",
                # asked for each message, and never reached
                "marketing_cap_day": 1000,
                "marketing_cap_week": 1000,
                "marketing_cap_gap": 0,
                "marketing_quiet_hours": False,
            }
        )
        self.company = company
        self.env = env(context={"allowed_company_ids": company.ids})
        env.user.company_ids |= company
        self.server = self.env["ir.mail_server"].create(
            {
                "name": f"Sink {self.stamp}",
                "smtp_host": "127.0.0.1",
                "smtp_port": options["port"],
            }
        )
        self.provider = self.env["delivery.provider"].create(
            {
                "name": "Sink",
                "mail_server_id": self.server.id,
                "company_id": company.id,
                "connection_count": options.get("senders") or 1,
            }
        )
        self.template = self._create_template()
        create_customers(
            self.env, self.company, max(options["recipients"], options["peer"]), "c"
        )
        self.env.cr.commit()

    def _create_template(self):
        html = page([f'<span data-mm-tag="{tag}">x</span>' for tag in TAGS])
        html += '<p><a href="#" data-mm-href="unsubscribe_url">Unsubscribe</a></p>'
        return self.env["email.template.marketing"].create(
            {
                "name": "Bench",
                "subject_template": "{{ first_name }}, our offers",
                "body_arch": html,
                "html_content": html,
                "company_id": self.company.id,
            }
        )

    # === THE PEER ===#

    def send_peer(self):
        number = self.options["peer"]
        partners = self.env["res.partner"].search(
            [("company_id", "=", self.company.id)], limit=number
        )
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "{{ object.name }}, our offers",
                "body_html": page(
                    [f'<t t-out="object.{name}"/>' for name in PEER_FIELDS]
                ),
                "mailing_model_id": self.env.ref("base.model_res_partner").id,
                "mailing_domain": [("id", "in", partners.ids)],
                "mail_server_id": self.server.id,
                "email_from": "shop@bench.example",
                "keep_archives": False,
            }
        )
        mailing.action_put_in_queue()
        self.env.cr.commit()
        return self._time(number, lambda: self._run_crons(mailing))

    def _run_crons(self, mailing):
        crons = (
            self.env.ref("mass_mailing.ir_cron_mass_mailing_queue"),
            self.env.ref("mail.ir_cron_mail_scheduler_action"),
        )
        for _round in range(100):
            for cron in crons:
                cron.method_direct_trigger()
                self.look_again()
            if mailing.state == "done" and not self._count_outgoing():
                break
        sent = self.env["mailing.trace"].search_count(
            [("mass_mailing_id", "=", mailing.id), ("trace_status", "=", "sent")]
        )
        assert sent == self.options["peer"], sent

    def look_again(self):
        """See what other cursors have committed."""
        self.env.cr.commit()
        self.env.invalidate_all()

    def _count_outgoing(self):
        return self.env["mail.mail"].search_count([("state", "=", "outgoing")])

    # === OURS ===#

    def send_ours(self, processes=None):
        """Send a campaign by so many processes, 0 for this one; return its figures."""
        number = self.options["recipients"]
        campaign = self.create_campaign()
        if processes is None:
            processes = self.options.get("senders", 0)
        if processes:
            figures = self._send_by(processes, campaign, number)
        else:
            figures = self._time(number, lambda: self._send(campaign, number))
        self.look_again()
        assert campaign.status == "completed", campaign.status_reason
        assert campaign._count_states() == {"sent": number}, campaign._count_states()
        return figures

    def _send_by(self, processes, campaign, number):
        start, server = time.perf_counter(), server_cpu.read(self.env.cr)
        self.insert_rows(campaign, number)
        registry = self.env.registry
        _seconds, cpu = senders.send(registry, campaign.id, processes, processes)
        elapsed = time.perf_counter() - start
        return self._describe(number, elapsed, cpu, server)

    def create_campaign(self):
        campaign = self.env["email.campaign"].create(
            {
                "name": f"Bench {time.time_ns()}",
                "company_id": self.company.id,
                "provider_id": self.provider.id,
                "template_id": self.template.id,
                "from_email": "shop@bench.example",
            }
        )
        campaign.status = "running"
        campaign._freeze_content()
        self.env.cr.commit()
        return campaign

    def _send(self, campaign, number):
        self.insert_rows(campaign, number)
        while campaign._pump_deliver(campaign.id) is not None:
            pass

    def insert_rows(self, campaign, number):
        """The audience's rows; the real audience is measured on its own."""
        self.env.cr.execute(
            """
            INSERT INTO campaign_recipient (company_id, campaign_id, customer_id,
                   address_key, email_address)
            SELECT company_id, %s, partner_id, address_key, email_address
              FROM email_subscription_preference WHERE company_id = %s
             ORDER BY id LIMIT %s
            """,
            [campaign.id, self.company.id, number],
        )
        campaign.prepared_at = self.env.cr.now()
        self.env.cr.commit()

    def _time(self, number, work):
        server = server_cpu.read(self.env.cr)
        start, cpu = time.perf_counter(), time.process_time()
        work()
        cpu, elapsed = time.process_time() - cpu, time.perf_counter() - start
        return self._describe(number, elapsed, cpu, server)

    def _describe(self, number, elapsed, cpu, server):
        return {
            "rate": number / elapsed,
            "cpu_ms": 1000 * cpu / number,
            "server_ms": 1000 * (server_cpu.read(self.env.cr) - server) / number,
        }

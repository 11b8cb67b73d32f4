"""The part of the delivery benchmark that runs inside Odoo."""

import time
from datetime import datetime

from odoo import SUPERUSER_ID, api

from odoo.addons.marketing_base.links import LinkSigner
from odoo.addons.marketing_delivery.sender import outbox
from odoo.addons.marketing_delivery.sender.composer import Composer, Letterhead
from odoo.addons.marketing_queue.isolation import read_committed

from delivery_stage import PEER_FIELDS, TAGS, create_customers, page


def run(env, options):
    work = Work(env, options)
    pairs = [(work.send_peer(), work.send_ours()) for _pair in range(options["pairs"])]
    return {
        "pairs": pairs,
        "bound": work.measure_bound(),
        "audience": options["audience"],
        **work.write_audience(),
    }


class Work:
    def __init__(self, env, options):
        self.env = env
        self.options = options
        self.stamp = datetime.now().strftime("%H%M%S%f")
        company = env["res.company"].create(
            {"name": f"Bench {self.stamp}", "email": "shop@bench.example"}
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
            {"name": "Sink", "mail_server_id": self.server.id, "company_id": company.id}
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
                self._look_again()
            if mailing.state == "done" and not self._count_outgoing():
                break
        sent = self.env["mailing.trace"].search_count(
            [("mass_mailing_id", "=", mailing.id), ("trace_status", "=", "sent")]
        )
        assert sent == self.options["peer"], sent

    def _look_again(self):
        """See what other cursors have committed."""
        self.env.cr.commit()
        self.env.invalidate_all()

    def _count_outgoing(self):
        return self.env["mail.mail"].search_count([("state", "=", "outgoing")])

    # === OURS ===#

    def send_ours(self):
        number = self.options["recipients"]
        campaign = self._create_campaign()
        elapsed = self._time(number, lambda: self._send(campaign, number))
        self._look_again()
        assert campaign.status == "completed", campaign.status_reason
        assert campaign._count_states() == {"sent": number}, campaign._count_states()
        return elapsed

    def _create_campaign(self):
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
        self._insert_rows(campaign, number)
        while campaign._pump_deliver(campaign.id) is not None:
            pass

    def _insert_rows(self, campaign, number):
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
        start, cpu = time.perf_counter(), time.process_time()
        work()
        cpu, elapsed = time.process_time() - cpu, time.perf_counter() - start
        return {"rate": number / elapsed, "cpu_ms": 1000 * cpu / number}

    # === THE BOUND ===#

    def measure_bound(self, number=600):
        """Return the microseconds that each part needs alone."""
        campaign = self._create_campaign()
        self._insert_rows(campaign, number)
        renderer = campaign._get_renderer()
        composer = Composer(
            Letterhead.of(campaign), renderer, LinkSigner.from_env(self.env)
        )
        with self.env.registry.cursor() as cr:
            read_committed(cr)
            sql, rows = self._time_sql(cr, campaign, number)
            contexts = renderer.contexts(cr, rows)
        build = self._time_us(
            number, lambda: [composer.compose(r, contexts) for r in rows], 3
        )
        messages = [composer.compose(row, contexts) for row in rows]
        adapter = self.provider._get_adapter()
        adapter.connect()
        smtp = self._time_us(
            number, lambda: list(adapter.submit(messages, lambda _message: True)), 3
        )
        adapter.close()
        return {
            "bytes": len(messages[0].data),
            "us": {"render and MIME": build, "SMTP": smtp, "SQL": sql},
        }

    def _time_sql(self, cr, campaign, number):
        """Claim and settle in portions, nothing else: no gate, events or journal."""
        rows = []

        def claim_and_settle():
            while portion := outbox.claim(
                cr,
                campaign_id=campaign.id,
                provider_id=self.provider.id,
                token="bound",
                limit=200,
            ):
                rows.extend(portion)
                answers = [outbox.Answer(row.id, "sent") for row in portion]
                outbox.settle(cr, "bound", answers)
                cr.commit()

        return self._time_us(number, claim_and_settle), rows

    def _time_us(self, number, work, rounds=1):
        """Return the microseconds for one of ``number``, the best of ``rounds``."""
        times = []
        for _round in range(rounds):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
        return 1e6 * min(times) / number

    # === THE AUDIENCE ===#

    def write_audience(self):
        """Time the rows of a large audience with its reasons, ours and by hand."""
        create_customers(self.env, self.company, self.options["audience"], "a")
        segment = self.env["customer.segment"].create(
            {
                "name": "Everybody",
                "segment_type": "dynamic",
                "filter_domain": "[('order_count', '>=', 1)]",
                "company_id": self.company.id,
            }
        )
        campaign = self._create_campaign()
        campaign.segment_ids = segment
        self.env.cr.commit()
        elapsed = self._time_committed(
            lambda env: env["email.campaign"]._prepare_recipients(campaign.id)
        )
        self._look_again()
        assert campaign.audience_size >= self.options["audience"]
        by_hand = self._create_campaign()
        bound = self._time_committed(lambda env: self._write_by_hand(env, by_hand.id))
        return {"audience_seconds": elapsed, "by_hand_seconds": bound}

    def _time_committed(self, work):
        with self.env.registry.cursor() as cr:
            start = time.perf_counter()
            work(api.Environment(cr, SUPERUSER_ID, {}))
            cr.commit()
            return time.perf_counter() - start

    def _write_by_hand(self, env, campaign_id):
        """The rows of the same customers, for one who trusts all their data.

        Consent is joined by customer, so no address is normalised or hashed, none is
        told apart from another, and no customer is in a control group.
        """
        env.cr.execute(
            """
            INSERT INTO campaign_recipient (campaign_id, company_id, customer_id,
                   address_key, email_address, state, reason)
            SELECT %s, person.company_id, person.id,
                   COALESCE(consent.address_key, 'partner:' || person.id),
                   person.email_normalized,
                   CASE WHEN sendable THEN 'queued' ELSE 'skipped' END,
                   CASE WHEN NOT sendable THEN 'no_consent' END
              FROM customer_profile profile
              JOIN res_partner person ON person.id = profile.partner_id
              LEFT JOIN email_subscription_preference consent
                ON consent.partner_id = person.id AND consent.channel = 'email'
              LEFT JOIN mail_blacklist stop
                ON stop.active AND stop.email = person.email_normalized
             CROSS JOIN LATERAL (SELECT COALESCE(consent.is_subscribed, FALSE)
                                        AND stop.id IS NULL AS sendable) judged
             WHERE profile.company_id = %s AND profile.order_count >= 1
             ORDER BY person.id
            """,
            [campaign_id, self.company.id],
        )

"""The part of the SendGrid benchmark that runs inside Odoo."""

import time
from functools import partial

from delivery_work import Work

from odoo.addons.marketing_base.links import LinkSigner
from odoo.addons.marketing_delivery.sender import outbox
from odoo.addons.marketing_delivery.sender.composer import Composer, Letterhead
from odoo.addons.marketing_delivery.sender.http_link import HttpLink
from odoo.addons.marketing_delivery_sendgrid.sender.account import Account
from odoo.addons.marketing_delivery_sendgrid.sender.adapter import SEND
from odoo.addons.marketing_delivery_sendgrid.sender.mail_body import BodyBuilder
from odoo.addons.marketing_queue.isolation import read_committed

KEY = "SG.test.key"  # of the peer


def run(env, options):
    work = SendGridWork(env, {**options, "peer": 0})
    bodies = work.build_bodies()
    return {
        "rounds": [
            (work.send_ours(), work.send_bare(bodies))
            for _round in range(options["rounds"])
        ],
        "bytes": len(bodies[0]),
    }


class SendGridWork(Work):
    """The campaign of the delivery benchmark, by another provider."""

    def __init__(self, env, options):
        super().__init__(env, options)
        self.url = f"http://127.0.0.1:{options['port']}"
        self.provider = self.env["delivery.provider"].create(
            {
                "name": "SendGrid's peer",
                "provider_type": "sendgrid",
                "sendgrid_api_key": KEY,
                "sendgrid_url": self.url,
                "company_id": self.company.id,
                "connection_count": self.options["senders"] or 1,
            }
        )
        self.env.cr.commit()

    def build_bodies(self):
        """Return the requests of one campaign as they go out."""
        campaign = self.create_campaign()
        self.insert_rows(campaign, self.options["recipients"])
        renderer = campaign._get_renderer()
        composer = Composer(
            Letterhead.of(campaign), renderer, LinkSigner.from_env(self.env), "parts"
        )
        with self.env.registry.cursor() as cr:
            read_committed(cr)
            rows = outbox.claim(
                cr,
                campaign_id=campaign.id,
                provider_id=self.provider.id,
                token="bare",
                limit=self.options["recipients"],
            )
            contexts = renderer.contexts(cr, rows)
        messages = [composer.compose(row, contexts) for row in rows]
        builder = BodyBuilder()
        hundreds = range(0, len(messages), 100)
        return [builder.build(messages[start : start + 100]) for start in hundreds]

    def send_bare(self, bodies):
        """Return recipients a second of requests that are there already."""
        link = HttpLink(self.url)
        link.open()
        post = partial(link.request, "POST", SEND, Account(KEY).get_headers())
        started = time.perf_counter()
        for body in bodies:
            assert post(body).status == 202
        seconds = time.perf_counter() - started
        link.close()
        return self.options["recipients"] / seconds

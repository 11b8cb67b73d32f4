"""The part of the SES benchmark that runs inside Odoo."""

import time
from contextlib import closing

from delivery_work import Work

from odoo.addons.marketing_base.links import LinkSigner
from odoo.addons.marketing_delivery.sender import outbox
from odoo.addons.marketing_delivery.sender.adapter import ACCEPTED
from odoo.addons.marketing_delivery.sender.composer import Composer, Letterhead
from odoo.addons.marketing_queue.isolation import read_committed

KEY, SECRET, REGION = "AKIATESTTESTTEST", "secret/of+the/test", "eu-west-1"  # its own
BARE = 500  # messages of the bare loop


def run(env, options):
    work = SesWork(env, {**options, "peer": 0})
    messages = work.build_messages()
    return {
        "rounds": [
            (work.send_ours(), work.send_bare(messages))
            for _round in range(options["rounds"])
        ]
    }


class SesWork(Work):
    """The campaign of the delivery benchmark, by another provider."""

    def __init__(self, env, options):
        super().__init__(env, options)
        self.provider = self.env["delivery.provider"].create(
            {
                "name": "SES's peer",
                "provider_type": "ses",
                "ses_region": REGION,
                "ses_access_key": KEY,
                "ses_secret_key": SECRET,
                "ses_url": f"http://127.0.0.1:{options['port']}",
                "company_id": self.company.id,
                "connection_count": self.options["senders"] or 1,
            }
        )
        self.env.cr.commit()

    def build_messages(self):
        """Return messages of a campaign as they go out."""
        campaign = self.create_campaign()
        self.insert_rows(campaign, BARE)
        renderer = campaign._get_renderer()
        composer = Composer(
            Letterhead.of(campaign), renderer, LinkSigner.from_env(self.env), "mime"
        )
        with self.env.registry.cursor() as cr:
            read_committed(cr)
            rows = outbox.claim(
                cr,
                campaign_id=campaign.id,
                provider_id=self.provider.id,
                token="bare",
                limit=BARE,
            )
            contexts = renderer.contexts(cr, rows)
        return [composer.compose(row, contexts) for row in rows]

    def send_bare(self, messages):
        """Send what is there already: boto3, one connection, nothing else."""
        with closing(self.provider._get_adapter()) as adapter:
            adapter.connect()
            started, cpu = time.perf_counter(), time.process_time()
            for outcome in adapter.submit(messages, lambda _message: True):
                assert outcome.kind == ACCEPTED, outcome
            seconds = time.perf_counter() - started
            cpu = time.process_time() - cpu
        number = len(messages)
        return {"rate": number / seconds, "cpu_ms": 1000 * cpu / number}

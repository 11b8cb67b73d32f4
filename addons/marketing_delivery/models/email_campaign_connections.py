# The sender commits on its own cursors: each commit is a step of its protocol.
# pylint: disable=invalid-commit

from functools import partial

from odoo import models

from odoo.addons.marketing_queue import publisher
from odoo.addons.marketing_queue.isolation import read_committed

from ..sender import backlog, settings
from ..sender.helpers import helping, share
from ..sender.pump import limit_wait


class EmailCampaign(models.Model):
    """How many connections send a campaign, and in which processes."""

    _inherit = "email.campaign"

    def _enqueue_delivery(self):
        """Queue the pump jobs that send the campaign; safe to call twice.

        Connections are shared out among the processes that may take a job.
        """
        jobs = self.env["marketing.job"]
        senders = settings.SENDERS if publisher.broker_url() else 1
        for campaign in self:
            total = max(1, campaign._pick_provider().connection_count)
            for number, connections in enumerate(share(total, senders)):
                jobs |= jobs._enqueue(
                    "email.campaign",
                    "_pump_deliver",
                    {"campaign_id": campaign.id, "connections": connections},
                    key=f"deliver:{campaign.id}:{number}",
                    kind="pump",
                    queue="deliver",
                )
        return jobs

    def _run_helped(self, pump, provider, connections):
        """Run a pump that has reached the provider, and helpers beside it."""
        if connections == 1:
            return pump.run()
        # read here: the environment of each helper would have to read all of it again
        adapters = [provider._get_adapter() for _helper in range(connections - 1)]
        self.env.cr.commit()
        work = partial(_help_deliver, self.env.registry, pump)
        with helping(adapters, work):
            wait = pump.run()
        return wait if wait is True or pump.held_by else self._look_again()

    def _look_again(self):
        """Return when to go on, now that all pumps have given back what they held."""
        wait = backlog.next_due(self.env.cr, self.id)
        self.env.cr.commit()
        return limit_wait(wait)


def _help_deliver(registry, pump, adapter):
    """Send beside another pump of this process, over one more connection."""
    with registry.cursor() as cr:
        read_committed(cr)
        adapter.connect()
        pump.beside(cr, adapter).run()

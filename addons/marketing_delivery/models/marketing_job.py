# The sender commits on its own cursors: each commit is a step of its protocol.
# pylint: disable=invalid-commit

import logging

from odoo import SUPERUSER_ID, api, models

from ..sender import (
    backlog,
    doubt,
    installation,
    journal,
    outbox,
    recovery,
    settings,
)

_logger = logging.getLogger(__name__)


class MarketingJob(models.Model):
    _inherit = "marketing.job"

    @api.model
    def _sweep(self):
        """Recover the messages of dead senders, then the jobs that will send them."""
        self._recover_messages()
        self._requeue_untraced()
        self._resume_campaigns()
        return super()._sweep()

    @api.model
    def _recover_messages(self):
        with self._control() as cr:
            folder = journal.directory(cr.dbname)
            recovery.requeue_claimed(cr)
            cr.commit()
            for token in recovery.find_tokens(cr):
                recovery.recover(cr, folder, token)
            needed = backlog.find_submitting_tokens(cr)
            journal.discard_old(folder, needed, settings.DOUBT + settings.LEASE)

    @api.model
    def _requeue_untraced(self):
        """Queue again what never arrived, and what may rather arrive twice."""
        with self._control() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            types = env["delivery.provider"]._get_receipt_types()
            for campaign_id, number in doubt.requeue_silent(cr, types).items():
                env["email.campaign"].browse(campaign_id)._resume_untraced(number)
            for campaign_id, number in doubt.repeat_lost(cr).items():
                env["email.campaign"].browse(campaign_id)._resume_lost(number)

    @api.model
    def _resume_campaigns(self):
        """Queue the pump of each running campaign that has something due, or close it.

        A cancelled campaign loses what came back into its queue.
        """
        with self._control() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            due, finished, cancelled = backlog.find_work(cr)
            for campaign_id in cancelled:
                outbox.cancel_left(cr, campaign_id)
            if due and (problem := installation.find_problem(cr)):
                hold = env["marketing.installation"]._describe_hold(problem)
                _logger.warning("%s campaigns wait: %s", len(due), hold)
                due = []
            for campaign in env["email.campaign"].browse(due):
                campaign._enqueue_delivery()
            env["email.campaign"].browse(finished)._complete_if_done()

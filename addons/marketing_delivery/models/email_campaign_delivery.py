# The sender commits on its own cursors: each commit is a step of its protocol.
# pylint: disable=invalid-commit

import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketing_base.links import LinkSigner
from odoo.addons.marketing_queue.isolation import read_committed

from ..sender import backlog, installation, settings
from ..sender.adapter import ProviderDown
from ..sender.composer import Composer, ContentProblem, Letterhead
from ..sender.mime import HeaderProblem
from ..sender.progress import Progress
from ..sender.pump import Pump, Work, limit_wait

_logger = logging.getLogger(__name__)


class EmailCampaign(models.Model):
    """Sending: jobs that pump messages, each outside of any Odoo transaction."""

    _name = "email.campaign"
    _inherit = ["email.campaign", "marketing.installation"]

    recipient_count = fields.Integer(compute="_compute_recipient_count")

    @api.model
    def _pump_deliver(self, campaign_id, connections=1):
        """Send what is due for at most 50 s; see ``marketing.job`` for the answer.

        Any number of these may run at once. It uses own cursors only, one for each
        connection.
        """
        with self.env.registry.cursor() as cr:
            read_committed(cr)
            env = api.Environment(cr, SUPERUSER_ID, {})
            campaign = env["email.campaign"].browse(campaign_id).exists()
            if not campaign or campaign.status != "running":
                return None
            if problem := installation.advance(cr):
                # the sweeper queues the campaign again once a person has confirmed
                _logger.warning("nothing is sent: %s", campaign._describe_hold(problem))
                return None
            wait = campaign._deliver(connections)
            installation.advance(cr)
            if wait is None:
                campaign.invalidate_recordset(flush=False)
                campaign._complete_if_done()
            return wait

    def _deliver(self, connections=1):
        """Prepare one pump and run it; a campaign that cannot be sent is paused."""
        if not self._pick_provider():
            return self._pause_for(self.env._("There is no active delivery provider."))
        self._plan_messages()
        if self.status != "running" or not self._judge_brakes():
            return None
        wait = backlog.next_due(self.env.cr, self.id)
        self.env.cr.commit()
        if wait is None or wait > 0:
            return limit_wait(wait)
        way = self._find_way()
        if way.provider:
            return self._run_pump(way.provider, connections)
        self._tell_hold(way.scope, self._pick_provider())
        if way.wait or not self._has_no_way():
            return limit_wait(way.wait)
        return settings.LONGEST_WAIT

    def _run_pump(self, provider, connections):
        try:
            pump = self._prepare_pump(provider)
            wait = pump and self._run_helped(pump, provider, connections)
        except ProviderDown as error:
            seconds = self._wait_for_provider(provider, str(error), error.wait)
            # what it had not taken is in the queue again: another one may take it
            return True if self._find_way().provider else seconds
        except ContentProblem as problem:
            self._forget_transaction()
            return self._pause_for(str(problem))
        if pump:
            self._judge_failures(provider, pump.get_failures())
            wait = self._pass_on(pump.held_by, provider, wait)
        return wait

    def _plan_messages(self):
        """Give messages the time at which they may leave, or pause the campaign.

        Called before each pump; addons that know such times extend it.
        """

    def _prepare_pump(self, provider):
        """Return a connected pump, or None when the campaign had to be paused."""
        adapter = provider._get_adapter()
        composer = self._prepare_composer(adapter.capabilities.form)
        if not composer:
            return None
        cr = self.env.cr
        admission = self._prepare_admission(provider)
        cr.commit()
        adapter.connect()
        provider._mark_up()
        if self.status_reason:
            self.status_reason = False
        cr.commit()
        work = Work(
            campaign_id=self.id,
            provider_id=provider.id,
            route=self._get_route(provider),
            composer=composer,
            on_progress=Progress(self.env.registry, self.id).announce,
        )
        return Pump(cr, work, adapter, admission)

    def _prepare_composer(self, form):
        try:
            return Composer(
                self._get_letterhead(),
                self._get_renderer(),
                LinkSigner.from_env(self.env),
                form,
            )
        except HeaderProblem as problem:
            return self._pause_for(
                self.env._("The sender is not valid: %(problem)s.", problem=problem)
            )
        except UserError as error:
            return self._pause_for(str(error))

    def _get_letterhead(self):
        """Return what all messages share; a channel has one of its own.

        It has the attributes and methods of ``sender.composer.Letterhead``. Raises
        :class:`HeaderProblem` or :class:`UserError`.
        """
        return Letterhead.of(self)

    def _wait_for_provider(self, provider, error, wait=0):
        """Note why nothing is sent; the messages stay in the queue."""
        self._forget_transaction()
        # or somebody else has just found out
        seconds = provider._get_retry_seconds() or provider._mark_down(error, wait)
        self.status_reason = self.env._(
            "%(provider)s is not available: %(error)s. Trying again.",
            provider=provider.name,
            error=error,
        )
        return seconds

    def _forget_transaction(self):
        self.env.cr.rollback()
        self.env.invalidate_all(flush=False)

    def _pause_for(self, reason):
        """Pause a campaign that cannot be sent until a person has changed it."""
        _logger.warning("campaign %s is paused: %s", self.id, reason)
        self.write({"status": "paused", "status_reason": reason})
        self.message_post(body=reason)

    def _complete_if_done(self):
        """Set ``completed`` when no message is queued or on its way."""
        if not self:
            return
        self.flush_recordset()
        # whoever adds messages holds it: then look at them in a statement of its own
        self.env.cr.execute(
            "SELECT FROM email_campaign WHERE id = ANY(%s) ORDER BY id"
            " FOR NO KEY UPDATE",
            [self.ids],
        )
        self.env.cr.execute(
            """
            UPDATE email_campaign campaign
               SET status = 'completed', status_reason = NULL,
                   end_date = now() AT TIME ZONE 'UTC',
                   write_date = now() AT TIME ZONE 'UTC'
             WHERE id = ANY(%s) AND status = 'running'
               AND NOT EXISTS (
                   SELECT FROM campaign_recipient message
                    WHERE message.campaign_id = campaign.id
                      AND message.state IN ('queued', 'claimed', 'submitting'))
            """,
            [self.ids],
        )
        self.invalidate_recordset(flush=False)
        self._check_state_sum()

    def _check_state_sum(self):
        """Compare the messages with the audience; return the campaigns that differ.

        An audience size of 0 was never recorded.
        """
        differing = self.filtered(
            lambda campaign: (
                campaign.audience_size
                and campaign.audience_size != sum(campaign._count_states().values())
            )
        )
        for campaign in differing:
            _logger.error("campaign %s has lost or gained messages", campaign.id)
            campaign.status_reason = self.env._(
                "The number of messages differs from the audience of %(size)s.",
                size=campaign.audience_size,
            )
        return differing

    def _count_states(self):
        """Return ``{state: number of messages}``."""
        groups = self.env["campaign.recipient"]._read_group(
            [("campaign_id", "=", self.id)], ["state"], ["__count"]
        )
        return dict(groups)

    def action_view_recipients(self):
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_delivery.campaign_recipient_action"
        ) | {
            "name": self.env._("Recipients of %(campaign)s", campaign=self.name),
            "domain": [("campaign_id", "=", self.id)],
            "context": {"hide_campaign": True, "create": False},
        }

    def _compute_recipient_count(self):
        counts = dict(
            self.env["campaign.recipient"]._read_group(
                [("campaign_id", "in", self.ids)], ["campaign_id"], ["__count"]
            )
        )
        for campaign in self:
            campaign.recipient_count = counts.get(campaign, 0)

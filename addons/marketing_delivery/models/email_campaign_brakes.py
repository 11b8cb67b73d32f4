from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .. import brakes

MANAGER = "marketing_base.group_manager"
ACTIVITY = "marketing_delivery.mail_activity_brake"
PERIOD = timedelta(hours=24)
_COUNT = """
    SELECT message.provider_id,
           count(*) FILTER (WHERE message.state = 'sent'
                              AND message.bounced_at IS NULL),
           count(*) FILTER (WHERE message.bounced_at IS NOT NULL),
           count(*) FILTER (WHERE message.complained_at IS NOT NULL
                              AND message.bounced_at IS NULL),
           count(*) FILTER (WHERE message.unsubscribed_at IS NOT NULL
                              AND message.bounced_at IS NULL)
      FROM campaign_recipient message
      LEFT JOIN delivery_brake brake ON brake.campaign_id = message.campaign_id
                                    AND brake.provider_id = message.provider_id
     WHERE message.campaign_id = %(campaign)s AND message.provider_id IS NOT NULL
       AND COALESCE(message.sent_at, message.bounced_at)
           > GREATEST(%(since)s, brake.released_at)
     GROUP BY message.provider_id
"""


class EmailCampaign(models.Model):
    """Stops when too many complain, bounce or leave, until a person lets it go on."""

    _inherit = "email.campaign"

    brake_ids = fields.One2many("delivery.brake", "campaign_id", readonly=True)
    brake_level = fields.Selection(
        [("slow", "Slowed down"), ("stopped", "Stopped")],
        compute="_compute_brake",
    )
    brake_reason = fields.Char(compute="_compute_brake")

    def _compute_brake(self):
        for campaign in self:
            tripped = campaign.brake_ids.filtered(lambda b: b.level != "released")
            stopped = tripped.filtered(lambda b: b.level == "stopped")
            campaign.brake_level = (stopped or tripped)[:1].level
            campaign.brake_reason = " ".join((stopped or tripped).mapped("reason"))

    # === COMING ON ===#

    def _judge_brakes(self):
        """Look at what came back in 24 hours; return whether the campaign goes on.

        Called before each pump.
        """
        limits = self.company_id._get_brake_limits()
        for counts in self._count_feedback():
            if trip := brakes.judge(counts, limits):
                provider = self.env["delivery.provider"].browse(counts.provider_id)
                self._apply_brake(
                    provider,
                    trip.limit.level,
                    trip.limit.cause,
                    self._describe_trip(trip, provider),
                )
        return self.status == "running"

    def _count_feedback(self):
        self.env.flush_all()
        since = fields.Datetime.now() - PERIOD
        rows = self.env.execute_query(SQL(_COUNT, campaign=self.id, since=since))
        return [brakes.Counts(*row) for row in rows]

    def _describe_trip(self, trip, provider):
        names = dict(
            self.env["delivery.brake"]._fields["cause"]._description_selection(self.env)
        )
        return self.env._(
            "%(cause)s: %(events)s of %(trials)s messages in 24 hours through"
            " %(provider)s, more than %(limit)s %%.",
            cause=names[trip.limit.cause],
            events=trip.events,
            trials=trip.trials,
            provider=provider.name,
            limit=f"{100 * trip.limit.rate:g}",
        )

    def _judge_failures(self, provider, number):
        """Stop after so many refusals in a row: something is wrong with all of them."""
        if number >= brakes.FAILURES_IN_A_ROW:
            reason = self.env._(
                "%(count)s messages in a row were refused for good by %(provider)s.",
                count=number,
                provider=provider.name,
            )
            self._apply_brake(provider, brakes.STOPPED, "failures", reason)

    def _apply_brake(self, provider, level, cause, reason):
        """Slow down or stop, and say so, once: of two senders one finds the change."""
        # sudo: the sender's work; a marketing user may not write brakes
        this = self.sudo()
        if not this._write_brake(provider, level, cause, reason):
            return
        if level == brakes.SLOW:
            this.slow_per_hour = brakes.SLOW_PER_HOUR
            text = self.env._(
                "Slowed down to %(number)s messages an hour. %(reason)s",
                number=brakes.SLOW_PER_HOUR,
                reason=reason,
            )
            this.message_post(body=text)
        elif this.status == "running":
            text = self.env._("Stopped by a brake. %(reason)s", reason=reason)
            this._pause_for(text)
        else:
            return
        this._ask_to_look(text)

    def _write_brake(self, provider, level, cause, reason):
        """Return whether the brake was not on, or less so."""
        weaker = ["released"] if level == brakes.SLOW else ["released", "slow"]
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO delivery_brake AS brake (campaign_id, provider_id,
                       company_id, level, cause, reason, since)
                VALUES (%(campaign)s, %(provider)s, %(company)s, %(level)s, %(cause)s,
                        %(reason)s, clock_timestamp() AT TIME ZONE 'UTC')
                    ON CONFLICT (campaign_id, provider_id) DO UPDATE
                   SET level = excluded.level, cause = excluded.cause,
                       reason = excluded.reason, since = excluded.since
                 WHERE brake.level = ANY(%(weaker)s)
                RETURNING id
                """,
                campaign=self.id,
                provider=provider.id,
                company=self.company_id.id,
                level=level,
                cause=cause,
                reason=reason,
                weaker=weaker,
            )
        )
        is_new = bool(self.env.cr.fetchone())
        self.env["delivery.brake"].invalidate_model(flush=False)
        self.invalidate_recordset(["brake_ids"], flush=False)
        return is_new

    def _ask_to_look(self, text):
        """An activity for whoever is responsible."""
        user = self._get_responsible()
        if user:
            self.activity_schedule(ACTIVITY, note=text, user_id=user.id)

    def _get_responsible(self):
        return self.create_uid.filtered(lambda user: user.active and not user.share)

    # === LETTING GO ===#

    def action_release_brakes(self):
        """Let a campaign go on; what was sent until now is not judged again."""
        self.check_access("write")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("Only a marketing manager can let a campaign go on.")
            )
        for campaign in self:
            campaign._release_brakes()

    def _release_brakes(self):
        # sudo: brakes are written by the system only; the right was checked above
        tripped = self.sudo().brake_ids.filtered(lambda b: b.level != "released")
        if not tripped:
            raise UserError(self.env._("No brake of “%(name)s” is on.", name=self.name))
        was_stopped = "stopped" in tripped.mapped("level")
        reasons = " ".join(tripped.mapped("reason"))
        tripped.write(
            {
                "level": "released",
                "released_at": fields.Datetime.now(),
                "released_by": self.env.uid,
            }
        )
        self.sudo().slow_per_hour = 0
        self.env["marketing.audit.log"]._record("brake_released", self, note=reasons)
        self.message_post(
            body=self.env._(
                "%(user)s lets the campaign go on. %(reason)s",
                user=self.env.user.name,
                reason=reasons,
            )
        )
        # sudo: it is done, whoever was asked
        self.sudo().activity_unlink([ACTIVITY])
        if was_stopped and self.status == "paused":
            self._resume_after_brake()

    def _resume_after_brake(self):
        # sudo: the status changes by buttons only, and this is one
        self.sudo().write({"status": "running", "status_reason": False})
        self._enqueue_delivery()

    def _check_brakes(self):
        """Raise when a brake stopped the campaign: resuming is not letting go."""
        for campaign in self:
            if campaign.brake_level == "stopped":
                raise UserError(
                    self.env._(
                        "“%(name)s” was stopped by a brake: a marketing manager has to"
                        " let it go on. %(reason)s",
                        name=campaign.name,
                        reason=campaign.brake_reason,
                    )
                )

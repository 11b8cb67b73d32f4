from odoo import api, fields, models


class DeliveryMailboxPace(models.Model):
    """What one of our providers sent to one mailbox provider lately, and its rests.

    Written by the sender's SQL only (``sender.pacing``, ``sender.hearsay``).
    """

    _name = "delivery.mailbox.pace"
    _description = "Pace to a Mailbox Provider"
    _log_access = False
    _rec_name = "mailbox_id"
    _order = "mailbox_id, provider_id"

    mailbox_id = fields.Many2one(
        "delivery.mailbox", required=True, readonly=True, ondelete="cascade"
    )
    provider_id = fields.Many2one(
        "delivery.provider", required=True, readonly=True, ondelete="cascade"
    )
    minute_start = fields.Datetime(readonly=True)
    minute_used = fields.Integer(readonly=True)
    hour_start = fields.Datetime(readonly=True)
    hour_used = fields.Integer(readonly=True)
    day_start = fields.Datetime(readonly=True)
    day_used = fields.Integer(readonly=True)
    streak = fields.Integer(
        "Put Off in a Row", readonly=True, help="Messages since the last accepted one."
    )
    level = fields.Integer("Rests in a Row", readonly=True)
    paused_until = fields.Datetime("Resting Until", readonly=True)
    deferred_at = fields.Datetime("Last Put Off", readonly=True)
    told_streak = fields.Integer(
        readonly=True, help="Put off since the last delivery, as webhooks tell."
    )
    told_level = fields.Integer(readonly=True)
    told_until = fields.Datetime(readonly=True)
    told_at = fields.Datetime(readonly=True)

    is_paused = fields.Boolean("Resting", compute="_compute_now")
    hour_now = fields.Integer("Sent This Hour", compute="_compute_now")
    day_now = fields.Integer("Sent Today", compute="_compute_now")

    _pair_uniq = models.Constraint(
        "UNIQUE(mailbox_id, provider_id)", "A pair has one row of counters."
    )

    @api.depends("paused_until", "hour_start", "hour_used", "day_start", "day_used")
    def _compute_now(self):
        now = fields.Datetime.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        for pace in self:
            pace.is_paused = bool(pace.paused_until and pace.paused_until > now)
            pace.hour_now = pace.hour_used if pace.hour_start == hour else 0
            is_today = pace.day_start == hour.replace(hour=0)
            pace.day_now = pace.day_used if is_today else 0

    def action_end_rest(self):
        """Let messages go again before the rest is over."""
        self.check_access("write")
        # sudo: the columns are the sender's; the right was checked above
        self.sudo().write(
            {
                "paused_until": False,
                "streak": 0,
                "level": 0,
                "told_until": False,
                "told_streak": 0,
                "told_level": 0,
            }
        )

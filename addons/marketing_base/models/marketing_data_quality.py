from odoo import api, fields, models
from odoo.exceptions import AccessError

LEVELS = ("ok", "info", "warning", "critical")
# rates of a handful of events say nothing
MIN_EVENTS = 100
MIN_INGESTION = MIN_VALIDATION = 95.0
MAX_FRESHNESS = 15.0
MIN_COMPLETENESS = 90.0
MAX_LATE = 5.0
MAX_DUPLICATES = 1.0
KEEP_DAYS = 400


def _percent(label, help=None):
    return fields.Float(label, readonly=True, aggregator="avg", help=help)


class MarketingDataQuality(models.Model):
    """How good the events of one source were between two refreshes.

    Written by the refresh only. A rate without enough events behind it is empty, and
    raises no alert.
    """

    _name = "marketing.data.quality"
    _description = "Quality of the Events"
    _inherit = ["mail.thread", "mail.activity.mixin", "marketing.event.source"]
    _order = "checked_at desc, id desc"
    _rec_name = "source_name"
    _source_field = "data_source"

    checked_at = fields.Datetime("Checked", readonly=True, index=True)
    since = fields.Datetime("Since", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    data_source = fields.Char("Source Code", required=True, readonly=True)
    # stored, so that charts can be grouped by it
    source_name = fields.Char(store=True, search=None)
    alert_level = fields.Selection(
        [
            ("ok", "Good"),
            ("info", "Note"),
            ("warning", "Warning"),
            ("critical", "Critical"),
        ],
        "Level",
        readonly=True,
        required=True,
        default="ok",
    )
    explanation = fields.Char(compute="_compute_explanation")
    received = fields.Integer(readonly=True)
    accepted = fields.Integer(readonly=True)
    rejected = fields.Integer(readonly=True)
    duplicates = fields.Integer(readonly=True, help="Sent again with the same content.")
    conflicts = fields.Integer(readonly=True, help="Sent again with other content.")
    late = fields.Integer("Late", readonly=True, help="More than 24 hours old.")
    has_expectation = fields.Boolean(readonly=True)
    is_judged = fields.Boolean("Enough Events", readonly=True)
    ingestion_rate = _percent(
        "Ingestion %",
        "Accepted events an hour, compared with the median of the same hour of the last"
        " seven days. 0 where nothing is known to compare with.",
    )
    validation_rate = _percent("Validation %", "Not rejected, of those received.")
    duplicate_rate = _percent("Duplicates %", "Sent again, of those received.")
    late_rate = _percent("Late %", "Older than 24 hours, of those accepted.")
    completeness = _percent(
        "Completeness %", "Already counted by every projection, of those accepted."
    )
    freshness_minutes = fields.Float(
        "Freshness (min)",
        readonly=True,
        aggregator="max",
        help="Age of the oldest event that a projection has not counted yet.",
    )
    latency_p95 = fields.Float(
        "Delay of 95 % (s)",
        readonly=True,
        aggregator="max",
        help="Seconds from the event to the log, for 95 of 100 events.",
    )
    latency_p99 = fields.Float(
        "Delay of 99 % (s)",
        readonly=True,
        aggregator="max",
        help="Seconds from the event to the log, for 99 of 100 events.",
    )

    @api.depends("alert_level")
    def _compute_explanation(self):
        for quality in self:
            problems = [text for _level, text in quality._get_problems()]
            quality.explanation = " ".join(problems)

    def _get_problems(self):
        """Return (level, sentence) of everything beyond its limit, worst first."""
        self.ensure_one()
        found = []
        if self.has_expectation and self.ingestion_rate < MIN_INGESTION:
            found.append(("critical", self.env._("Fewer events than usual arrive.")))
        if self.is_judged and self.validation_rate < MIN_VALIDATION:
            found.append(
                ("critical", self.env._("Many events are rejected: see failed events."))
            )
        if self.freshness_minutes > MAX_FRESHNESS:
            found.append(
                ("warning", self.env._("The numbers are behind: see background jobs."))
            )
        if self.is_judged and self.completeness < MIN_COMPLETENESS:
            found.append(
                ("warning", self.env._("Many events are not in the numbers yet."))
            )
        if self.is_judged and self.late_rate > MAX_LATE:
            found.append(("info", self.env._("Many events are a day old or older.")))
        if self.is_judged and self.duplicate_rate > MAX_DUPLICATES:
            found.append(("info", self.env._("Many events are sent again.")))
        return found

    def _judge(self):
        for quality in self:
            levels = [level for level, _text in quality._get_problems()]
            quality.alert_level = max(levels, key=LEVELS.index, default="ok")

    def _alert(self):
        """A to-do for each marketing administrator of the company, one at a time."""
        group = self.env.ref("marketing_base.group_administrator").sudo()
        for quality in self.filtered(lambda q: q.alert_level in LEVELS[2:]):
            known = self.search(
                [
                    ("company_id", "=", quality.company_id.id),
                    ("data_source", "=", quality.data_source),
                    ("activity_ids", "!=", False),
                ]
            ).activity_ids.user_id
            users = group.all_user_ids.filtered(
                lambda user, q=quality: (
                    user.active and user.id > 1 and q.company_id in user.company_ids
                )
            )
            for user in users - known:
                # a to-do, without a mail about it each hour
                quality.with_context(mail_activity_quick_update=True).activity_schedule(
                    "mail.mail_activity_data_warning",
                    user_id=user.id,
                    summary=self.env._(
                        "Events of %(name)s need attention",
                        name=quality.source_name,
                    ),
                    note=quality.explanation,
                )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("This log is written by the system only."))
        return super().create(vals_list)

    @api.autovacuum
    def _gc_quality(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.sudo().search([("checked_at", "<", limit)], limit=10_000).unlink()

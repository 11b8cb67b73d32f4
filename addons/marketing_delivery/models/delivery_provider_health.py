from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.marketing_engine.sending import reputation_score

from ..domain_names import read_domains
from .delivery_domain import MANAGED

PERIOD = timedelta(days=7)
_COUNT = """
    SELECT message.provider_id,
           count(*) FILTER (WHERE message.state IN ('sent', 'in_doubt')
                               OR message.bounced_at IS NOT NULL),
           count(*) FILTER (WHERE message.complained_at IS NOT NULL),
           count(*) FILTER (WHERE message.bounced_at IS NOT NULL),
           count(*) FILTER (WHERE message.state = 'in_doubt')
      FROM email_campaign campaign
      JOIN campaign_recipient message ON message.campaign_id = campaign.id
     WHERE (campaign.end_date IS NULL AND campaign.status IN ('running', 'paused')
            OR campaign.end_date >= %(since)s)
       AND message.provider_id IS NOT NULL
       AND COALESCE(message.sent_at, message.bounced_at, message.doubted_at)
           >= %(since)s
     GROUP BY message.provider_id
"""


class DeliveryProvider(models.Model):
    """How a provider is doing, in one word and one number, and whom it serves."""

    _inherit = "delivery.provider"
    _check_company_auto = True

    status = fields.Selection(
        [
            ("untested", "Not tested"),
            ("healthy", "Healthy"),
            ("warming", "Warming up"),
            ("throttled", "Throttled"),
            ("down", "Down"),
        ],
        compute="_compute_status",
    )
    status_detail = fields.Char(compute="_compute_status")
    hour_left = fields.Integer("Left This Hour", compute="_compute_left")
    day_left = fields.Integer("Left Today", compute="_compute_left")
    hour_percent = fields.Float("Hour Used", compute="_compute_left")
    day_percent = fields.Float("Day Used", compute="_compute_left")
    reputation = fields.Float(
        readonly=True,
        copy=False,
        help="0 to 100, from the complaints, bounces and doubts of 7 days.",
    )
    reputation_sent = fields.Integer(
        "Messages in 7 Days", readonly=True, copy=False, help="Behind the reputation."
    )
    sender_domains = fields.Char(
        "Only From",
        help="Sender domains that use this provider, with spaces between them. Empty:"
        " all.",
    )
    mailbox_ids = fields.Many2many(
        "delivery.mailbox",
        string="Only To",
        check_company=True,
        help="Mailbox providers that get messages through this provider; while it works"
        " they get none through others. Empty: all.",
    )
    pace_ids = fields.One2many("delivery.mailbox.pace", "provider_id", readonly=True)
    warming_domain_ids = fields.One2many(
        "delivery.domain", "provider_id", domain=[("stage", "in", MANAGED)]
    )

    @api.model
    def _get_audited_fields(self):
        return [*super()._get_audited_fields(), "sender_domains", "mailbox_ids"]

    @api.constrains("sender_domains")
    def _check_sender_domains(self):
        for provider in self:
            _domains, wrong = read_domains(provider.sender_domains)
            if wrong:
                raise ValidationError(
                    self.env._(
                        "Enter sender domains such as news.example.com, with spaces"
                        " between them; wrong: %(names)s.",
                        names=", ".join(wrong),
                    )
                )

    def _get_sender_domains(self):
        domains, _wrong = read_domains(self.sender_domains)
        return domains

    def _compute_left(self):
        for provider in self:
            for window in ("hour", "day"):
                cap, used = provider[f"cap_per_{window}"], provider[f"{window}_used"]
                provider[f"{window}_left"] = max(0, cap - used)
                percent = min(100.0, 100.0 * used / cap) if cap else 0.0
                provider[f"{window}_percent"] = percent

    def _compute_status(self):
        for provider in self:
            provider.status, provider.status_detail = provider._describe_status()

    def _describe_status(self):
        """Return (status, why); the worst one counts."""
        if self.state == "down":
            return "down", self.last_error
        if full := self._find_full_window():
            return "throttled", full
        if resting := self.pace_ids.filtered("is_paused").mailbox_id:
            return "throttled", self.env._(
                "%(names)s put messages off.", names=", ".join(resting.mapped("name"))
            )
        if warming := self.warming_domain_ids:
            return "warming", ", ".join(warming.mapped("name"))
        return ("untested" if self.state == "untested" else "healthy"), False

    def _find_full_window(self):
        texts = {
            "day": self.env._("The limit of today is used up."),
            "hour": self.env._("The limit of this hour is used up."),
            "minute": self.env._("The limit of this minute is used up."),
        }
        for window, text in texts.items():
            cap = self[f"cap_per_{window}"]
            if cap and self[f"{window}_used"] >= cap:
                return text
        return None

    # === REPUTATION ===#

    @api.model
    def _cron_refresh_reputation(self):
        self.env["marketing.job"]._enqueue(
            "delivery.provider", "_refresh_reputation", key="reputation"
        )

    @api.model
    def _refresh_reputation(self):
        """Count the last 7 days of all providers in one statement."""
        self.env.flush_all()
        since = fields.Datetime.now() - PERIOD
        counts = {
            row[0]: row[1:] for row in self.env.execute_query(SQL(_COUNT, since=since))
        }
        everybody = self.with_context(active_test=False)
        for provider in everybody.search([]):  # pylint: disable=no-search-all
            sent, complaints, bounces, doubts = counts.get(provider.id, (0, 0, 0, 0))
            score = reputation_score(
                sent,
                complaints=min(complaints, sent),
                bounces=min(bounces, sent),
                doubts=min(doubts, sent),
            )
            provider.write(
                {"reputation": score if sent else 0.0, "reputation_sent": sent}
            )

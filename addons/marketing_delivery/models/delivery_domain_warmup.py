from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_engine.sending import probability_above

from .delivery_domain import MANAGED

# A limit that is more likely than this to be passed is a bad signal.
SURE = 0.9
MAX_COMPLAINTS = 0.001
MAX_BOUNCES = 0.05
# A day on which less was sent warms nothing.
LEAST_SHARE = 0.5
STEP_BACK = 2  # days
MOST_DAYS = 7  # judged at once after a pause


class DeliveryDomain(models.Model):
    """Each day the limit rises, stays or goes back by what the day before showed."""

    _inherit = "delivery.domain"

    @api.model
    def _cron_judge(self):
        self.env["marketing.job"]._enqueue(
            "delivery.domain", "_judge_days", key="warm-up"
        )

    @api.model
    def _judge_days(self):
        today = fields.Date.today()
        for domain in self.search([("stage", "in", MANAGED)]):
            domain._recount(today)
            first = domain.judged_on or domain.stage_since or today
            first = max(first, today - timedelta(days=MOST_DAYS))
            for number in range((today - first).days):
                domain._judge(first + timedelta(days=number))
            domain.judged_on = today

    def _judge(self, date):
        """Judge one day that is over; nothing more once it is established."""
        if self.stage not in MANAGED or date in self.day_ids.mapped("date"):
            return
        sent, bounced, complained = self._count(date)
        if self.stage == "cold" and sent:
            self.write({"stage": "warming", "stage_since": date})
        planned = self.daily_limit
        verdict = self._decide(sent, bounced, complained)
        self.env["delivery.domain.day"].create(
            {
                "domain_id": self.id,
                "date": date,
                "planned": planned,
                "actual": sent,
                "bounced": bounced,
                "complained": complained,
                "verdict": verdict,
            }
        )
        if verdict == "stepped_back":
            self._tell_step_back(date, sent, bounced, complained)

    def _decide(self, sent, bounced, complained):
        """Move the warm-up and return the verdict."""
        if self._is_bad(sent, bounced, complained):
            self.warmup_day = max(0, self.warmup_day - STEP_BACK)
            return "stepped_back"
        if sent < LEAST_SHARE * self.daily_limit:
            return "held"
        if self.daily_limit >= self.warmup_target:
            today = fields.Date.today()
            self.write({"stage": "established", "stage_since": today})
            return "done"
        self.warmup_day += 1
        return "advanced"

    @staticmethod
    def _is_bad(sent, bounced, complained):
        if not sent:
            return False
        return (
            complained > 1
            and probability_above(complained, sent, MAX_COMPLAINTS) > SURE
        ) or (bounced > 1 and probability_above(bounced, sent, MAX_BOUNCES) > SURE)

    def _tell_step_back(self, date, sent, bounced, complained):
        self.message_post(
            body=self.env._(
                "The warm-up goes back by %(days)s days: of %(sent)s messages of"
                " %(date)s %(bounced)s bounced and %(complained)s were complained"
                " about.",
                days=STEP_BACK,
                sent=sent,
                date=date,
                bounced=bounced,
                complained=complained,
            )
        )

    def _recount(self, today):
        """Bounces and complaints arrive late: the last days are counted again."""
        since = today - timedelta(days=3)
        for day in self.day_ids.filtered(lambda day: day.date >= since):
            day.actual, day.bounced, day.complained = self._count(day.date)

    def _count(self, date):
        """Return (sent, bounced, complained) of the messages of a day."""
        self.env.flush_all()
        moment = fields.Datetime.to_datetime(date)
        ((sent, bounced, complained),) = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FILTER (WHERE state = 'sent'),
                       count(*) FILTER (WHERE message.bounced_at IS NOT NULL),
                       count(*) FILTER (WHERE message.complained_at IS NOT NULL)
                  FROM email_campaign campaign
                  JOIN campaign_recipient message
                    ON message.campaign_id = campaign.id
                 WHERE campaign.sender_domain = %(name)s
                   AND (campaign.company_id = %(company)s OR %(company)s IS NULL)
                   AND (message.provider_id = %(provider)s OR %(provider)s IS NULL)
                   AND (campaign.end_date IS NULL OR campaign.end_date >= %(first)s)
                   AND message.sent_at >= %(first)s AND message.sent_at < %(last)s
                """,
                name=self.name,
                company=self.company_id.id or None,
                provider=self.provider_id.id or None,
                first=moment,
                last=moment + timedelta(days=1),
            )
        )
        return sent, bounced, complained

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..send_window import DAY, QuietHours, find_country_zone, find_zone

MOST_MESSAGES = 1000


class ResCompany(models.Model):
    """How often, and at which hours, a company writes to one person."""

    _inherit = "res.company"

    marketing_cap_day = fields.Integer(
        "Messages in 24 Hours",
        default=1,
        help="At most so many a person over all campaigns and channels; 0: no limit.",
    )
    marketing_cap_week = fields.Integer(
        "Messages in 7 Days",
        default=3,
        help="At most so many a person over all campaigns and channels; 0: no limit.",
    )
    marketing_cap_gap = fields.Float(
        "Minimum Gap (Hours)",
        default=4.0,
        help="Between two messages to one person; 0: none.",
    )
    marketing_daily_limit = fields.Integer(
        "Messages a Day",
        help="Marketing messages of the company over all providers; 0: no limit. Days"
        " start at midnight UTC.",
    )
    marketing_quiet_hours = fields.Boolean(
        "Quiet Hours",
        default=True,
        help="No message leaves at night, on the clock of each customer.",
    )
    marketing_quiet_start = fields.Float("Quiet From", default=22.0)
    marketing_quiet_end = fields.Float("Quiet Until", default=6.0)

    _marketing_caps_range = models.Constraint(
        f"CHECK(marketing_cap_day BETWEEN 0 AND {MOST_MESSAGES}"
        f" AND marketing_cap_week BETWEEN 0 AND {MOST_MESSAGES}"
        " AND marketing_cap_gap >= 0 AND marketing_cap_gap <= 168)",
        "A frequency cap is between 0 and 1,000 messages, a gap at most 168 hours;"
        " 0 means no limit.",
    )

    _marketing_daily_limit_not_negative = models.Constraint(
        "CHECK(marketing_daily_limit >= 0)",
        "The daily limit of messages cannot be negative; 0 means no limit.",
    )

    @api.constrains("marketing_quiet_start", "marketing_quiet_end")
    def _check_quiet_hours(self):
        for company in self:
            # compared as they are: what is not a number is in no range
            start, end = company.marketing_quiet_start, company.marketing_quiet_end
            is_time = 0 <= start <= 24 and 0 <= end <= 24
            if not is_time or round(start * 60) % DAY == round(end * 60) % DAY:
                raise ValidationError(
                    self.env._(
                        "Quiet hours begin and end between 00:00 and 24:00, and do not"
                        " end when they begin. Switch them off to send at all hours."
                    )
                )

    def _get_marketing_zone(self):
        """That of the company, else of the capital of its country, else UTC."""
        return (
            find_zone(self.partner_id.tz)
            or find_country_zone(self.country_id.code)
            or find_zone("UTC")
        )

    def _get_quiet_hours(self):
        """Return the :class:`QuietHours`, or None when they are switched off."""
        if not self.marketing_quiet_hours:
            return None
        return QuietHours(
            round(self.marketing_quiet_start * 60),
            round(self.marketing_quiet_end * 60),
            self._get_marketing_zone(),
        )

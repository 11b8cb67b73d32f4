from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import brakes
from ..brakes import Limit

# Name of the setting -> (default, highest) in percent. Google asks for less than 0.1 %
# complaints and refuses from 0.3 % on: a brake above that would come too late.
RATES = {
    "marketing_brake_slow": (0.10, 0.30),
    "marketing_brake_stop": (0.25, 0.30),
    "marketing_brake_bounces": (2.0, 10.0),
    "marketing_brake_leavers": (0.5, 5.0),
}


def _rate(name, label, help):
    default, _highest = RATES[name]
    return fields.Float(label, default=default, digits=(6, 3), help=help)


class ResCompany(models.Model):
    """At which rates the campaigns of a company slow down and stop."""

    _inherit = "res.company"

    marketing_brake_slow = _rate(
        "marketing_brake_slow",
        "Slow Down from Complaints (%)",
        "Of 24 hours, with 1,000 delivered or more; at most 0.3.",
    )
    marketing_brake_stop = _rate(
        "marketing_brake_stop",
        "Stop from Complaints (%)",
        "Of 24 hours, with 1,000 delivered or more; at most 0.3.",
    )
    marketing_brake_bounces = _rate(
        "marketing_brake_bounces",
        "Stop from Bounces (%)",
        "Of 24 hours, with 200 sent or more; at most 10.",
    )
    marketing_brake_leavers = _rate(
        "marketing_brake_leavers",
        "Stop from Opt-Outs (%)",
        "Of 24 hours, with 1,000 delivered or more; at most 5.",
    )

    @api.constrains(*RATES)
    def _check_brakes(self):
        for company in self:
            for name, (_default, highest) in RATES.items():
                # compared as they are: what is not a number is in no range
                if not 0.01 <= company[name] <= highest:
                    raise ValidationError(
                        self.env._(
                            "“%(name)s” is between 0.01 and %(highest)s: a brake can be"
                            " moved, not taken out.",
                            name=company._fields[name].string,
                            highest=f"{highest:g}",
                        )
                    )
            if company.marketing_brake_slow > company.marketing_brake_stop:
                raise ValidationError(
                    self.env._(
                        "A campaign slows down before it stops: the first rate of"
                        " complaints cannot be above the second."
                    )
                )

    @api.model
    def _get_audited_fields(self):
        return [*super()._get_audited_fields(), *RATES]

    def _get_brake_limits(self):
        """Return the :class:`brakes.Limit` of this company, the worst first."""
        rates = {
            ("complaints", brakes.STOPPED): self.marketing_brake_stop,
            ("bounces", brakes.STOPPED): self.marketing_brake_bounces,
            ("unsubscribes", brakes.STOPPED): self.marketing_brake_leavers,
            ("complaints", brakes.SLOW): self.marketing_brake_slow,
        }
        return [
            Limit(cause, level, rates[cause, level] / 100, least)
            for cause, level, _rate, least in brakes.LIMITS
        ]

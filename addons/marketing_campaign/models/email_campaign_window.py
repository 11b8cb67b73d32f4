# Messages get their times on a cursor of the sender, in portions.
# pylint: disable=invalid-commit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.base.models.res_partner import _tz_get
from odoo.addons.marketing_delivery.send_window import (
    DAY,
    SendWindow,
    find_country_zone,
    find_zone,
)

from ..send_window import plan

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW = (
    "use_send_window",
    "spread_hours",
    "window_start",
    "window_end",
    "window_clock",
    "window_tz",
    *WEEKDAYS,
)
LOCKED = ("running", "completed", "cancelled")


class EmailCampaign(models.Model):
    """Hours and weekdays outside of which no message of the campaign leaves.

    A message has a time from the first pump on, and gets another one when it has
    passed. The gate asks again at the moment of sending.
    """

    _inherit = "email.campaign"

    use_send_window = fields.Boolean(
        "Sending Hours", help="Messages leave at these hours and on these days only."
    )
    window_start = fields.Float("Sent From", default=9.0)
    window_end = fields.Float(
        "Sent Until",
        default=18.0,
        help="An end before the beginning is on the next day.",
    )
    # the names that Odoo's widget of weekdays asks for
    mon = fields.Boolean("Mon", default=True)
    tue = fields.Boolean("Tue", default=True)
    wed = fields.Boolean("Wed", default=True)
    thu = fields.Boolean("Thu", default=True)
    fri = fields.Boolean("Fri", default=True)
    sat = fields.Boolean("Sat")
    sun = fields.Boolean("Sun")
    window_clock = fields.Selection(
        [("customer", "Each customer's own"), ("campaign", "One for everybody")],
        "Whose Clock",
        required=True,
        default="customer",
        help="A customer's own: the time zone of the contact, else that of the capital"
        " of its country.",
    )
    window_tz = fields.Selection(
        _tz_get,
        "Time Zone",
        compute="_compute_window_tz",
        store=True,
        readonly=False,
        help="For everybody, or for customers whose time zone is not known.",
    )

    @api.depends("company_id")
    def _compute_window_tz(self):
        """That of the company, else of the capital of its country, else the user's."""
        for campaign in self:
            company = campaign.company_id
            zone = (
                find_zone(company.partner_id.tz)
                or find_country_zone(company.country_id.code)
                or find_zone(self.env.user.tz)
                or find_zone("UTC")
            )
            campaign.window_tz = zone.key

    @api.constrains("window_start", "window_end")
    def _check_window(self):
        for campaign in self:
            # compared as they are: what is not a number is in no range
            start, end = campaign.window_start, campaign.window_end
            if not (0 <= start < 24 and 0 <= end <= 24 and campaign._has_hours()):
                raise ValidationError(
                    self.env._(
                        "Sending hours begin before 24:00, end at 24:00 at the latest,"
                        " and do not end when they begin."
                    )
                )

    def _has_hours(self):
        window = self._get_window()
        return window.start < DAY and window.start != window.end

    def write(self, vals):
        changed = not set(WINDOW).isdisjoint(vals)
        if changed and not self.env.su:
            self._check_window_unlocked()
        result = super().write(vals)
        if changed and (listed := self.filtered("prepared_at")):
            self.env.flush_all()
            plan.drop_times(self.env.cr, listed.ids)
            self.env["campaign.recipient"].invalidate_model(flush=False)
        return result

    def _check_window_unlocked(self):
        if locked := self.filtered(lambda campaign: campaign.status in LOCKED)[:1]:
            if locked.status == "running":
                text = self.env._(
                    "“%(name)s” is being sent: pause it to change its sending hours.",
                    name=locked.name,
                )
            else:
                text = self.env._(
                    "“%(name)s” is over: its sending hours can no longer change.",
                    name=locked.name,
                )
            raise UserError(text)

    def _get_window(self):
        return SendWindow(
            round(self.window_start * 60),
            round(self.window_end * 60),
            frozenset(number for number, day in enumerate(WEEKDAYS) if self[day]),
        )

    def _find_window_zone(self, tz="", country=""):
        """The zone whose clock counts for customers of this time zone and country."""
        zone = None
        if self.window_clock == "customer":
            zone = find_zone(tz) or find_country_zone(country)
        return zone or find_zone(self.window_tz) or find_zone("UTC")

    def _plan_messages(self):
        result = super()._plan_messages()
        if problem := self._get_window_problem():
            self._pause_for(problem)
        elif self.use_send_window:
            window, cr = self._get_window(), self.env.cr
            zone, quiet = self._find_window_zone, self._get_quiet_hours()
            while plan.write_times(cr, self.id, window, zone, quiet):
                cr.commit()
        return result

    def _get_window_problem(self):
        """Why no message could ever leave, or None."""
        if not self.use_send_window:
            return None
        if not self._get_window().days:
            return self.env._("Choose at least one weekday on which it may be sent.")
        if self.window_clock == "customer" and not self._find_common(
            fields.Datetime.now(), find_zone("UTC")
        ):
            return self.env._(
                "The sending hours lie within the quiet hours of %(company)s: change"
                " one of them.",
                company=self.company_id.name,
            )
        return None

    def _find_common(self, moment, zone):
        """The next opening that is not quiet, for customers of a zone, or None."""
        window, quiet = self._get_window(), self._get_quiet_hours()
        if not quiet:
            return window.find_opening(moment, zone)
        return quiet.find_common(moment, window, zone, (zone.key, ""))

    def _get_window_values(self):
        """The hours as people approve them; what is not used does not count."""
        if not self.use_send_window:
            return {"spread": True} if self.spread_hours else {}
        window = self._get_window()
        return {
            "hours": [window.start, window.end],
            "days": sorted(window.days),
            "clock": self.window_clock,
            "zone": self.window_tz or "",
        }

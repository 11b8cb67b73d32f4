from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, formatLang

LEVELS = ("blocking", "warning", "ok")


class Check(NamedTuple):
    """One line of the list before sending.

    `place` leads to what has to change: {"page"}, {"field"} or {"button"} (its hotkey)
    of the form, or {"model", "id"} of another record.
    """

    key: str
    level: str
    text: str
    fix: str = ""
    place: dict | None = None

    def __str__(self):
        return f"{self.text}\n{self.fix}" if self.fix else self.text


class EmailCampaign(models.Model):
    """What must be right, and what had better be, before a campaign leaves.

    The list on the form and the errors of the buttons are the same checks.
    """

    _inherit = "email.campaign"

    @api.readonly
    def get_checklist(self):
        """[{key, level, text, fix, place}], what blocks first."""
        self.ensure_one()
        self.check_access("read")
        checks = sorted(self._list_checks(), key=lambda c: LEVELS.index(c.level))
        return [check._asdict() for check in checks]

    def _list_checks(self, estimated=None):
        """All checks; what was estimated already is not counted a second time."""
        estimate, problem = estimated or self._try_estimate()
        return [
            *self._list_audience_checks(estimate, problem),
            *self._list_basic_checks(),
            *self._list_schedule_checks(),
            *self._list_opening_checks(estimate),
            *self._list_rule_checks(estimate),
        ]

    def _list_basic_checks(self):
        """Those that cost next to nothing and hold for every message alike."""
        return [
            *self._list_content_checks(),
            *self._list_sender_checks(),
            *self._list_provider_checks(),
            *self._list_weekday_checks(),
        ]

    def _check_ready(self, *, scheduled=False):
        """Raise all that blocks pressing Send (or Schedule), worded as in the list."""
        for campaign in self:
            campaign._raise_blocking(
                check
                for check in campaign._list_checks()
                if scheduled or check.key != "schedule"
            )

    def _check_launch(self):
        """Raise what would make every message fail; for a start without a user."""
        for campaign in self:
            campaign._check_content_ready()
            if problem := campaign._get_approval_problem():
                raise UserError(problem)

    def _check_content_ready(self):
        if not self.segment_ids:
            raise UserError(self._say_no_segment())
        self._raise_blocking(self._list_basic_checks())

    def _check_resume(self):
        """Raise what forbids going on with the messages that have not left."""
        self._raise_blocking(self._list_weekday_checks())
        if problem := self._get_resume_problem():
            raise UserError(problem)

    def _raise_blocking(self, checks):
        if blocking := [str(check) for check in checks if check.level == "blocking"]:
            raise UserError("\n\n".join(blocking))

    def _say_no_segment(self):
        return self.env._("Choose at least one segment to send to.")

    def _list_schedule_checks(self):
        if not self.scheduled_date or self.status not in ("draft", "scheduled"):
            return []
        place = {"field": "scheduled_date"}
        try:
            self._check_future(self.scheduled_date)
        except UserError as problem:
            return [Check("schedule", "blocking", str(problem), "", place)]
        when = format_datetime(self.env, self.scheduled_date)
        text = self.env._("It starts %(when)s.", when=when)
        return [Check("schedule", "ok", text, "", place)]

    def _format_number(self, number):
        return formatLang(self.env, number, digits=0)

from odoo import api, fields, models
from odoo.exceptions import UserError

# Index into the palette of the calendar: grey, blue, teal, orange, green, red.
COLORS = {
    "draft": 28,
    "scheduled": 4,
    "running": 7,
    "paused": 2,
    "completed": 10,
    "cancelled": 1,
}


class EmailCampaign(models.Model):
    """The place of a campaign in the calendar, which can be dragged until it starts."""

    _inherit = "email.campaign"

    planned_date = fields.Datetime(
        "Date",
        compute="_compute_planned_date",
        inverse="_inverse_planned_date",
        store=True,
        readonly=False,
        copy=False,
        index=True,
        help="When it started; before that, when it is to start.",
    )
    status_color = fields.Integer(compute="_compute_status_color")

    @api.depends("start_date", "scheduled_date")
    def _compute_planned_date(self):
        for campaign in self:
            campaign.planned_date = campaign.start_date or campaign.scheduled_date

    def _inverse_planned_date(self):
        """Dropping on another day is writing the time on the form: the same checks.

        An approval stays: it is about what is sent to whom, not about when.
        """
        for campaign in self.filtered("planned_date"):
            date = campaign.planned_date
            if campaign.status not in ("draft", "scheduled"):
                raise UserError(
                    self.env._(
                        "“%(name)s” is %(status)s and stays where it is. Only a"
                        " campaign that has not started can be moved.",
                        name=campaign.name,
                        status=campaign._get_status_label(),
                    )
                )
            campaign._check_future(date)
            campaign.scheduled_date = date

    @api.onchange("planned_date")
    def _onchange_planned_date(self):
        """A click on a day of the calendar makes a campaign for that day."""
        if self.planned_date and not self.start_date:
            self.scheduled_date = self.planned_date

    @api.depends("status")
    def _compute_status_color(self):
        for campaign in self:
            campaign.status_color = COLORS.get(campaign.status, 0)

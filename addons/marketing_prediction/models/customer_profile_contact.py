from odoo import api, fields, models


class CustomerProfile(models.Model):
    """When, how often and through what to write to a customer, and at which risk."""

    _inherit = "customer.profile"

    contact_hour = fields.Integer(
        "Best Hour",
        readonly=True,
        aggregator=None,
        help="Hour of sending, on the customer's clock, at which it clicks most, drawn "
        "towards everybody's. Only where own hours foretold later clicks.",
    )
    contact_hour_count = fields.Integer(
        "Clicks Behind the Hour", readonly=True, aggregator=None
    )
    contact_frequency = fields.Float(
        "Messages a Week",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="How many messages it had in the weeks in which it clicked; drawn towards "
        "everybody's.",
    )
    contact_frequency_count = fields.Integer(
        "Weeks Behind the Pace", readonly=True, aggregator=None
    )
    contact_channel = fields.Selection(
        [("email", "Email"), ("sms", "SMS"), ("push", "Push")],
        "Best Channel",
        readonly=True,
        help="With the most clicks a message, of the channels it was written through.",
    )
    contact_channel_count = fields.Integer(
        "Messages of the Channel", readonly=True, aggregator=None
    )
    complaint_risk = fields.Float(
        digits=(16, 5),
        readonly=True,
        aggregator="avg",
        help="Probability that the next message is answered by a complaint or by an "
        "unsubscription; drawn towards everybody's, as both are rare.",
    )
    contact_model_id = fields.Many2one(
        "prediction.model", "Contact Model", readonly=True, ondelete="set null"
    )
    contact_scored_on = fields.Date("Contact as of", readonly=True)
    contact_explanation = fields.Text(
        "How to Write", compute="_compute_contact_explanation"
    )

    @api.model
    def _get_segment_paths(self):
        return super()._get_segment_paths() | {
            "contact_hour": "integer",
            "contact_frequency": "amount",
            "contact_channel": "choice",
            "complaint_risk": "amount",
        }

    @api.depends("contact_frequency", "contact_hour", "contact_model_id")
    @api.depends_context("lang")
    def _compute_contact_explanation(self):
        for profile in self:
            profile.contact_explanation = (
                profile._explain_contact() if profile.contact_model_id else False
            )

    def _explain_contact(self):
        sentences = [self._explain_pace(), self._explain_hour()]
        if self.complaint_risk:
            sentences.append(
                self.env._(
                    "Of 1,000 such messages %(count)s bring a complaint or an "
                    "unsubscription.",
                    count=f"{1000 * self.complaint_risk:.1f}",
                )
            )
        sentences.append(
            self._explain_origin(self.contact_scored_on, self.contact_model_id)
        )
        return " ".join(sentences)

    def _explain_pace(self):
        channel = self._fields["contact_channel"]
        channels = dict(channel._description_selection(self.env))
        return self.env._(
            "Through %(channel)s (%(sent)s messages so far), about %(pace)s a week "
            "(%(weeks)s weeks with a click).",
            channel=channels.get(self.contact_channel, ""),
            sent=self.contact_channel_count,
            pace=f"{self.contact_frequency:.1f}",
            weeks=self.contact_frequency_count,
        )

    def _explain_hour(self):
        if not self.contact_model_id.parameters["hour_is_proved"]:
            return self.env._("No hour: own hours did not foretell later clicks.")
        return self.env._(
            "Best sent at %(hour)s o'clock of its clock (%(clicks)s clicks).",
            hour=self.contact_hour,
            clicks=self.contact_hour_count,
        )

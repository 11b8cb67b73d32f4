from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.marketing_base.addresses import normalise_email


class EmailCampaign(models.Model):
    """What sending needs to know of a campaign; audience and content come above."""

    _name = "email.campaign"
    _description = "Email Campaign"
    _inherit = ["mail.thread", "mail.activity.mixin", "marketing.audited"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    channel = fields.Selection(
        [("email", "Email")],
        required=True,
        default="email",
        help="By which way its messages go; each addon of a channel adds its own.",
    )
    status = fields.Selection(
        [
            ("draft", "Draft"),
            ("scheduled", "Scheduled"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("completed", "Completed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    status_reason = fields.Char(readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    utm_campaign_id = fields.Many2one("utm.campaign", copy=False, ondelete="set null")
    provider_id = fields.Many2one(
        "delivery.provider",
        check_company=True,
        help="Empty: the first working provider of the company.",
    )
    is_transactional = fields.Boolean(
        help="Not marketing: needs no consent, but never reaches a blacklisted address."
    )
    at_least_once = fields.Boolean(
        "Rather Twice Than Never",
        help="A message whose answer was lost is sent again, with the same Message-ID,"
        " instead of waiting in doubt for a person. For transactional messages only.",
    )
    cap_wait_hours = fields.Integer(
        "Wait for a Turn (Hours)",
        default=48,
        help="How long after it was queued a message waits for its turn when its"
        " customer has had enough messages. Then it is left out; 0: at once.",
    )
    topic_id = fields.Many2one(
        "marketing.topic",
        ondelete="restrict",
        check_company=True,
        help="Whoever left the topic does not get the campaign. Empty: everybody who"
        " subscribed.",
    )
    from_name = fields.Char()
    from_email = fields.Char(default=lambda self: self.env.company.email)
    reply_to_email = fields.Char()
    track_opens = fields.Boolean(default=True)
    track_clicks = fields.Boolean(default=True)
    scheduled_date = fields.Datetime(copy=False)
    start_date = fields.Datetime(readonly=True, copy=False)
    end_date = fields.Datetime(readonly=True, copy=False)
    audience_size = fields.Integer(
        readonly=True, copy=False, help="Recipient rows written when sending started."
    )
    recipient_ids = fields.One2many("campaign.recipient", "campaign_id", copy=False)

    _cap_wait_range = models.Constraint(
        "CHECK(cap_wait_hours BETWEEN 0 AND 720)",
        "A message waits for its turn between 0 and 720 hours.",
    )

    _at_least_once_transactional = models.Constraint(
        "CHECK(is_transactional OR at_least_once IS NOT TRUE)",
        "Only transactional messages may be sent again after a lost answer.",
    )

    # A start, a pause and a cancellation are changes of the status.
    _audited_fields = (
        "status",
        "company_id",
        "topic_id",
        "is_transactional",
        "at_least_once",
    )

    def _get_audit_event(self, kind, changes):
        if kind == "changed" and "status" in changes:
            return "campaign_status_changed"
        return super()._get_audit_event(kind, changes)

    @api.constrains("from_email", "reply_to_email")
    def _check_addresses(self):
        for campaign in self:
            for address in (campaign.from_email, campaign.reply_to_email):
                if address and not normalise_email(address):
                    raise ValidationError(
                        self.env._("%(address)s is not one address.", address=address)
                    )

    def write(self, vals):
        if "status" in vals and not self.env.su:
            raise AccessError(
                self.env._("The status of a campaign is changed by its buttons only.")
            )
        return super().write(vals)

    def unlink(self):
        """Delete the message rows too: they have no foreign key that would do it."""
        rows = self.env["campaign.recipient"].sudo()  # rows follow their campaign
        domain = [("campaign_id", "in", self.ids)]
        done = super().unlink()
        rows.search(domain).unlink()
        return done

    def _get_renderer(self):
        """Return the object that turns a recipient into content.

        It has ``contexts(cr, rows) -> {recipient id: context}``, called once per
        claim with one SQL statement, and ``render(row, context, links) -> Content``
        (``sender.content``); any exception of ``render`` fails that recipient only.
        """
        raise UserError(self.env._("This campaign has no content to send."))

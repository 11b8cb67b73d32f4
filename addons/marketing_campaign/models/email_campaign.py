from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# What a recipient sees may not change between the first and the last message.
FROZEN_FIELDS = {
    "channel",
    "company_id",
    "segment_ids",
    "exclude_segment_ids",
    "template_id",
    "creative_ids",
    "subject_line",
    "preview_text",
    "from_name",
    "from_email",
    "reply_to_email",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "track_opens",
    "track_clicks",
    "is_transactional",
    "at_least_once",
    "topic_id",
    "scheduled_date",
}


class EmailCampaign(models.Model):
    """What a marketer fills in: audience, content, sender, schedule and budget."""

    _inherit = "email.campaign"
    _check_company_auto = True

    description = fields.Text()
    campaign_type = fields.Selection(
        [
            ("one_time", "One-Time Send"),
            ("automated", "Automated"),
            ("drip", "Drip Campaign"),
            ("triggered", "Triggered"),
            ("ab_test", "A/B Test"),
        ],
        "Type",
        required=True,
        default="one_time",
        tracking=True,
    )
    promotion_type = fields.Selection(
        [
            ("DISCOUNT", "Discount"),
            ("CASHBACK", "Cashback"),
            ("LOYALTY", "Loyalty"),
            ("LOCATION_BASED", "Location Based"),
            ("CATEGORY_PROMOTION", "Category Promotion"),
            ("SPENDING_MILESTONE", "Spending Milestone"),
            ("RE_ENGAGEMENT", "Re-Engagement"),
            ("VIP", "VIP"),
        ],
        "Promotion",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    budget = fields.Monetary(tracking=True)
    segment_ids = fields.Many2many(
        "customer.segment",
        "email_campaign_segment_rel",
        "campaign_id",
        "segment_id",
        "Send To",
        check_company=True,
        help="Customers who are in at least one of these segments.",
    )
    exclude_segment_ids = fields.Many2many(
        "customer.segment",
        "email_campaign_segment_exclude_rel",
        "campaign_id",
        "segment_id",
        "Leave Out",
        check_company=True,
        help="Customers who are in any of these segments get nothing.",
    )
    template_id = fields.Many2one(
        "email.template.marketing",
        "Template",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    subject_line = fields.Char(
        "Subject",
        size=200,
        help="Replaces the subject of the template; merge tags work here too.",
    )
    preview_text = fields.Char(size=200, help="Shown by mailboxes after the subject.")
    # One method a field: of two fields of one method, giving one would blank the other.
    from_name = fields.Char(
        default=None, compute="_compute_from_name", store=True, readonly=False
    )
    from_email = fields.Char(
        default=None, compute="_compute_from_email", store=True, readonly=False
    )
    reply_to_email = fields.Char(
        compute="_compute_reply_to_email", store=True, readonly=False
    )
    at_least_once = fields.Boolean(
        compute="_compute_at_least_once", store=True, readonly=False
    )
    utm_source = fields.Char("UTM Source", default="email", size=64)
    utm_medium = fields.Char("UTM Medium", default="marketing", size=64)
    utm_campaign = fields.Char(
        "UTM Campaign",
        size=64,
        copy=False,
        help="Empty: made from the campaign's name, and no other campaign has it.",
    )
    created_by = fields.Many2one(related="create_uid", string="Created By")
    is_locked = fields.Boolean(
        "Content Fixed",
        compute="_compute_is_locked",
        help="Audience, sender, content and time can no longer change.",
    )

    @api.depends("company_id")
    def _compute_from_name(self):
        for campaign in self:
            campaign.from_name = campaign.company_id.name

    @api.depends("company_id")
    def _compute_from_email(self):
        for campaign in self:
            campaign.from_email = campaign.company_id.email

    @api.depends("company_id")
    def _compute_reply_to_email(self):
        for campaign in self:
            campaign.reply_to_email = campaign.company_id.email

    @api.depends("template_id", "is_transactional")
    def _compute_at_least_once(self):
        """The template proposes; what it says later changes no campaign."""
        for campaign in self:
            campaign.at_least_once = (
                campaign.is_transactional and campaign.template_id.at_least_once
            )

    @api.depends("status", "prepared_at")
    def _compute_is_locked(self):
        for campaign in self:
            campaign.is_locked = bool(campaign._is_started())

    @api.onchange("channel")
    def _onchange_channel(self):
        """Template and provider of another channel cannot send it."""
        self.utm_source = self.channel
        if self.template_id.channel != self.channel:
            self.template_id = False
        # Superuser: who may not open a provider sees its channel here at most.
        if self.provider_id.sudo().channel != self.channel:
            self.provider_id = False

    @api.constrains("channel", "template_id", "provider_id")
    def _check_channel(self):
        for campaign in self:
            # Superuser: as above
            template, provider = campaign.template_id, campaign.sudo().provider_id
            for used in (template, provider):
                if used and used.channel != campaign.channel:
                    raise ValidationError(
                        self.env._(
                            "“%(name)s” is for another channel than the campaign.",
                            name=used.name,
                        )
                    )

    @api.constrains("budget")
    def _check_budget(self):
        if any(campaign.budget < 0 for campaign in self):
            raise ValidationError(self.env._("The budget cannot be negative."))

    @api.constrains("segment_ids", "exclude_segment_ids")
    def _check_segments(self):
        for campaign in self:
            if both := campaign.segment_ids & campaign.exclude_segment_ids:
                raise ValidationError(
                    self.env._(
                        "%(segments)s cannot be sent to and left out at once.",
                        segments=", ".join(both.mapped("name")),
                    )
                )

    def write(self, vals):
        started = self.filtered(lambda campaign: campaign._is_started())
        if started and not self.env.su and FROZEN_FIELDS.intersection(vals):
            raise UserError(
                self.env._(
                    "“%(name)s” has started: its audience, sender, content and time can"
                    " no longer change. Duplicate it to send something else.",
                    name=started[0].name,
                )
            )
        return super().write(vals)

    def _is_started(self):
        return self.prepared_at or self.status in ("running", "completed", "cancelled")

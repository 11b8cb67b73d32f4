from odoo import api, fields, models

from odoo.addons.marketing_base.models.marketing_pii import PII

STATES = [
    ("queued", "Queued"),
    ("claimed", "Claimed"),
    ("submitting", "Submitting"),
    ("sent", "Sent"),
    ("failed", "Failed"),
    ("skipped", "Skipped"),
    ("held_out", "Held out"),
    ("in_doubt", "In doubt"),
    ("cancelled", "Cancelled"),
]
OPEN_STATES = ("queued", "claimed", "submitting")


class BigInteger(fields.Integer):
    """Transaction ids outgrow the four bytes of a plain Integer."""

    _column_type = ("int8", "int8")


class GuardedMany2one(fields.Many2one):
    """A reference without a foreign key, for a target that protects itself.

    PostgreSQL looks up and locks the target once a row: for 100,000 rows of one
    campaign that is a second. `email.campaign` deletes its rows with itself, and
    keeps its company from being deleted.
    """

    def update_db_foreign_key(self, model, column):
        pass


class CampaignRecipient(models.Model):
    """One message to one address: the outbox row of the sending protocol.

    ``state`` is written by the sender's SQL only. The column defaults of
    ``init`` let an ``INSERT … SELECT`` name only what it decides.
    """

    _name = "campaign.recipient"
    _description = "Campaign Recipient"
    _inherit = ["marketing.masked"]
    _order = "id desc"
    _rec_name = "email_address"
    # rows are written by SQL without a user; their times are columns of their own
    _log_access = False

    company_id = GuardedMany2one(
        "res.company", required=True, readonly=True, help="That of the campaign."
    )
    campaign_id = GuardedMany2one(
        "email.campaign", required=True, readonly=True, ondelete="cascade"
    )
    customer_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        groups=PII,
    )
    step_key = fields.Char(
        required=True,
        readonly=True,
        default="",
        help="Empty for a one-off; the occurrence, enrolment step or cart otherwise.",
    )
    channel = fields.Selection(
        [("email", "Email"), ("sms", "SMS"), ("push", "Push")],
        required=True,
        readonly=True,
        default="email",
    )
    address_key = fields.Char(required=True, readonly=True)
    email_address = fields.Char(readonly=True, groups=PII)
    send_key = fields.Char(
        readonly=True, help="Random key of the message, also in its headers."
    )

    state = fields.Selection(STATES, required=True, readonly=True, default="queued")
    reason = fields.Char(readonly=True)
    reason_detail = fields.Char(
        readonly=True, groups=PII, help="What the mail server or Odoo said."
    )
    status = fields.Selection(
        [
            ("pending", "Pending"),
            ("sent", "Sent"),
            ("delivered", "Delivered"),
            ("bounced", "Bounced"),
            ("failed", "Failed"),
        ],
        compute="_compute_status",
    )

    arm = fields.Selection(
        [
            ("treated", "Treated"),
            ("global_holdout", "Global holdout"),
            ("campaign_holdout", "Campaign holdout"),
        ],
        required=True,
        readonly=True,
        default="treated",
    )
    propensity = fields.Float(
        readonly=True, default=1.0, help="Probability of the arm, 0 to 1."
    )
    variant = fields.Char(readonly=True)
    not_before = fields.Datetime(readonly=True)
    not_after = fields.Datetime(
        readonly=True, help="Needs another time when this one has passed."
    )
    tz_offset = fields.Integer(readonly=True, help="Minutes east of UTC.")
    frequency_cap = fields.Float(
        readonly=True, default=1.0, help="Factor on the company's frequency caps."
    )
    priority = fields.Integer(readonly=True, default=0, help="Higher goes first.")
    offer_reference = fields.Char(readonly=True)

    lease_token = fields.Char(readonly=True)
    lease_until = fields.Datetime(readonly=True)
    attempt = fields.Integer(readonly=True, default=0)
    provider_id = fields.Many2one(
        "delivery.provider", readonly=True, ondelete="set null"
    )
    message_id = fields.Char(readonly=True, help="Identifier given by the provider.")
    units = fields.Integer(
        readonly=True,
        default=1,
        help="How often the provider charges its price: once, or for each segment of a"
        " text message.",
    )
    xact_id = BigInteger(readonly=True, help="Transaction of the last state change.")

    queued_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    sent_at = fields.Datetime(readonly=True)
    opened_at = fields.Datetime(readonly=True)
    clicked_at = fields.Datetime(readonly=True, help="First click judged human.")
    unsubscribed_at = fields.Datetime(readonly=True)
    bounced_at = fields.Datetime(readonly=True)
    bounce_type = fields.Selection([("hard", "Hard"), ("soft", "Soft")], readonly=True)
    bounce_reason = fields.Char(readonly=True, groups=PII)
    counted_at = fields.Datetime(
        readonly=True,
        help="When it passed the gate and counted against the frequency caps of its"
        " customer; empty when it does not count or did not leave.",
    )

    # Keys are compared as bytes, and the column that differs comes first: both halve
    # the work of adding 100,000 rows.
    _once = models.UniqueIndex(
        '(address_key COLLATE "C", campaign_id, step_key COLLATE "C",'
        ' channel COLLATE "C")',
        "This address already has a message of this campaign step.",
    )
    _send_key_uniq = models.UniqueIndex(
        '(send_key COLLATE "C")', "This send key is taken."
    )
    _queue_idx = models.Index("(campaign_id, priority DESC, id) WHERE state = 'queued'")
    _lease_idx = models.Index("(lease_until) WHERE state IN ('claimed', 'submitting')")
    _state_idx = models.Index("(campaign_id, state)")
    # what a customer, or an address, has had lately
    _counted_customer_idx = models.Index(
        "(customer_id, counted_at) WHERE counted_at IS NOT NULL"
    )
    _counted_address_idx = models.Index(
        '(address_key COLLATE "C", counted_at) WHERE counted_at IS NOT NULL'
    )

    def init(self):
        """Give the columns the defaults that a bare INSERT … SELECT relies on."""
        self.env.cr.execute(
            """
            ALTER TABLE campaign_recipient
                ALTER send_key SET DEFAULT gen_random_uuid()::text,
                ALTER send_key SET NOT NULL,
                ALTER step_key SET DEFAULT '',
                ALTER channel SET DEFAULT 'email',
                ALTER state SET DEFAULT 'queued',
                ALTER arm SET DEFAULT 'treated',
                ALTER propensity SET DEFAULT 1.0,
                ALTER frequency_cap SET DEFAULT 1.0,
                ALTER priority SET DEFAULT 0,
                ALTER attempt SET DEFAULT 0,
                ALTER units SET DEFAULT 1,
                ALTER queued_at SET DEFAULT (now() AT TIME ZONE 'UTC'),
                ALTER xact_id SET DEFAULT pg_current_xact_id()::text::bigint
            """
        )

    @api.depends("email_address")
    @api.depends_context("uid")
    def _compute_display_name(self):
        masked = not self._reads_pii()
        for row in self:
            # superuser: the address is masked for whoever may not read it
            address = row.sudo().email_address
            name = row._get_masked_name() if masked and address else address
            if address and row.channel == "push":  # an endpoint tells nobody anything
                name = self.env._("Device")
            row.display_name = name or self.env._("Erased address")

    @api.depends("state", "bounced_at")
    def _compute_status(self):
        for row in self:
            row.status = row._get_status()

    def _get_status(self):
        """Map the protocol's state to the five words of the specification."""
        if self.bounced_at:
            return "bounced"
        if self.state in OPEN_STATES:
            return "pending"
        # without a receipt, delivered = accepted and not bounced so far
        return {"sent": "delivered", "in_doubt": "sent"}.get(self.state, "failed")

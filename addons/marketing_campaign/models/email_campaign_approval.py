from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .email_campaign_fingerprint import AUDIENCE, CONTENT, SENDER, TOPIC
from .email_campaign_window import WINDOW

WATCHED = {*SENDER, *CONTENT, *AUDIENCE, *TOPIC, *WINDOW, "creative_ids"}
# While it waits for its start or, paused, for going on.
OPEN = ("draft", "scheduled", "paused")
MANAGER = "marketing_base.group_manager"
ACTIVITY = "marketing_campaign.mail_activity_approval"


class EmailCampaign(models.Model):
    """Four eyes: a manager who neither asked nor wrote it approves what is sent.

    The approval holds for the fingerprint of the moment. Nothing here is written by a
    remote call, and the check before sending compares the fingerprint again, so a
    change that came in by another way than `write` is found as well.
    """

    _inherit = "email.campaign"

    approval_state = fields.Selection(
        [
            ("none", "Not Asked For"),
            ("requested", "Waiting"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
        ],
        "Approval",
        default="none",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    approval_reason = fields.Char(readonly=True, copy=False)
    approval_hash = fields.Char(readonly=True, copy=False)
    approval_date = fields.Datetime("Decided On", readonly=True, copy=False)
    approver_id = fields.Many2one(
        "res.users", "Decided By", readonly=True, copy=False, ondelete="set null"
    )
    requester_id = fields.Many2one(
        "res.users", "Asked By", readonly=True, copy=False, ondelete="set null"
    )
    content_editor_id = fields.Many2one(
        "res.users", "Last Edited By", readonly=True, copy=False, ondelete="set null"
    )
    uses_approval = fields.Boolean(related="company_id.marketing_approval")

    @api.model
    def _get_server_fields(self):
        return super()._get_server_fields() | {
            "approval_state": "none",
            "approval_reason": False,
            "approval_hash": False,
            "approval_date": False,
            "approver_id": False,
            "requester_id": False,
            "content_editor_id": False,
        }

    @api.model_create_multi
    def create(self, vals_list):
        campaigns = super().create(vals_list)
        # Superuser: who edited is noted by the server, not told by the editor.
        campaigns.sudo().content_editor_id = self.env.uid
        return campaigns

    def write(self, vals):
        result = super().write(vals)
        if WATCHED.intersection(vals):
            # Superuser: as above
            self.sudo().content_editor_id = self.env.uid
            self.sudo()._withdraw_if_changed()
        return result

    def action_request_approval(self):
        self.check_access("write")
        for campaign in self:
            campaign._check_open()
            campaign._check_content_ready()
            campaign._decide("requested", requester_id=self.env.uid, approver_id=False)
            campaign._ask_managers()

    def action_approve(self):
        self.check_access("write")
        for campaign in self:
            campaign._check_decider()
            campaign._decide("approved", approver_id=self.env.uid)

    def _reject(self, reason):
        self.check_access("write")
        for campaign in self:
            campaign._check_decider()
            campaign._decide(
                "rejected", approver_id=self.env.uid, approval_reason=reason
            )

    def _decide(self, state, **values):
        # Superuser: people change these fields through the buttons only.
        self.sudo().write(
            {
                "approval_state": state,
                "approval_reason": False,
                "approval_hash": self._get_fingerprint(),
                "approval_date": fields.Datetime.now(),
                **values,
            }
        )
        if state != "requested":
            self.sudo().activity_unlink([ACTIVITY])

    def _check_open(self):
        if self.status not in OPEN:
            raise UserError(
                self.env._("“%(name)s” has already been sent.", name=self.name)
            )

    def _check_decider(self):
        """Raise unless this user may decide about this campaign as it is now."""
        self._check_open()
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a marketing manager can approve."))
        if self.approval_state != "requested":
            raise UserError(
                self.env._(
                    "“%(name)s” waits for no approval: nobody asked, or somebody has"
                    " just decided or changed it.",
                    name=self.name,
                )
            )
        if self.env.user in self._get_authors():
            raise UserError(
                self.env._(
                    "Another manager has to decide about “%(name)s”: you asked for the"
                    " approval or edited the content last.",
                    name=self.name,
                )
            )

    def _get_authors(self):
        """Who must not approve: one pair of eyes cannot be two."""
        # Superuser: only compared with the user who decides.
        campaign = self.sudo()
        return (
            campaign.requester_id
            | campaign.content_editor_id
            | campaign.template_id.write_uid
        )

    def _withdraw_if_changed(self):
        """Take back what was asked or approved for something else."""
        for campaign in self:
            if campaign.approval_state not in ("requested", "approved"):
                continue
            if campaign.approval_hash == campaign._get_fingerprint():
                continue
            campaign.write({"approval_state": "none", "approval_date": False})
            campaign.activity_unlink([ACTIVITY])
            campaign.message_post(
                body=self.env._(
                    "The approval is withdrawn: %(user)s changed the content, the"
                    " audience, the sender or the sending hours. Ask again.",
                    user=self.env.user.name,
                )
            )

    @api.model
    def _withdraw_stale_approvals(self, domain):
        """After a template or segment changed: look at the campaigns that use it."""
        waiting = Domain("approval_state", "in", ("requested", "approved"))
        still = Domain("status", "in", OPEN) & Domain("prepared_at", "=", False)
        self.search(waiting & still & Domain(domain))._withdraw_if_changed()

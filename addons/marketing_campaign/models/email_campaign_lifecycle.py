from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.marketing_base.notification import notify
from odoo.addons.marketing_delivery.sender import outbox

# The one table of the status machine: from -> where it may go.
TRANSITIONS = {
    "draft": {"scheduled", "running", "cancelled"},
    "scheduled": {"draft", "running", "paused", "cancelled"},
    "running": {"paused", "completed", "cancelled"},
    "paused": {"running", "cancelled"},
    "completed": set(),
    "cancelled": set(),
}


class EmailCampaign(models.Model):
    """Status machine: each change is a compare-and-set, so of two people one wins."""

    _inherit = "email.campaign"

    status = fields.Selection(group_expand="_expand_statuses")
    prepared_at = fields.Datetime("Recipients Listed", readonly=True, copy=False)
    # The archived copy that is really sent: later edits of the template stay out.
    sent_template_id = fields.Many2one(
        "email.template.marketing", "Content Sent", readonly=True, copy=False
    )

    @api.model
    def _get_server_fields(self):
        """{field that only the server writes: its value in a new campaign}."""
        return {
            "status": "draft",
            "status_reason": False,
            "start_date": False,
            "end_date": False,
            "prepared_at": False,
            "sent_template_id": False,
            "audience_size": 0,
        }

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            fresh = self._get_server_fields()
            for vals in vals_list:
                if any(vals.get(name) not in (None, fresh[name]) for name in fresh):
                    raise AccessError(self.env._("A new campaign is a draft."))
            # Named one by one, so that no default of a caller's context gets in.
            vals_list = [{**vals, **fresh} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and not self._get_server_fields().keys().isdisjoint(vals):
            raise AccessError(
                self.env._("The status of a campaign changes through its buttons only.")
            )
        return super().write(vals)

    @api.model
    def _expand_statuses(self, statuses, domain):
        """Columns in the order of the work; cancelled ones only when there are some."""
        keys = [key for key, _label in self._fields["status"].selection]
        return [key for key in keys if key != "cancelled" or key in statuses]

    def action_send_now(self):
        """Send now; the recipients are listed and served in the background."""
        self.ensure_one()
        self.check_access("write")
        self._check_ready()
        self._launch()
        message = self.env._("“%(name)s” is being sent.", name=self.name)
        return notify("success", message)

    def action_pause(self):
        self._each_move("paused", status_reason=self.env._("Paused by a user"))

    def action_resume(self):
        self.check_access("write")
        for campaign in self:
            if not campaign.prepared_at:
                campaign._check_ready()
                campaign._launch()
                continue
            campaign._check_resume()
            campaign._check_brakes()
            campaign._move("running", status_reason=False)
            campaign._enqueue_delivery()

    def action_cancel(self):
        self._each_move(
            "cancelled",
            status_reason=self.env._("Cancelled by a user"),
            end_date=fields.Datetime.now(),
        )
        for campaign in self:
            campaign._enqueue_drop_queued()

    def action_draft(self):
        """Take a scheduled campaign back."""
        self._each_move("draft", status_reason=False)

    def _each_move(self, target, **values):
        self.check_access("write")
        for campaign in self:
            campaign._move(target, **values)

    def _launch(self):
        self._move(
            "running",
            status_reason=False,
            start_date=self.start_date or fields.Datetime.now(),
        )
        self._forget_listed()
        self._freeze_content()
        self._enqueue_prepare()

    def _move(self, target, **values):
        """Change the status if the table allows it from where the row stands *now*.

        The UPDATE takes the row: of two people pressing a button one wins, the other's
        request is repeated by Odoo, finds the new status and gets the message below.
        """
        self.ensure_one()
        self.flush_recordset()
        sources = [status for status, ends in TRANSITIONS.items() if target in ends]
        self.env.cr.execute(
            SQL(
                "UPDATE email_campaign SET write_date = write_date"
                " WHERE id = %s AND status = ANY(%s) RETURNING id",
                self.id,
                sources,
            )
        )
        moved = self.env.cr.fetchone()
        self.invalidate_recordset(flush=False)
        if not moved:
            raise UserError(self._describe_refused_move(target))
        # Superuser: the status is read-only for everybody; the table is the right.
        self.sudo().write({"status": target, **values})

    def _describe_refused_move(self, target):
        if self.status == target == "running":
            return self.env._(
                "“%(name)s” is already being sent; somebody else has just started it.",
                name=self.name,
            )
        return self.env._(
            "“%(name)s” is %(current)s and cannot become %(target)s.",
            name=self.name,
            current=self._get_status_label() or self.env._("gone"),
            target=self._get_status_label(target),
        )

    def _get_status_label(self, status=None):
        labels = dict(self._fields["status"]._description_selection(self.env))
        return labels.get(status or self.status)

    def _enqueue_drop_queued(self):
        return self.env["marketing.job"]._enqueue(
            "email.campaign",
            "_drop_queued",
            {"campaign_id": self.id},
            key=f"campaign-drop:{self.id}",
            queue="deliver",
        )

    @api.model
    def _drop_queued(self, campaign_id):
        """Settle the messages of a cancelled campaign that no sender holds."""
        self.env.flush_all()
        outbox.cancel_left(self.env.cr, campaign_id)
        self.env["campaign.recipient"].invalidate_model(flush=False)
        self.browse(campaign_id)._refresh_statistics()

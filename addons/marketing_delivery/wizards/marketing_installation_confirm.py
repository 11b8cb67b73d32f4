from odoo import api, fields, models
from odoo.exceptions import UserError


class MarketingInstallationConfirm(models.TransientModel):
    """A person decides that a restored or copied database may send."""

    _name = "marketing.installation.confirm"
    _description = "Confirm That This Database Sends"
    _inherit = ["marketing.installation"]

    running_count = fields.Integer("Running Campaigns", compute="_compute_facts")
    queued_count = fields.Integer("Messages Waiting", compute="_compute_facts")
    last_sent_at = fields.Datetime("Last Message Sent", compute="_compute_facts")
    campaigns = fields.Selection(
        [
            ("pause", "Pause them: each is looked at and resumed by hand"),
            ("continue", "Go on sending at once"),
        ],
        string="Running Campaigns Should",
        required=True,
        default="pause",
    )
    is_understood = fields.Boolean("No other copy of this database sends")

    def _compute_facts(self):
        # sudo: the decision is about the whole database, so it counts all companies
        rows = self.env["campaign.recipient"].sudo()
        last = rows.search([("sent_at", "!=", False)], order="sent_at DESC", limit=1)
        for wizard in self:
            wizard.running_count = self._count_running()
            wizard.queued_count = rows.search_count([("state", "=", "queued")])
            wizard.last_sent_at = last.sent_at

    @api.model
    def _count_running(self):
        # sudo: as above
        return (
            self.env["email.campaign"].sudo().search_count([("status", "=", "running")])
        )

    def action_confirm(self):
        self.ensure_one()
        self.check_access("write")
        hold = self._get_sending_hold()
        if not hold:
            raise UserError(self.env._("This database may send already."))
        if not self.is_understood:
            raise UserError(
                self.env._(
                    "Make sure that no other copy of this database sends, and tick it:"
                    " customers would get messages twice."
                )
            )
        if self.campaigns == "pause":
            self._pause_running(hold)
        self._confirm_installation(hold)
        return {"type": "ir.actions.client", "tag": "reload"}

    def _pause_running(self, hold):
        # sudo: as above; nobody is written to, so nobody's right is touched
        running = self.env["email.campaign"].sudo().search([("status", "=", "running")])
        running.write(
            {
                "status": "paused",
                "status_reason": self.env._(
                    "%(hold)s Resume it if its messages have not left already.",
                    hold=hold,
                ),
            }
        )

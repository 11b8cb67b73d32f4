from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .marketing_pii import PII

ANSWER_DAYS = 30
SERVER_ONLY = {
    "state",
    "source",
    "channel",
    "address_key",
    "requested_at",
    "deadline",
    "closed_at",
    "closed_by_id",
    "keep_reasons",
}


class MarketingErasureRequest(models.Model):
    """Somebody asked to be forgotten: what was done at once, and what is left to do.

    What marketing holds goes at once. The customer itself goes too, unless something
    must be kept or cannot be decided without a person: then the request waits here.
    """

    _name = "marketing.erasure.request"
    _description = "Erasure Request"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "reference"

    reference = fields.Char(compute="_compute_reference")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(
        [
            ("received", "To Decide"),
            ("done", "Erased"),
            ("kept", "Partly Kept"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="received",
        tracking=True,
        copy=False,
    )
    source = fields.Selection(
        [("page", "The Person's Page"), ("staff", "Recorded by Staff")],
        required=True,
        readonly=True,
        default="staff",
    )
    channel = fields.Selection(
        [("email", "Email"), ("sms", "SMS"), ("push", "Web Push")],
        required=True,
        readonly=True,
        default="email",
    )
    address_key = fields.Char(required=True, readonly=True, copy=False, index=True)
    email_address = fields.Char(
        string="Address",
        groups=PII,
        copy=False,
        help="Kept to answer the person; blank once the request is closed.",
    )
    partner_ids = fields.Many2many(
        "res.partner", string="Customers", readonly=True, copy=False, groups=PII
    )
    keep_reasons = fields.Json(readonly=True, copy=False)
    keep_text = fields.Text("Why It Waits", compute="_compute_keep_text")
    requested_at = fields.Datetime(
        string="Received On", readonly=True, default=fields.Datetime.now, copy=False
    )
    deadline = fields.Date(
        compute="_compute_deadline",
        store=True,
        help="The law gives one month to answer (Art. 12(3) GDPR).",
    )
    closed_at = fields.Datetime(string="Closed On", readonly=True, copy=False)
    closed_by_id = fields.Many2one(
        "res.users", string="Closed By", readonly=True, copy=False
    )
    decision = fields.Text(
        copy=False,
        help="What was kept or refused and on which ground, for whoever asks later."
        " Do not name the person.",
    )

    _deadline_idx = models.Index("(deadline) WHERE state = 'received'")

    @api.depends("requested_at")
    def _compute_deadline(self):
        for request in self:
            received = request.requested_at or fields.Datetime.now()
            request.deadline = received.date() + relativedelta(days=ANSWER_DAYS)

    def _compute_reference(self):
        for request in self:
            number = request._origin.id
            request.reference = (
                self.env._("Request %(number)s", number=number)
                if number
                else self.env._("New Request")
            )

    @api.depends("keep_reasons")
    def _compute_keep_text(self):
        for request in self:
            labels = self._get_keep_labels()
            request.keep_text = "\n".join(
                labels[reason] % {"count": count}
                for reason, count in (request.keep_reasons or {}).items()
                if reason in labels
            )

    @api.model
    def _get_keep_labels(self):
        """Return the reasons why a person has to decide; each takes a count."""
        return {
            "orders": self.env._("%(count)s confirmed orders must be kept."),
            "invoices": self.env._("%(count)s posted invoices must be kept."),
            "shared": self.env._("%(count)s customers have this address."),
            "firm": self.env._("The customer is a firm with %(count)s contacts."),
            "user": self.env._("The customer is an employee with a login."),
            "elsewhere": self.env._("%(count)s more companies know the customer."),
        }

    # === DECISIONS ===#

    def action_erase(self):
        """Erase the customers as well."""
        for request in self._check_open():
            request.partner_ids._marketing_erase()
            request._close("done", self.env.user)

    def action_keep(self):
        """Keep the customer for accounting; what marketing held is gone already."""
        for request in self._check_open():
            request._check_decision()
            request._close("kept", self.env.user)

    def action_refuse(self):
        for request in self._check_open():
            request._check_decision()
            request._close("refused", self.env.user)

    def _check_open(self):
        self.check_access("write")
        if any(request.state != "received" for request in self):
            raise UserError(self.env._("This request is closed already."))
        return self

    def _check_decision(self):
        if not (self.decision or "").strip():
            raise UserError(
                self.env._("Write into “Decision” what is kept, and on which ground.")
            )

    def _close(self, state, closer=None):
        self._write_state(
            {
                "state": state,
                "closed_at": fields.Datetime.now(),
                "closed_by_id": closer.id if closer else False,
                "email_address": False,
                "partner_ids": [fields.Command.clear()],
            }
        )
        self.sudo().activity_ids.unlink()  # those of the other officers too
        self.env["marketing.audit.log"]._record(
            "erasure_closed", self, {"state": ["received", state]}
        )

    # === CRUD ===#

    @api.model_create_multi
    def create(self, vals_list):
        """Take a request that arrived by letter or phone; it is carried out at once."""
        requests = self.browse()
        for vals in vals_list:
            company = self.env["res.company"].browse(
                vals.get("company_id") or self.env.company.id
            )
            requests |= self._take_from_staff(company, vals)
        return requests

    @api.model
    def _insert(self, vals):
        """Create a request with values that no client may give."""
        return super().create([vals])

    def write(self, vals):
        if SERVER_ONLY & set(vals):
            raise UserError(self.env._("This value is set by the system only."))
        if "email_address" in vals or "company_id" in vals:
            raise UserError(self.env._("Record another request for another address."))
        return super().write(vals)

    def _write_state(self, vals):
        """Write what no client may set directly."""
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _check_stays(self):
        raise UserError(
            self.env._("Requests are kept as evidence that they were answered.")
        )

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

# Still being worked on; everything else is locked.
OPEN = ("draft", "in_review")


class CampaignPlan(models.Model):
    """Which store sends which piece, how often and when: argued over, then approved."""

    _name = "campaign.plan"
    _description = "Campaign Plan"
    _inherit = [
        "campaign.versioned",
        "mail.thread",
        "mail.activity.mixin",
        "marketing.audited",
    ]
    _order = "period_start desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("in_review", "In Review"),
            ("approved", "Approved"),
            ("executed", "Executed"),
            ("cancelled", "Cancelled"),
        ],
        "Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    version = fields.Integer(
        default=1,
        readonly=True,
        copy=False,
        help="Grows each time an approved plan is opened again.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        default=lambda self: self.env.user,
        tracking=True,
        domain="[('share', '=', False)]",
    )
    period_start = fields.Date("From", tracking=True)
    period_end = fields.Date("To", tracking=True)
    budget = fields.Monetary(tracking=True, help="0: no limit.")
    notes = fields.Html()
    wave_ids = fields.One2many("campaign.plan.wave", "plan_id", "Waves", copy=True)
    line_ids = fields.One2many("campaign.plan.line", "plan_id", "Lines", copy=False)
    order_ids = fields.One2many("sale.order", "campaign_plan_id", "Orders")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    approver_id = fields.Many2one(
        "res.users", "Approved By", readonly=True, copy=False, ondelete="set null"
    )
    approval_date = fields.Datetime("Approved On", readonly=True, copy=False)
    active = fields.Boolean(default=True)

    _budget_positive = models.Constraint(
        "CHECK (budget >= 0)", "A budget cannot be negative."
    )
    _period_order = models.Constraint(
        "CHECK (period_end >= period_start)", "The plan ends before it starts."
    )

    _audited_fields = ("state", "version")

    # Written by the buttons only.
    _server_fields = ("state", "version", "approver_id", "approval_date")

    def _get_audit_event(self, kind, changes):
        if kind == "changed" and "state" in changes:
            return "plan_status_changed"
        return super()._get_audit_event(kind, changes)

    @api.constrains("company_id")
    def _check_company_kept(self):
        for plan in self:
            # superuser: of all lines, whichever the user may see
            if plan.sudo().line_ids.store_id.company_id - plan.company_id:
                raise ValidationError(
                    self.env._("A plan with lines cannot move to another company.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._check_server_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._check_server_fields(vals)
            if self._get_locked_fields() & set(vals):
                self._check_open()
        return super().write(vals)

    def _check_server_fields(self, vals):
        defaults = {"state": "draft", "version": 1}
        for name in self._server_fields:
            if name in vals and vals[name] != defaults.get(name, False):
                raise AccessError(
                    self.env._("The status of a plan is changed by its buttons only.")
                )

    @api.model
    def _get_locked_fields(self):
        """Fields that nobody changes once it is approved; people may still talk."""
        free = {"active"}
        return {
            name
            for name, field in self._fields.items()
            if name not in free
            and not name.startswith(("message_", "activity_", "website_message_"))
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.filtered(lambda plan: plan.state != "cancelled")._check_open()

    def _check_open(self):
        """Raise unless these plans may still be changed."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        # superuser: a line's author may not see each plan, and is told its name only
        for plan in self.sudo():
            if plan.state not in OPEN:
                raise ValidationError(
                    self.env._(
                        "“%(plan)s” is locked: its status is %(state)s. A marketing "
                        "manager can open it again as a new version.",
                        plan=plan.name,
                        state=labels[plan.state],
                    )
                )

    def action_open_lines(self):
        """Open the lines as grid and as board of waves."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_store_planning.campaign_plan_line_action"
        )
        return {
            **action,
            "name": self.name,
            "display_name": self.name,
            "domain": [("plan_id", "=", self.id)],
            "context": {"default_plan_id": self.id},
        }

    def action_open_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_store_planning.campaign_order_action"
        )
        return {**action, "domain": [("campaign_plan_id", "=", self.id)]}

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .campaign_plan import OPEN

MANAGER = "marketing_base.group_manager"
SHOWN = 5


class CampaignPlan(models.Model):
    """Draft, review, approval: who may, and what has to be in order before."""

    _inherit = "campaign.plan"

    problem_text = fields.Text("Before Approval", compute="_compute_problem_text")
    uses_four_eyes = fields.Boolean(related="company_id.marketing_plan_four_eyes")

    def _compute_problem_text(self):
        for plan in self:
            shown = plan._list_problems() if plan.state in OPEN else []
            plan.problem_text = "\n".join(shown)

    def action_submit(self):
        """Ask for the approval."""
        for plan in self:
            plan._check_state("draft")
            if problems := plan._list_silent_overrides():
                raise UserError("\n".join(problems))
            plan._move("in_review")

    def action_back_to_draft(self):
        for plan in self:
            plan._check_state("in_review", "cancelled")
            plan._move("draft")

    def action_approve(self):
        """Lock the plan; only a manager who does not own it where two are wanted."""
        self._check_manager()
        for plan in self:
            plan._check_state(*OPEN)
            plan._check_other_eyes()
            if problems := plan._list_problems():
                raise UserError(
                    self.env._(
                        "“%(plan)s” cannot be approved yet:\n%(problems)s",
                        plan=plan.name,
                        problems="\n".join(f"- {text}" for text in problems),
                    )
                )
            plan._move(
                "approved",
                approver_id=self.env.uid,
                approval_date=fields.Datetime.now(),
            )

    def action_reopen(self):
        """Open an approved plan again, as a new version."""
        self._check_manager()
        for plan in self:
            plan._check_state("approved", "executed")
            plan._move(
                "draft",
                version=plan.version + 1,
                approver_id=False,
                approval_date=False,
            )

    def action_cancel(self):
        self._check_manager()
        for plan in self:
            plan._check_state(*OPEN, "approved")
            plan._move("cancelled")

    def _move(self, state, **values):
        self.check_access("write")
        # superuser: people change the status by the buttons only
        self.sudo().write({"state": state, **values})

    def _check_manager(self):
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("Only a marketing manager approves, reopens and cancels.")
            )

    def _check_state(self, *allowed):
        """Raise unless the status, as it is in the database now, is one of these."""
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["state", "version"])
        if self.state not in allowed:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The status of “%(plan)s” is %(state)s by now: reload the page.",
                    plan=self.name,
                    state=labels[self.state],
                )
            )

    def _check_other_eyes(self):
        own = self.env.user in (self.user_id | self.create_uid)
        if self.uses_four_eyes and own:
            raise UserError(
                self.env._(
                    "Another manager has to approve “%(plan)s”: it is your own plan.",
                    plan=self.name,
                )
            )

    def _list_silent_overrides(self):
        # superuser: as in `_list_problems`
        lines = self.sudo().line_ids.filtered("is_overridden")
        silent = lines.filtered(lambda line: not (line.override_reason or "").strip())
        if not silent:
            return []
        return [
            self.env._(
                "Not as recommended, and nobody said why: %(stores)s.",
                stores=silent._name_stores(),
            )
        ]

    def _list_problems(self):
        """Return what forbids the approval, as sentences; upper addons extend this."""
        self.ensure_one()
        # superuser: a plan is approved as a whole, whichever lines the reader may see
        lines = self.sudo().line_ids.filtered("is_included")
        if not lines:
            return [self.env._("No store is included.")]
        problems = []
        if self.wave_ids and (loose := lines.filtered(lambda line: not line.wave_id)):
            problems.append(
                self.env._("Without a wave: %(stores)s.", stores=loose._name_stores())
            )
        if empty := lines.filtered(lambda line: line.quantity <= 0):
            problems.append(
                self.env._("Without pieces: %(stores)s.", stores=empty._name_stores())
            )
        if unpriced := lines.filtered("is_price_missing").creative_id:
            problems.append(
                self.env._(
                    "No vendor price for the quantity of: %(creatives)s.",
                    creatives=", ".join(unpriced.mapped("name")),
                )
            )
        problems += self._list_silent_overrides()
        if over := lines.filtered(lambda line: line.quantity > line.quantity_limit > 0):
            problems.append(
                self.env._(
                    "More pieces than there are households, or than ever before where "
                    "their number is not known: %(stores)s.",
                    stores=over._name_stores(),
                )
            )
        return problems

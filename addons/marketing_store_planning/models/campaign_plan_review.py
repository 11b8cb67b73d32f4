from datetime import timedelta

from odoo import fields, models

from .campaign_plan_state import MANAGER

REVIEW = "marketing_store_planning.mail_activity_type_review"
TIME_TO_REVIEW = timedelta(days=2)


class CampaignPlan(models.Model):
    """Who is asked to look at a plan, and is reminded until it is decided."""

    _inherit = "campaign.plan"

    reviewer_ids = fields.Many2many(
        "res.users",
        relation="campaign_plan_reviewer_rel",
        column1="plan_id",
        column2="user_id",
        string="Reviewers",
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref(MANAGER).ids),
            ("share", "=", False),
        ],
        help="Asked to approve it. Empty: all marketing managers of the company.",
    )
    share_url = fields.Char("Link", compute="_compute_share_url")

    def _compute_share_url(self):
        base = self.get_base_url()
        for plan in self:
            plan.share_url = f"{base}/odoo/campaign-plans/{plan.id}" if plan.id else ""

    def action_submit(self):
        """Also remind each reviewer."""
        result = super().action_submit()
        day = fields.Date.context_today(self) + TIME_TO_REVIEW
        for plan in self:
            for user in plan._get_reviewers():
                plan.activity_schedule(REVIEW, day, user_id=user.id)
        return result

    def _get_reviewers(self):
        """Return who may approve: chosen ones, else all managers of the company."""
        self.ensure_one()
        # superuser: a marketer need not read users to ask managers of the own company
        managers = (
            self.env.ref(MANAGER)
            .sudo()
            .all_user_ids.filtered(
                lambda user: (
                    user.active
                    and not user.share
                    and self.company_id in user.company_ids
                )
            )
        )
        reviewers = self.sudo().reviewer_ids & managers or managers
        if self.uses_four_eyes:
            reviewers -= self.user_id | self.create_uid
        return reviewers - self.env.ref("base.user_root").sudo()

    def _move(self, state, **values):
        """Also end the reminders, once somebody has decided."""
        result = super()._move(state, **values)
        if state != "in_review":
            # superuser: reminders of colleagues, too
            plan = self.sudo()
            if state == "approved":
                plan.activity_feedback([REVIEW], user_id=self.env.uid)
            plan.activity_unlink([REVIEW])
        return result

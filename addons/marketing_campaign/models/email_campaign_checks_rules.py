from odoo import models
from odoo.tools import formatLang

from .email_campaign_checklist import Check


class EmailCampaign(models.Model):
    """Checks of what the company has decided: measuring, money, approval."""

    _inherit = "email.campaign"

    def _list_rule_checks(self, estimate):
        return [
            *self._list_holdout_checks(),
            *self._list_budget_checks(estimate),
            *self._list_approval_checks(estimate),
        ]

    def _list_holdout_checks(self):
        if self.is_transactional:
            return []
        share = self._get_holdout_share()
        if share:
            text = self.env._(
                "A control group of %(percent)s %% shows what it will have caused.",
                percent=f"{100 * share:g}",
            )
            return [Check("holdout", "ok", text, "", {"page": "audience"})]
        text = self.env._("There is no control group.")
        fix = self.env._(
            "Nobody will know which orders would have come anyway. An administrator"
            " sets the share in the settings of marketing."
        )
        return [Check("holdout", "warning", text, fix)]

    def _list_budget_checks(self, estimate):
        if not self.budget or not estimate:
            return []
        place = {"field": "budget"}
        provider = self._pick_provider()
        if not provider.cost_per_message:
            text = self.env._("The budget cannot be checked.")
            fix = self.env._("The provider has no cost per message.")
            return [Check("budget", "warning", text, fix, place)]
        cost = self._price(provider, estimate["sendable"])
        amounts = {
            "cost": formatLang(self.env, cost, currency_obj=self.currency_id),
            "budget": formatLang(self.env, self.budget, currency_obj=self.currency_id),
        }
        if self.currency_id.compare_amounts(cost, self.budget) <= 0:
            text = self.env._("It will cost %(cost)s of %(budget)s.", **amounts)
            return [Check("budget", "ok", text, "", place)]
        text = self.env._(
            "It will cost %(cost)s, more than the budget of %(budget)s.", **amounts
        )
        fix = self.env._("Raise the budget, or send to fewer customers.")
        return [Check("budget", "blocking", text, fix, place)]

    def _list_approval_checks(self, estimate):
        recipients = estimate and estimate["sendable"] or 0
        if not self._needs_approval(recipients):
            return []
        if problem := self._get_approval_problem(recipients):
            return [Check("approval", "blocking", problem)]
        text = self.env._(
            "Approved by %(name)s.",
            # Superuser: any user's name may be read here.
            name=self.sudo().approver_id.name,
        )
        return [Check("approval", "ok", text)]

from odoo import api, models
from odoo.fields import Domain

USER = "marketing_base.group_user"
MANAGER = "marketing_base.group_manager"
#: Step: (model, what of it is done, screen on which it is done).
STEPS = {
    "stores": ("marketing.store", [("is_sample", "=", False)], "marketing_store"),
    "creatives": (
        "store.creative",
        [
            ("is_sample", "=", False),
            ("state", "=", "active"),
            ("product_id", "!=", False),
        ],
        "store_creative",
    ),
    "results": (
        "store.campaign.result",
        [("store_id.is_sample", "=", False)],
        "store_campaign_result",
    ),
    "plan": (
        "campaign.plan",
        [("line_ids.store_id.is_sample", "=", False)],
        "campaign_plan",
    ),
    "approval": (
        "campaign.plan",
        [
            ("line_ids.store_id.is_sample", "=", False),
            ("state", "in", ["approved", "executed"]),
        ],
        "campaign_plan",
    ),
    "orders": (
        "campaign.plan",
        [("line_ids.store_id.is_sample", "=", False), ("state", "=", "executed")],
        "campaign_plan",
    ),
}


class StorePlanningSteps(models.AbstractModel):
    """What comes before the first order; done when the data says so, samples apart."""

    _name = "store.planning.steps"
    _description = "First Steps of Store Planning"

    @api.model
    def get_steps(self):
        """Return what the matrix shows above itself; False for those who only read."""
        user, company = self.env.user, self.env.company
        if not user.has_group(USER):
            return False
        sample = self.env["store.sample"]
        own = Domain("company_id", "=", company.id)
        return {
            "steps": [self._prepare_step(key, own) for key in STEPS],
            "is_hidden": user.store_planning_steps_hidden,
            "is_manager": user.has_group(MANAGER),
            "is_sample_loaded": sample._is_loaded(company),
            "has_stores": bool(self.env["marketing.store"].search_count(own, limit=1)),
        }

    @api.model
    def hide(self, hidden=True):
        """Whether I see them above the matrix."""
        # superuser: people may not write their user; it is this one flag of theirs
        self.env.user.sudo().store_planning_steps_hidden = bool(hidden)

    def _prepare_step(self, key, own):
        model, domain, action = STEPS[key]
        done = self.env[model].search_count(own & Domain(domain), limit=1)
        return {
            "key": key,
            "title": self._get_titles()[key],
            "text": self._get_texts()[key],
            "is_done": bool(done),
            "action": f"marketing_store_planning.{action}_action",
        }

    def _get_titles(self):
        return {
            "stores": self.env._("Stores"),
            "creatives": self.env._("Creatives"),
            "results": self.env._("Past results"),
            "plan": self.env._("Plan"),
            "approval": self.env._("Approval"),
            "orders": self.env._("Orders"),
        }

    def _get_texts(self):
        return {
            "stores": self.env._(
                "Import them from a CSV file: number, name, region, households."
            ),
            "creatives": self.env._(
                "What you print; the vendor prices of its product are the cost."
            ),
            "results": self.env._(
                "Pieces, conversions and revenue of past drops teach the matrix."
            ),
            "plan": self.env._("Compute the matrix below, then create a plan from it."),
            "approval": self.env._(
                "Change what you know better, form waves, submit, approve."
            ),
            "orders": self.env._(
                "One press on an approved plan makes the orders of each wave."
            ),
        }

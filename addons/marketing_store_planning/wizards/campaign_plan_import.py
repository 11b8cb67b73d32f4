from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from ..plan_rows import CHANGED, NEW, PROBLEM, SAME, find_keys

PREVIEW_ROWS = 50
MAX_ROWS = 20_000


class CampaignPlanImport(models.TransientModel):
    """Take the lines of a plan from a file; everything is shown before it is written.

    The import judges the rows again, and writes all of them or none.
    """

    _name = "campaign.plan.import"
    _description = "Import Plan Lines"
    _inherit = ["marketing.import"]

    plan_id = fields.Many2one("campaign.plan", required=True, ondelete="cascade")
    new_count = fields.Integer("New Lines", readonly=True)
    changed_count = fields.Integer("Changed Lines", readonly=True)
    same_count = fields.Integer("Unchanged Lines", readonly=True)

    def action_check(self):
        """Read the file and show what would happen."""
        self.ensure_one()
        self.plan_id._check_open()
        self._show(self.plan_id._judge_rows(self._read_rows()))
        self.state = "check"
        return self._reopen()

    def action_import(self):
        self.ensure_one()
        self._show(self.plan_id._apply_rows(self._read_rows()))
        self.state = "done"
        return self._reopen()

    def _get_title(self):
        return self.env._("Import Lines")

    def _read_rows(self):
        """Return [(row number, {key: text})] of the columns that are known."""
        table = self._read_table(max_rows=MAX_ROWS)
        keys = find_keys(table.header)
        if not {"store", "line"} & set(keys):
            raise UserError(
                self.env._(
                    "No column is called “Store” or “Line”: export the plan, change "
                    "the file and import that one."
                )
            )
        return [
            (number, {key: cells[place] for key, place in keys.items()})
            for number, cells in zip(table.numbers, table.rows, strict=True)
        ]

    def _show(self, verdicts):
        """Show the counts and the first rows, those with a problem at the top."""
        for kind in (NEW, CHANGED, SAME, PROBLEM):
            self[f"{kind}_count"] = sum(v.kind == kind for v in verdicts)
        telling = [v for v in verdicts if v.kind != SAME]
        telling.sort(key=lambda v: (v.kind != PROBLEM, v.number))
        self.preview = Markup(
            self.env["ir.qweb"]._render(
                "marketing_store_planning.campaign_plan_import_preview",
                {
                    "rows": telling[:PREVIEW_ROWS],
                    "rest": max(0, len(telling) - PREVIEW_ROWS),
                    "problem": PROBLEM,
                },
            )
        )

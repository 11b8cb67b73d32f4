import base64
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.marketing_base.table_writer import write_csv, write_xlsx

from ..plan_rows import COLUMNS

#: Columns that only inform: an import leaves them alone.
TOLD = ("Store Name", "Region", "Status", "Confidence", "Recommended", "Cost")


class CampaignPlanExport(models.TransientModel):
    """Lines of a plan as a file that can be changed and imported again."""

    _name = "campaign.plan.export"
    _description = "Export Plan Lines"

    plan_id = fields.Many2one("campaign.plan", required=True, ondelete="cascade")
    line_ids = fields.Many2many("campaign.plan.line", string="Lines")
    file_format = fields.Selection(
        [("csv", "CSV"), ("xlsx", "Excel (XLSX)")],
        "Format",
        required=True,
        default="csv",
    )
    file = fields.Binary("Download", readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    @api.model
    def default_get(self, names):
        """Of selected lines, or of all of a plan."""
        values = super().default_get(names)
        if self.env.context.get("active_model") == "campaign.plan.line":
            lines = self.env["campaign.plan.line"].browse(
                self.env.context.get("active_ids", [])
            )
            values["line_ids"] = [fields.Command.set(lines.ids)]
            values["plan_id"] = lines.plan_id[:1].id
        return values

    def action_export(self):
        """Write the file and offer it; the audit log tells of it."""
        self.ensure_one()
        if not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(
                self.env._(
                    "You may not export data. Ask an administrator for the right "
                    "“Access to export feature”."
                )
            )
        lines = self.line_ids or self.plan_id.line_ids
        rows = map(self._read_row, lines.sorted(lambda line: line.store_id.number))
        header = [*COLUMNS.values(), *TOLD]
        if self.file_format == "xlsx":
            content = write_xlsx(header, rows, sheet=self.plan_id.name)
        else:
            content = write_csv(header, rows)
        name = re.sub(r"[^\w-]+", "_", self.plan_id.name).strip("_") or "plan"
        self.write(
            {
                "file": base64.b64encode(content),
                "file_name": f"{name}.{self.file_format}",
            }
        )
        self.env["marketing.audit.log"]._record(
            "data_exported",
            self.plan_id,
            {"line_count": [None, len(lines)]},
            company=self.plan_id.company_id,
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export Lines"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _read_row(self, line):
        """Return the cells in the order of the columns; ``COLUMNS`` come back."""
        statuses = dict(line._fields["ai_status"]._description_selection(self.env))
        return [
            line.id,
            line.edit_version,
            line.store_id.number,
            line.creative_id.name or "",
            line.quantity,
            line.wave_id.name or "",
            "yes" if line.is_included else "no",
            line.notes or "",
            line.override_reason or "",
            line.store_id.name,
            line.region_id.name or "",
            statuses.get(line.ai_status, ""),
            round(line.confidence),
            line.override_text or "",
            line.cost,
        ]

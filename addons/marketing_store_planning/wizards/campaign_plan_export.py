from odoo import api, fields, models

from odoo.addons.marketing_base.models.marketing_export import ExportedTable

from ..plan_rows import COLUMNS

#: Columns that only inform: an import leaves them alone.
TOLD = ("Store Name", "Region", "Status", "Confidence", "Recommended", "Cost")


class CampaignPlanExport(models.TransientModel):
    """Lines of a plan as a file that can be changed and imported again."""

    _name = "campaign.plan.export"
    _description = "Export Plan Lines"
    _inherit = ["marketing.export"]

    plan_id = fields.Many2one("campaign.plan", required=True, ondelete="cascade")
    line_ids = fields.Many2many("campaign.plan.line", string="Lines")
    file_format = fields.Selection(default="csv")

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

    def _get_exported(self):
        return self.plan_id

    def _get_export_table(self):
        lines = self.line_ids or self.plan_id.line_ids
        self._check_size(len(lines))
        rows = map(self._read_row, lines.sorted(lambda line: line.store_id.number))
        counts = {"line_count": len(lines)}
        return ExportedTable([*COLUMNS.values(), *TOLD], rows, counts)

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

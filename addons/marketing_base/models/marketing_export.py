import base64
import re
from collections.abc import Iterable
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..table_writer import write_csv, write_xlsx

MAX_ROWS = {"csv": 500_000, "xlsx": 100_000}


class ExportedTable(NamedTuple):
    """What goes into the file, and how many of what the audit log enters."""

    header: list
    rows: Iterable
    counts: dict  # {name of what is counted: number}


class MarketingExport(models.AbstractModel):
    """Mixin of wizards that write a table as a file no spreadsheet runs as formulas.

    Who inherits it says of which record in `_get_exported` and what in
    `_get_export_table`. Each export needs Odoo's right to export, and leaves a line in
    the audit log.
    """

    _name = "marketing.export"
    _description = "Export as a File"
    _inherit = ["marketing.dialog"]

    file_format = fields.Selection(
        [("xlsx", "Excel (XLSX)"), ("csv", "CSV")],
        "Format",
        required=True,
        default="xlsx",
    )
    file = fields.Binary("Download", readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    def action_export(self):
        """Write the file, enter the export in the audit log, and offer the file."""
        self.ensure_one()
        exported = self._get_exported()
        self._check_may_export(exported)
        table = self._get_export_table()
        self._write_file(exported.display_name, table)
        self.env["marketing.audit.log"]._record(
            "data_exported",
            exported,
            {name: [None, number] for name, number in table.counts.items()},
            company=exported.company_id,
        )
        return self._reopen()

    def _get_title(self):
        return self.env._("Export %s", self._get_exported().display_name)

    def _get_exported(self):
        """Return the record that the table is about; it belongs to a company."""
        raise NotImplementedError

    def _get_export_table(self) -> ExportedTable:
        """Return what the user of this environment may see of it."""
        raise NotImplementedError

    def _check_may_export(self, exported):
        if not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(
                self.env._(
                    "You may not export data. Ask an administrator for the right "
                    "“Access to export feature”."
                )
            )
        exported.check_access("read")

    def _get_most_rows(self):
        """Return how many rows one file of the chosen format takes."""
        return MAX_ROWS[self.file_format]

    def _check_size(self, count):
        """Refuse what is too long; to be asked before the rows are put together."""
        limit = self._get_most_rows()
        if count > limit:
            raise UserError(
                self.env._(
                    "More than %(limit)s rows do not go into one file of this kind. "
                    "Export them in parts, or take CSV.",
                    limit=f"{limit:,}",
                )
            )

    def _write_file(self, title, table):
        if self.file_format == "xlsx":
            content = write_xlsx(table.header, table.rows, sheet=title)
        else:
            content = write_csv(table.header, table.rows)
        stem = re.sub(r"[^\w-]+", "_", title).strip("_") or "export"
        self.write(
            {
                "file": base64.b64encode(content),
                "file_name": f"{stem}.{self.file_format}",
            }
        )

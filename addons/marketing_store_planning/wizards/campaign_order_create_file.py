import base64

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.marketing_base.table_reader import read_table

from ..store_table import CellError, find_columns, read_row

PREVIEW_ROWS = 20
MAX_ROWS = 20_000


class CampaignOrderCreate(models.TransientModel):
    """Stores out of a CSV file, perhaps with creative and pieces: shown row by row."""

    _inherit = "campaign.order.create"

    file = fields.Binary("CSV File", attachment=False)
    file_name = fields.Char()
    leave_out = fields.Boolean("Leave Out Rows with a Problem")
    problem_count = fields.Integer("Rows with a Problem", readonly=True)
    preview = fields.Html(readonly=True, sanitize=False)

    def _take_file(self):
        """Make lines of the file; return the form again while rows have a problem."""
        if not self.file:
            raise UserError(self.env._("Choose a CSV file."))
        table = read_table(self.env, base64.b64decode(self.file), max_rows=MAX_ROWS)
        columns, missing = find_columns("order", table.header)
        if missing:
            raise UserError(
                self.env._(
                    "The file has no column “%(columns)s”.",
                    columns=", ".join(missing),
                )
            )
        verdicts = self._judge_file(table, columns)
        self._show_file(table, verdicts)
        good = [row for reason, row in verdicts if not reason]
        if self.problem_count and not self.leave_out:
            return self._open_again()
        if not good:
            raise UserError(self.env._("No row of the file can be used."))
        self.line_ids.unlink()
        self._add_lines(good)
        return None

    def _judge_file(self, table, columns):
        """Return [(what is wrong or "", (store, creative, pieces))] of each row."""
        stores = self._index_by("marketing.store", "number")
        creatives = self._index_by("store.creative", "name")
        reasons = self.env["store.import"]._get_reasons()
        verdicts, seen = [], {}
        for number, record in table.records():
            try:
                values = read_row("order", columns, record)
                row = self._read_order_row(values, stores, creatives)
                if row[:2] in seen:
                    raise UserError(
                        self.env._("The same as row %(row)s.", row=seen[row[:2]])
                    )
                seen[row[:2]] = number
                verdicts.append(("", row))
            except CellError as error:
                verdicts.append((f"{error.column}: {reasons[error.code]}", None))
            except UserError as error:
                verdicts.append((str(error), None))
        return verdicts

    def _index_by(self, model, name):
        of_company = [("company_id", "=", self.company_id.id)]
        found = self.env[model].search_fetch(of_company, [name])
        return {record[name].strip().casefold(): record for record in found}

    def _read_order_row(self, values, stores, creatives):
        """Return (store, creative or None, pieces or 0)."""
        store = stores.get(values["store"].casefold())
        if not store:
            raise UserError(
                self.env._(
                    "There is no store with the number “%s”.", values["store"][:40]
                )
            )
        creative, name = None, values.get("creative")
        if name:
            creative = creatives.get(name.casefold())
            if not creative:
                raise UserError(self.env._("There is no creative “%s”.", name[:60]))
            if creative.state == "retired":
                raise UserError(self.env._("“%s” is retired.", creative.name))
        if values.get("quantity") == 0:
            raise UserError(self.env._("No pieces: leave the row out."))
        return store, creative, values.get("quantity") or 0

    def _show_file(self, table, verdicts):
        rows = [
            (number, "problem" if reason else "new", reason or self.env._("OK"), cells)
            for number, cells, (reason, _row) in zip(
                table.numbers, table.rows, verdicts, strict=True
            )
        ]
        # what needs a look comes first
        rows.sort(key=lambda row: row[1] != "problem")
        self.problem_count = sum(bool(reason) for reason, _row in verdicts)
        self.preview = self.env["ir.qweb"]._render(
            "marketing_store_planning.store_import_preview",
            {
                "header": table.header,
                "rows": rows[:PREVIEW_ROWS],
                "rest": max(0, len(rows) - PREVIEW_ROWS),
            },
        )

import base64

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.marketing_base.table_reader import read_table
from odoo.addons.marketing_base.table_writer import write_csv

from ..store_table import CellError, find_columns, read_row

PREVIEW_ROWS = 20


class StoreImport(models.TransientModel):
    """Stores or their results out of a CSV file: shown first, then all or nothing."""

    _name = "store.import"
    _description = "Import Stores and Results"

    kind = fields.Selection(
        [("store", "Stores"), ("result", "Results of past drops")],
        "What",
        required=True,
        default="store",
    )
    file = fields.Binary("CSV File", attachment=False)
    file_name = fields.Char()
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    leave_out = fields.Boolean(
        "Leave Out Rows with a Problem",
        help="Otherwise nothing is imported before each row is right.",
    )
    state = fields.Selection(
        [("upload", "Upload"), ("check", "Check"), ("done", "Done")], default="upload"
    )
    preview = fields.Html(readonly=True, sanitize=False)
    new_count = fields.Integer("New", readonly=True)
    change_count = fields.Integer("To Change", readonly=True)
    problem_count = fields.Integer("Rows with a Problem", readonly=True)
    report = fields.Binary("Rows with a Problem (CSV)", readonly=True, attachment=False)
    report_name = fields.Char(default="problems.csv")

    def action_check(self):
        self.ensure_one()
        self._show(*self._judge())
        self.state = "check"
        return self._reopen()

    def action_import(self):
        """Judge the rows again, then write all good ones by one call."""
        self.ensure_one()
        table, verdicts = self._judge()
        self._show(table, verdicts)
        if self.problem_count and not self.leave_out:
            raise UserError(
                self.env._(
                    "%(count)s rows have a problem: correct the file, or leave them "
                    "out.",
                    count=self.problem_count,
                )
            )
        good = [values for status, _reason, values in verdicts if status != "problem"]
        if self.kind == "store":
            self._write_stores(good)
        else:
            self._write_results(good)
        self.state = "done"
        return self._reopen()

    def action_upload_again(self):
        self.write({"state": "upload", "file": False, "report": False})
        return self._reopen()

    def _judge(self):
        """Return (table, [(status, reason, values)] of each row)."""
        if not self.file:
            raise UserError(self.env._("Choose a CSV file."))
        table = read_table(self.env, base64.b64decode(self.file))
        columns, missing = find_columns(self.kind, table.header)
        if missing:
            raise UserError(
                self.env._(
                    "The file has no column “%(columns)s”.",
                    columns=", ".join(missing),
                )
            )
        judge = self._get_judge()
        verdicts, seen = [], {}
        for number, record in table.records():
            try:
                values = read_row(self.kind, columns, record)
                status, values = judge(values)
                key = values["key"]
                if key in seen:
                    raise UserError(
                        self.env._("The same as row %(row)s.", row=seen[key])
                    )
                seen[key] = number
                verdicts.append((status, "", values))
            except CellError as error:
                reason = self._get_reasons()[error.code]
                verdicts.append(("problem", f"{error.column}: {reason}", None))
            except UserError as error:
                verdicts.append(("problem", str(error), None))
        return table, verdicts

    def _get_judge(self):
        return self._judge_store() if self.kind == "store" else self._judge_result()

    def _get_reasons(self):
        return {
            "empty": self.env._("empty"),
            "negative": self.env._("a negative number"),
            "not_a_count": self.env._("not a whole number"),
            "absurd": self.env._("more than any store has"),
            "not_an_amount": self.env._("not an amount such as 1234.50"),
            "not_a_day": self.env._("not a date such as 2026-03-31"),
        }

    def _show(self, table, verdicts):
        statuses = [status for status, _reason, _values in verdicts]
        labels = {"new": self.env._("New"), "change": self.env._("Changed")}
        rows = [
            (number, status, reason or labels[status], cells)
            for number, cells, (status, reason, _values) in zip(
                table.numbers, table.rows, verdicts, strict=True
            )
        ]
        bad = [row for row in rows if row[1] == "problem"]
        # what needs a look comes first
        shown = sorted(rows, key=lambda row: row[1] != "problem")[:PREVIEW_ROWS]
        header = [self.env._("Row"), self.env._("Problem"), *table.header]
        lines = ([number, reason, *cells] for number, _s, reason, cells in bad)
        self.write(
            {
                "preview": self.env["ir.qweb"]._render(
                    "marketing_store_planning.store_import_preview",
                    {
                        "header": table.header,
                        "rows": shown,
                        "rest": max(0, len(rows) - PREVIEW_ROWS),
                    },
                ),
                "new_count": statuses.count("new"),
                "change_count": statuses.count("change"),
                "problem_count": len(bad),
                "report": base64.b64encode(write_csv(header, lines)) if bad else False,
            }
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

from odoo import fields, models
from odoo.exceptions import UserError

from ..store_table import CellError, find_columns, read_row

PREVIEW_ROWS = 20


class StoreImport(models.TransientModel):
    """Stores or their results out of a CSV file: shown first, then all or nothing."""

    _name = "store.import"
    _description = "Import Stores and Results"
    _inherit = ["marketing.import"]

    kind = fields.Selection(
        [("store", "Stores"), ("result", "Results of past drops")],
        "What",
        required=True,
        default="store",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    leave_out = fields.Boolean(
        "Leave Out Rows with a Problem",
        help="Otherwise nothing is imported before each row is right.",
    )
    new_count = fields.Integer("New", readonly=True)
    change_count = fields.Integer("To Change", readonly=True)

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

    def _get_title(self):
        return self.env._("Import")

    def _judge(self):
        """Return (table, [(status, reason, values)] of each row)."""
        table = self._read_table()
        columns, missing = find_columns(self.kind, table.header)
        if missing:
            raise UserError(
                self.env._(
                    "The file has no column “%(columns)s”.",
                    columns=", ".join(missing),
                )
            )
        judge, seen = self._get_judge(), {}
        return table, [
            self._judge_row(judge, seen, number, columns, record)
            for number, record in table.records()
        ]

    def _judge_row(self, judge, seen, number, columns, record):
        """Return (status, reason, values); ``seen`` knows the rows above."""
        try:
            status, values = judge(read_row(self.kind, columns, record))
            row = seen.setdefault(values["key"], number)
            if row != number:
                raise UserError(self.env._("The same as row %(row)s.", row=row))
            return status, "", values
        except CellError as error:
            reason = self._get_reasons()[error.code]
            return "problem", f"{error.column}: {reason}", None
        except UserError as error:
            return "problem", str(error), None

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
        # what needs a look comes first
        shown = sorted(rows, key=lambda row: row[1] != "problem")[:PREVIEW_ROWS]
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
            }
        )
        bad = {row[0]: row[2] for row in rows if row[1] == "problem"}
        self._note_problems(table, bad)

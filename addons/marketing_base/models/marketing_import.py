import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..table_reader import read_table
from ..table_writer import write_csv


class MarketingImport(models.AbstractModel):
    """Mixin of wizards that take a CSV file: upload, look at each row, import.

    Who inherits it judges the rows, in `action_check` to show them and in
    `action_import` again to write all of them or none.
    """

    _name = "marketing.import"
    _description = "Import of a File"
    _inherit = ["marketing.dialog"]

    file = fields.Binary("CSV File", attachment=False)
    file_name = fields.Char()
    state = fields.Selection(
        [("upload", "Upload"), ("check", "Check"), ("done", "Done")], default="upload"
    )
    preview = fields.Html(readonly=True, sanitize=False)
    problem_count = fields.Integer("Rows with a Problem", readonly=True)
    report = fields.Binary("Rows with a Problem (CSV)", readonly=True, attachment=False)
    report_name = fields.Char(default="problems.csv")

    def action_upload_again(self):
        """Choose another file."""
        nothing = dict.fromkeys(("file", "preview", "report"), False)
        self.write({"state": "upload", **nothing})
        return self._reopen()

    def _read_table(self, **limits):
        """Return the uploaded file as a table.

        :raises UserError: when there is no file, or none that can be read
        """
        if not self.file:
            raise UserError(self.env._("Choose a CSV file."))
        return read_table(self.env, base64.b64decode(self.file), **limits)

    def _note_problems(self, table, problems):
        """Keep the rows with a problem as a file, with the reason of each.

        :param problems: {number of the row: what is wrong with it, in words}
        """
        header = [self.env._("Row"), self.env._("Problem"), *table.header]
        rows = (
            [number, problems[number], *cells]
            for number, cells in zip(table.numbers, table.rows, strict=True)
            if number in problems
        )
        report = base64.b64encode(write_csv(header, rows)) if problems else False
        self.write({"problem_count": len(problems), "report": report})

import re
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.phone_validation.tools.phone_validation import phone_format

from ..import_match import (
    MATCHED,
    NEW,
    PROBLEMS,
    STATUSES,
    guess_role,
    judge_rows,
    read_row,
)

PREVIEW_ROWS = 20
SAMPLE_ROWS = 50
MAX_NEW = 10_000


class SegmentImport(models.TransientModel):
    """Put the customers of an uploaded table into a fixed list.

    Everything is shown before anything is written; the import judges the rows again and
    writes all of them or none.
    """

    _name = "segment.import"
    _description = "Import Members"
    _inherit = ["marketing.import"]

    segment_id = fields.Many2one(
        "customer.segment",
        required=True,
        readonly=True,
        ondelete="cascade",
        domain="[('segment_type', '=', 'static')]",
    )
    create_missing = fields.Boolean(
        "Create Missing Contacts",
        help="Rows with a good address that no contact has become contacts. They get "
        "no consent: nothing can be sent to them until they give it.",
    )
    column_ids = fields.One2many("segment.import.column", "import_id", "Columns")
    ready_count = fields.Integer("To Add", readonly=True)

    def action_check(self):
        """Read the file, guess the columns once, and show what would happen."""
        self.ensure_one()
        table = self._read_file()
        if not self.column_ids:
            self._guess_columns(table)
        self.state = "check"
        rows = self._read_rows(table)
        self._show(table, self._judge(rows))
        return self._reopen()

    def action_import(self):
        """Add the customers; create the missing contacts when that is wanted."""
        self.ensure_one()
        table = self._read_file()
        rows = self._read_rows(table)
        verdicts = self._judge(rows)
        self._show(table, verdicts)
        ids = [v.customer_id for v in verdicts.values() if v.status == MATCHED]
        ids += self._create_contacts(
            [row for row in rows if verdicts[row.number].status == NEW]
        ).ids
        partners = SQL("(SELECT unnest(%s::int[]))", ids)
        self.ready_count = self.segment_id._add_members(partners, "import")
        self.state = "done"
        return self._reopen()

    def action_upload_again(self):
        self.column_ids.unlink()
        return super().action_upload_again()

    def _get_title(self):
        return self.env._("Import into %s", self.segment_id.display_name)

    def _read_file(self):
        self.segment_id._check_static()
        return self._read_table()

    def _guess_columns(self, table):
        values, taken = [], set()
        for position, name in enumerate(table.header):
            samples = [row[position] for row in table.rows[:SAMPLE_ROWS]]
            role = guess_role(name, samples, taken)
            taken.add(role)
            values.append(
                {
                    "import_id": self.id,
                    "name": name,
                    "role": role,
                    "sample": next(filter(None, samples), ""),
                }
            )
        self.env["segment.import.column"].create(values)

    def _read_rows(self, table):
        """Return the rows as identifiers.

        :raises UserError: when no column says who is meant
        """
        roles = self.column_ids._get_roles()
        if not set(roles.values()) & {"email", "id", "ref", "phone"}:
            raise UserError(
                self.env._(
                    "No column says who is meant. Choose which one holds the e-mail "
                    "address, the customer ID, the reference or the phone number."
                )
            )
        places = [(table.header.index(n), r) for n, r in roles.items() if n in table[0]]
        return [
            read_row(
                number, {role: cells[place] for place, role in places}, self._to_e164
            )
            for number, cells in zip(table.numbers, table.rows, strict=True)
        ]

    def _to_e164(self, number):
        country = self.segment_id.company_id.country_id
        formatted = phone_format(
            number,
            country.code,
            country.phone_code,
            force_format="E164",
            raise_exception=False,
        )
        # a number that cannot be formatted comes back as it was typed
        return re.sub(r"[^0-9+]", "", formatted or "") or None

    def _judge(self, rows):
        readable = self.env["res.partner"]._search([]).subselect()
        return judge_rows(
            self.env, self.segment_id, rows, readable, create=self.create_missing
        )

    def _create_contacts(self, rows):
        if len(rows) > MAX_NEW:
            raise UserError(
                self.env._(
                    "This would create %(count)s contacts; the limit is %(limit)s at "
                    "once. Split the file.",
                    count=len(rows),
                    limit=MAX_NEW,
                )
            )
        partners = self.env["res.partner"].with_context(tracking_disable=True)
        return partners.create(
            [{"name": row.name or row.email, "email": row.email} for row in rows]
        )

    # === WHAT IS SHOWN === #

    def _show(self, table, verdicts):
        counts = Counter(verdict.status for verdict in verdicts.values())
        labels = self._get_labels()
        self.write(
            {
                "preview": self._render_preview(table, verdicts, counts, labels),
                "ready_count": counts[MATCHED] + counts[NEW],
            }
        )
        self._note_problems(
            table,
            {
                number: labels[verdict.status]
                for number, verdict in verdicts.items()
                if verdict.status in PROBLEMS
            },
        )

    @api.model
    def _get_labels(self):
        return {
            "matched": self.env._("Will be added"),
            "new": self.env._("New contact"),
            "member": self.env._("Already in the list"),
            "duplicate": self.env._("Twice in the file"),
            "ambiguous": self.env._("Several customers match"),
            "unknown": self.env._("No such customer"),
            "bad_address": self.env._("Not an e-mail address"),
            "no_identifier": self.env._("Nothing says who is meant"),
        }

    def _render_preview(self, table, verdicts, counts, labels):
        shown = list(zip(table.numbers, table.rows, strict=True))[:PREVIEW_ROWS]
        ids = {verdicts[number].customer_id for number, _cells in shown} - {None}
        names = {p.id: p.display_name for p in self.env["res.partner"].browse(ids)}

        def show(number, cells):
            status, customer_id = verdicts[number].status, verdicts[number].customer_id
            return number, cells, status, labels[status], names.get(customer_id, "")

        found = [status for status in STATUSES if counts[status]]
        values = {
            "totals": [(each, labels[each], counts[each]) for each in found],
            "problems": PROBLEMS,
            "header": table.header,
            "rows": [show(number, cells) for number, cells in shown],
            "rest": max(0, len(table.rows) - PREVIEW_ROWS),
        }
        preview = "marketing_segment.segment_import_preview"
        return self.env["ir.qweb"]._render(preview, values)

import base64
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.marketing_base.masking import mask_email
from odoo.addons.marketing_base.table_writer import write_csv, write_xlsx

MAX_ROWS = {"csv": 500_000, "xlsx": 100_000}
_ROWS = """
    SELECT customer.id, customer.ref, customer.name, customer.email, country.code,
           profile.order_count, profile.revenue, profile.average_order,
           profile.last_order_date, profile.rfm_segment, member.added_at,
           %(refusal)s AS refusal
      FROM res_partner customer
      LEFT JOIN res_country country ON country.id = customer.country_id
      LEFT JOIN customer_profile profile
             ON profile.partner_id = customer.id AND profile.company_id = %(company)s
      LEFT JOIN segment_membership member
             ON member.partner_id = customer.id AND member.segment_id = %(segment)s
            AND member.left_at IS NULL
     WHERE customer.id IN %(members)s
     ORDER BY customer.id
     LIMIT %(limit)s
"""


class SegmentExport(models.TransientModel):
    """The members of a segment as a file that no spreadsheet runs as formulas."""

    _name = "segment.export"
    _description = "Export Members"

    segment_id = fields.Many2one(
        "customer.segment", required=True, readonly=True, ondelete="cascade"
    )
    file_format = fields.Selection(
        [("xlsx", "Excel (XLSX)"), ("csv", "CSV")],
        "Format",
        required=True,
        default="xlsx",
    )
    is_masked = fields.Boolean(compute="_compute_is_masked")
    file = fields.Binary("Download", readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)
    row_count = fields.Integer("Customers", readonly=True)

    @api.depends_context("uid")
    def _compute_is_masked(self):
        self.is_masked = not self.env["marketing.masked"]._reads_pii()

    def action_export(self):
        """Write the file, enter the export in the audit log, and offer the file."""
        self.ensure_one()
        self._check_may_export()
        rows = self._read_rows()
        self._check_size(rows)
        self._write_file(rows)
        self.env["marketing.audit.log"]._record(
            "data_exported",
            self.segment_id,
            {"customer_count": [None, len(rows)]},
            company=self.segment_id.company_id,
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export %s", self.segment_id.display_name),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _check_may_export(self):
        if not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(
                self.env._(
                    "You may not export data. Ask an administrator for the right "
                    "“Access to export feature”."
                )
            )
        self.segment_id.check_access("read")

    def _check_size(self, rows):
        limit = MAX_ROWS[self.file_format]
        if len(rows) > limit:
            raise UserError(
                self.env._(
                    "More than %(limit)s customers do not go into one file of this "
                    "kind. Split the segment, or take CSV.",
                    limit=f"{limit:,}",
                )
            )

    def _read_rows(self):
        """Read who is in the segment now, of those whom the user sees; one too many."""
        segment = self.segment_id
        members = segment._members_sql()
        return self.env.execute_query(
            SQL(
                _ROWS,
                refusal=segment._refusal_of_partner_sql(
                    company=SQL("%s", segment.company_id.id), partner=SQL("customer")
                ),
                company=segment.company_id.id,
                segment=segment.id,
                members=members,
                limit=MAX_ROWS[self.file_format] + 1,
            )
        )

    def _write_file(self, rows):
        header = self._get_header()
        table = self._get_table(rows)
        name = re.sub(r"[^\w-]+", "_", self.segment_id.name).strip("_") or "segment"
        if self.file_format == "xlsx":
            content = write_xlsx(header, table, sheet=self.segment_id.name)
        else:
            content = write_csv(header, table)
        self.write(
            {
                "file": base64.b64encode(content),
                "file_name": f"{name}.{self.file_format}",
                "row_count": len(rows),
            }
        )

    def _get_header(self):
        people = [self.env._("Reference"), self.env._("Name")]
        return [
            self.env._("Customer ID"),
            *([] if self.is_masked else people),
            self.env._("E-mail"),
            self.env._("Country"),
            self.env._("Orders"),
            self.env._("Revenue"),
            self.env._("Average Order"),
            self.env._("Last Order"),
            self.env._("RFM Segment"),
            self.env._("In Since"),
            self.env._("Not Sendable Because"),
        ]

    def _get_table(self, rows):
        """Yield the rows as they leave: masked for whoever sees no people."""
        rfm = self.env["customer.profile"]._fields["rfm_segment"]
        labels = dict(rfm._description_selection(self.env))
        reasons = self.segment_id._get_reason_labels()
        masked = self.is_masked
        for customer, ref, name, email, country, *figures, key, since, reason in rows:
            person = (
                [mask_email(email) if email else ""] if masked else [ref, name, email]
            )
            yield [
                customer,
                *person,
                country,
                *figures,
                labels.get(key, key),
                since,
                reasons.get(reason, reason),
            ]

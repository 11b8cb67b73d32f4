from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_base.masking import mask_email
from odoo.addons.marketing_base.models.marketing_export import ExportedTable

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
    """The members of a segment as a file."""

    _name = "segment.export"
    _description = "Export Members"
    _inherit = ["marketing.export"]

    segment_id = fields.Many2one(
        "customer.segment", required=True, readonly=True, ondelete="cascade"
    )
    is_masked = fields.Boolean(compute="_compute_is_masked")
    row_count = fields.Integer("Customers", readonly=True)

    @api.depends_context("uid")
    def _compute_is_masked(self):
        self.is_masked = not self.env["marketing.masked"]._reads_pii()

    def _get_exported(self):
        return self.segment_id

    def _get_export_table(self):
        rows = self._read_rows()
        self._check_size(len(rows))
        self.row_count = len(rows)
        counts = {"customer_count": len(rows)}
        return ExportedTable(self._get_header(), self._get_cells(rows), counts)

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
                limit=self._get_most_rows() + 1,
            )
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

    def _get_cells(self, rows):
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

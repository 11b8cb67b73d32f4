from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..sample_marks import MODULE

MANAGER = "marketing_base.group_manager"
_QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
}


class MarketingSample(models.AbstractModel):
    """Made-up customers, products and orders of one company, to try things with.

    Each record gets a mark in ir.model.data, by which it is found again. One more mark
    stands for the whole set of a company: its unique name makes a second press, also
    at the same moment, find the first.
    """

    _name = "marketing.sample"
    _description = "Sample Data"

    @api.model
    def load(self):
        """Fill the current company; pressed again, nothing is added.

        Returns how many customers and orders were made.
        """
        company = self._check_manager()
        if not self._claim(company):
            return {"customers": 0, "orders": 0}
        if self._has_real_orders(company):
            raise UserError(self._get_real_orders_problem(company))
        # superuser: a marketing manager may not sell. All is made in this company.
        maker = self.sudo().with_company(company).with_context(**_QUIET)
        customers = maker._make_customers(company)
        orders = maker._make_orders(company, customers, maker._make_products(company))
        maker.env["customer.profile"]._refresh_full(company)
        maker.env["customer.pattern"]._enqueue_refresh(company)
        maker._get_segments(company)._refresh()
        segments = maker._make_segments(company)
        maker._make_campaign(company, segments[:1])
        self.env["marketing.audit.log"]._record("sample_data_loaded", company)
        return {"customers": len(customers), "orders": len(orders)}

    def _get_segments(self, company):
        """The active segments of the company: their counts change with the data."""
        return self.env["customer.segment"].search([("company_id", "=", company.id)])

    @api.model
    def _check_manager(self):
        """Return the current company to whoever may load and remove."""
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("Only marketing managers load and remove sample data.")
            )
        return self.env.company

    @api.model
    def _is_loaded(self, company):
        # superuser: marks are for the system only
        marks = self.env["ir.model.data"].sudo()
        domain = [("module", "=", MODULE), ("name", "=", f"company_{company.id}")]
        return bool(marks.search_count(domain, limit=1))

    @api.model
    def _claim(self, company):
        """Take the company's mark; False when somebody has it.

        Of two people at the same moment one waits here, fails to serialise, is
        repeated by Odoo and then finds the mark.
        """
        self.env["ir.model.data"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO ir_model_data (module, name, model, res_id, noupdate)
                   VALUES (%s, %s, 'res.company', %s, TRUE)
                       ON CONFLICT DO NOTHING RETURNING id""",
                MODULE,
                f"company_{company.id}",
                company.id,
            )
        )
        return bool(rows)

    @api.model
    def _has_real_orders(self, company):
        # superuser: whether there are orders, for people who may not sell
        orders = self.env["sale.order"].sudo()
        domain = [("company_id", "=", company.id), ("state", "=", "sale")]
        marked = self._get_marked(company).get("sale.order", [])
        return bool(orders.search_count([*domain, ("id", "not in", marked)], limit=1))

    def _get_real_orders_problem(self, company):
        return self.env._(
            "%(company)s has confirmed orders of its own. Made-up ones beside them"
            " would change the scores of real customers and the revenue: use a company"
            " without orders, or a copy of the database.",
            company=company.name,
        )

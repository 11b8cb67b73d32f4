import psycopg2

from odoo import api, models
from odoo.exceptions import UserError

from .store_sample import PIECE


class StoreSample(models.AbstractModel):
    """Taking the samples away again, and nothing else."""

    _inherit = "store.sample"

    @api.model
    def remove(self):
        """Delete all samples of the company; return the names of what has to stay.

        Raises
        ------
        UserError
            When real work hangs on them: a plan that has real stores, too, or an order
            that was confirmed. Then nothing is deleted.
        """
        company = self._check_manager()
        # superuser: marketing may not delete orders and products; samples only
        remover = self.sudo().with_company(company)
        stores = remover._find("marketing.store", company)
        plans = remover._find_plans(stores)
        remover._remove_orders(plans, stores)
        plans.write({"state": "cancelled"})
        plans.unlink()
        results = [("store_id", "in", stores.ids)]
        remover.env["store.campaign.result"].search(results).unlink()
        remover.env["store.matrix"].search([("company_id", "=", company.id)]).unlink()
        stores.unlink()
        kept = remover._remove_creatives(company)
        kept += remover._try_to_remove(remover._find("marketing.store.region", company))
        self.env["marketing.audit.log"]._record("sample_stores_removed", company)
        return kept

    def _find_plans(self, stores):
        plans = self.env["campaign.plan"].with_context(active_test=False)
        plans = plans.search([("line_ids.store_id", "in", stores.ids)])
        if mixed := plans.filtered(lambda plan: plan.line_ids.store_id - stores):
            raise UserError(
                self.env._(
                    "These plans have real stores, too: %(plans)s. Delete their sample "
                    "stores, or the plans, first.",
                    plans=", ".join(mixed.mapped("name")),
                )
            )
        return plans

    def _remove_orders(self, plans, stores):
        lines = self.env["sale.order.line"].search([("store_id", "in", stores.ids)])
        orders = plans.order_ids | lines.order_id
        if confirmed := orders.filtered(lambda order: order.state == "sale"):
            raise UserError(
                self.env._(
                    "Orders of sample stores are confirmed: %(orders)s. Cancel them "
                    "first.",
                    orders=", ".join(confirmed.mapped("name")),
                )
            )
        orders._action_cancel()
        orders.unlink()

    def _remove_creatives(self, company):
        creatives = self._find("store.creative", company)
        pieces = creatives.product_id.filtered(lambda p: p.default_code == PIECE)
        printers = pieces.seller_ids.partner_id
        kept = self._try_to_remove(creatives)
        kept += self._try_to_remove(pieces - creatives.exists().product_id)
        if not kept:
            self._try_to_remove(printers)
        return kept

    def _try_to_remove(self, records):
        """Delete one by one what nothing refers to; the rest is no sample any more."""
        kept = []
        for record in records:
            try:
                with self.env.cr.savepoint():
                    record.unlink()
                    self.env.flush_all()
            except (UserError, psycopg2.IntegrityError):
                kept.append(record.display_name)
                if "is_sample" in record._fields:
                    record.is_sample = False
        return kept

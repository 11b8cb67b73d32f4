from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketing_queue.isolation import own_transaction

from .. import sample_stores

#: Internal reference of the printed pieces that were made here.
PIECE = "MM-SAMPLE-PRINT"
_QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
}


class StoreSample(models.AbstractModel):
    """Made-up stores, results and a plan, of a company that has no stores."""

    _name = "store.sample"
    _description = "Sample Stores"

    @api.model
    def load(self):
        """Make the samples and queue their matrix and plan; again: nothing is added."""
        company = self._check_manager()
        if self._is_loaded(company):
            return False
        self._check_no_stores(company)
        # superuser: printed pieces are products, which marketing may not create
        maker = self.sudo().with_company(company).with_context(**_QUIET)
        stores = maker._make_stores(company)
        maker._make_results(company, stores, maker._make_creatives(company))
        self.env["marketing.audit.log"]._record("sample_stores_loaded", company)
        self._enqueue_plan(company)
        return True

    @api.model
    def _check_manager(self):
        """Return the current company to whoever may load and remove."""
        if not self.env.user.has_group("marketing_base.group_manager"):
            raise AccessError(
                self.env._("Only marketing managers load and remove sample stores.")
            )
        return self.env.company

    @api.model
    def _is_loaded(self, company):
        return bool(self._find("marketing.store", company))

    @api.model
    def _find(self, model, company):
        # superuser: samples of the company, archived ones and those of all regions
        records = self.env[model].sudo().with_context(active_test=False)
        return records.search(
            [("company_id", "=", company.id), ("is_sample", "=", True)]
        )

    @api.model
    def _check_no_stores(self, company):
        # superuser: whether there is one at all
        stores = self.env["marketing.store"].sudo().with_context(active_test=False)
        if stores.search_count([("company_id", "=", company.id)], limit=1):
            raise UserError(
                self.env._(
                    "%(company)s has stores of its own. Made-up ones beside them would "
                    "change what is recommended: use a company without stores.",
                    company=company.name,
                )
            )

    # === RECORDS ===#

    def _make_stores(self, company):
        regions = {
            name: self.env["marketing.store.region"].create(
                {
                    "name": self.env._("%(region)s (sample)", region=name),
                    "market": self.env._("Sample market"),
                    "company_id": company.id,
                    "is_sample": True,
                }
            )
            for name in sample_stores.REGIONS
        }
        return self.env["marketing.store"].create(
            [
                {
                    "number": number,
                    "name": town,
                    "city": town,
                    "region_id": regions[region].id,
                    "households": households,
                    "company_id": company.id,
                    "is_sample": True,
                }
                for number, town, region, households in sample_stores.stores()
            ]
        )

    def _make_creatives(self, company):
        printer = self.env["res.partner"].create(
            {"name": self.env._("Printer (sample)"), "company_id": company.id}
        )
        return self.env["store.creative"].create(
            [
                {
                    "name": self.env._("%(creative)s (sample)", creative=name),
                    "product_id": self._make_piece(company, printer, name, breaks).id,
                    "state": "active",
                    "company_id": company.id,
                    "is_sample": True,
                }
                for name, (breaks, _regions) in sample_stores.CREATIVES.items()
            ]
        )

    def _make_piece(self, company, printer, name, breaks):
        prices = [
            fields.Command.create(
                {
                    "partner_id": printer.id,
                    "min_qty": least,
                    "price": price,
                    "company_id": company.id,
                    "currency_id": company.currency_id.id,
                }
            )
            for least, price in breaks
        ]
        return self.env["product.product"].create(
            {
                "name": self.env._("Leaflet %(creative)s (sample)", creative=name),
                "default_code": PIECE,
                "type": "consu",
                "company_id": company.id,
                "taxes_id": [fields.Command.clear()],
                "supplier_taxes_id": [fields.Command.clear()],
                "seller_ids": prices,
            }
        )

    def _make_results(self, company, stores, creatives):
        by_number = {store.number: store.id for store in stores}
        by_name = dict(zip(sample_stores.CREATIVES, creatives.ids, strict=True))
        note = self.env._("Made up")
        rows = sample_stores.results(fields.Date.context_today(self))
        self.env["store.campaign.result"].create(
            [
                {
                    **values,
                    "store_id": by_number[number],
                    "creative_id": by_name[name],
                    "is_derived": True,
                    "derived_note": note,
                }
                for number, name, values in rows
            ]
        )

    # === MATRIX AND PLAN ===#

    def _enqueue_plan(self, company):
        # superuser: nobody else writes it; the company is the user's own
        matrix = self.env["store.matrix"]._get_own().sudo()
        matrix = matrix or matrix.create({"company_id": company.id})
        matrix.write({"state": "waiting", "message": False})
        self.env["marketing.job"]._enqueue(
            self._name,
            "_pump_plan",
            {"company_id": company.id, "user_id": self.env.uid},
            key=f"{self._name}:{company.id}",
            kind="pump",
        )

    @api.model
    def _pump_plan(self, company_id, user_id):
        self.env["store.matrix"]._pump_compute(company_id)
        with own_transaction(self.env.registry) as env:
            maker = env[self._name].with_user(user_id).with_company(company_id)
            maker._make_plan()

    def _make_plan(self):
        """Make the draft of the matrix, with a wave for each region; only once."""
        company = self.env.company
        known = self.env["campaign.plan"].search_count(
            [("line_ids.store_id.is_sample", "=", True)], limit=1
        )
        matrix = self.env["store.matrix"]._get_own()
        if known or matrix.state != "done" or not self._is_loaded(company):
            return
        plan_id = self.env["store.matrix"].create_plan()
        plan = self.env["campaign.plan"].browse(plan_id).with_context(**_QUIET)
        plan.name = self.env._("Sample plan")
        for region in plan.line_ids.region_id.sorted("name"):
            lines = plan.line_ids.filtered(lambda line: line.region_id == region)  # noqa: B023
            lines.wave_id = self.env["campaign.plan.wave"].create(
                {"plan_id": plan.id, "name": region.name}
            )

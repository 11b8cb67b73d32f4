from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

_WRITE_RESULTS = """
    INSERT INTO store_campaign_result
           (store_id, creative_id, period_start, period_end, pieces, responses,
            conversions, revenue, cost, source, company_id, region_id, store_type_id,
            state_id, create_uid, create_date, write_uid, write_date)
    SELECT store.id, given.creative_id, given.period_start, given.period_end,
           given.pieces, given.responses, given.conversions, given.revenue, given.cost,
           'import', store.company_id, store.region_id, store.store_type_id,
           store.state_id, %(user)s, now() AT TIME ZONE 'UTC',
           %(user)s, now() AT TIME ZONE 'UTC'
      FROM unnest(%(store_id)s::int[], %(creative_id)s::int[],
                  %(period_start)s::date[], %(period_end)s::date[], %(pieces)s::int[],
                  %(responses)s::int[], %(conversions)s::int[],
                  %(revenue)s::numeric[], %(cost)s::numeric[])
           AS given(store_id, creative_id, period_start, period_end, pieces, responses,
                    conversions, revenue, cost)
      JOIN marketing_store store ON store.id = given.store_id
        ON CONFLICT (store_id, creative_id, period_start, source)
              WHERE source_key IS NULL DO UPDATE
       SET period_end = EXCLUDED.period_end, pieces = EXCLUDED.pieces,
           responses = EXCLUDED.responses, conversions = EXCLUDED.conversions,
           revenue = EXCLUDED.revenue, cost = EXCLUDED.cost,
           write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
    RETURNING id
"""
_KEYS = ("store_id", "creative_id", "period_start", "period_end")
_FIGURES = ("pieces", "responses", "conversions", "revenue", "cost")


class StoreImport(models.TransientModel):
    """What the rows mean, and how they are written."""

    _inherit = "store.import"

    def _find_by(self, model, field, *, shared=False):
        """Return {text in lower case: id} of what the user may see in the company."""
        companies = [self.company_id.id, False] if shared else self.company_id.ids
        found = self.env[model].search_read([("company_id", "in", companies)], [field])
        return {row[field].lower(): row["id"] for row in found if row[field]}

    def _named(self, known, values, column):
        """Return the id of what a cell names, False for an empty one."""
        name = values.get(column)
        if not name:
            return False
        if name.lower() not in known:
            raise UserError(
                self.env._(
                    "%(column)s: “%(name)s” is unknown", column=column, name=name
                )
            )
        return known[name.lower()]

    def _judge_store(self):
        stores = self._find_by("marketing.store", "number")
        regions = self._find_by("marketing.store.region", "name")
        types = self._find_by("marketing.store.type", "name", shared=True)
        country = self.company_id.country_id
        states = {s.code.lower(): s.id for s in country.state_ids}
        states |= {s.name.lower(): s.id for s in country.state_ids}

        def judge(values):
            store = {name: values.get(name) for name in ("number", "name")}
            for name in ("city", "households", "opening_date"):
                if values.get(name) is not None:
                    store[name] = values[name]
            links = (("region", regions, "region_id"), ("type", types, "store_type_id"))
            for column, known, field in (*links, ("state", states, "state_id")):
                if values.get(column):
                    store[field] = self._named(known, values, column)
            known = stores.get(values["number"].lower())
            store |= {"key": values["number"].lower(), "id": known}
            return ("change" if known else "new"), store

        return judge

    def _write_stores(self, rows):
        stores = self.env["marketing.store"].with_context(
            tracking_disable=True, mail_create_nolog=True
        )
        fresh = []
        for row in rows:
            values = {k: v for k, v in row.items() if k not in ("key", "id")}
            if row["id"]:
                stores.browse(row["id"]).write(values)
            else:
                fresh.append({**values, "company_id": self.company_id.id})
        stores.create(fresh)

    def _judge_result(self):
        stores = self._find_by("marketing.store", "number")
        creatives = self._find_by("store.creative", "name")
        results = self.env["store.campaign.result"].search_fetch(
            [("company_id", "=", self.company_id.id), ("source", "=", "import")],
            ["store_id", "creative_id", "period_start"],
        )
        existing = {(r.store_id.id, r.creative_id.id, r.period_start) for r in results}
        currency = self.company_id.currency_id.name

        def judge(values):
            row = {name: values.get(name) or 0 for name in _FIGURES}
            row["store_id"] = self._named(stores, values, "store")
            row["creative_id"] = self._named(creatives, values, "creative")
            row["period_start"] = values["period_start"]
            row["period_end"] = values.get("period_end") or values["period_start"]
            self._check_result(row, values.get("currency") or currency)
            row["key"] = (row["store_id"], row["creative_id"], row["period_start"])
            return ("change" if row["key"] in existing else "new"), row

        return judge

    def _check_result(self, row, currency):
        if currency.upper() != self.company_id.currency_id.name:
            raise UserError(
                self.env._("currency: %s is not the company's currency", currency)
            )
        if row["period_end"] < row["period_start"]:
            raise UserError(self.env._("period_end: before the start"))
        if row["cost"] < 0:
            raise UserError(self.env._("cost: a negative amount"))
        if row["conversions"] > max(row["responses"], row["pieces"]):
            raise UserError(self.env._("conversions: more than pieces"))

    def _write_results(self, rows):
        results = self.env["store.campaign.result"]
        results.check_access("create")
        results.check_access("write")
        results.flush_model()
        if not rows:
            return
        columns = {name: [row[name] for row in rows] for name in (*_KEYS, *_FIGURES)}
        self.env.execute_query(SQL(_WRITE_RESULTS, user=self.env.uid, **columns))
        results.invalidate_model(flush=False)

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

PAGE = 60
#: What the screen may ask for, and the field of a cell that answers it.
FILTERS = {
    "region": "region_id",
    "state": "state_id",
    "group": "store_id.group_ids",
    "status": "status",
}
ORDERS = {
    "confidence": "confidence desc, id",
    "profit": "expected_profit desc, id",
    "quantity": "quantity desc, id",
    "risk": "risk_count desc, confidence, id",
    "store": "store_id, id",
}


class StoreMatrix(models.Model):
    """What the screen of the matrix shows."""

    _inherit = "store.matrix"

    @api.model
    def get_page(self, filters=None, order="confidence", offset=0):
        """Return a page of stores with all their cells, and what can be filtered by.

        Of the company of the user, as far as its record rules let it see them.
        """
        matrix = self._get_own()
        head = {
            "currency_id": self.env.company.currency_id.id,
            "can_plan": self.env.user.has_group("marketing_base.group_user"),
            "can_order": self._may_order_at_once(),
            "page": PAGE,
            "last_plan": self._get_last_plan(),
            "next_month": [str(day) for day in self._get_next_month()],
            "matrix": matrix._get_head() if matrix else False,
        }
        if not matrix.computed_at:
            return {**head, "is_empty": True}
        domain = self._get_domain(filters)
        cells = self.env["store.matrix.cell"]
        chosen = cells.search(
            domain, order=ORDERS.get(order), offset=max(0, int(offset)), limit=PAGE
        )
        return {
            **head,
            "is_empty": False,
            "choices": self._get_choices(),
            "statuses": cells._fields["status"]._description_selection(self.env),
            "creatives": self._get_columns(),
            "rows": self._get_rows(chosen),
            **self._get_sums(domain),
        }

    def _get_head(self):
        self.ensure_one()
        names = ["period_start", "period_end", "budget", "state", "message"]
        names += ["computed_at", "computed_for", "drop_count", "left_out_count"]
        names += ["unpriced", "profit", "cost", "gap", "shadow_price", "curve"]
        return self.read(names)[0]

    @api.model
    def _get_domain(self, filters):
        """Return the domain of the recommended cells that the filters leave."""
        domain = Domain("is_recommended", "=", True)
        domain &= Domain("company_id", "=", self.env.company.id)
        for name, value in (filters or {}).items():
            if name not in FILTERS:
                raise UserError(
                    self.env._("The matrix is not filtered by “%(name)s”.", name=name)
                )
            if not value:
                continue
            value = str(value) if name == "status" else int(value)
            domain &= Domain(FILTERS[name], "=", value)
        return domain

    @api.model
    def _get_last_plan(self):
        plan = self.env["campaign.plan"].search(
            [("company_id", "=", self.env.company.id), ("state", "!=", "cancelled")],
            order="create_date desc, id desc",
            limit=1,
        )
        if not plan:
            return False
        labels = dict(plan._fields["state"]._description_selection(self.env))
        return {
            "id": plan.id,
            "name": plan.name,
            "state": labels.get(plan.state),
        }

    @api.model
    def _get_choices(self):
        cells = self.env["store.matrix.cell"]
        own = self._get_domain({})
        places = {}
        for name in ("region_id", "state_id"):
            groups = cells._read_group(own & Domain(name, "!=", False), [name])
            records = groups and cells[name].union(*(record for (record,) in groups))
            places[name] = [[r.id, r.display_name] for r in records or []]
        groups = self.env["marketing.store.group"].search(
            [("company_id", "=", self.env.company.id)]
        )
        return {
            "region": places["region_id"],
            "state": places["state_id"],
            "group": [[group.id, group.name] for group in groups],
        }

    @api.model
    def _get_columns(self):
        groups = self.env["store.matrix.cell"]._read_group(
            [("company_id", "=", self.env.company.id)],
            ["creative_id"],
            ["confidence:avg"],
        )
        groups.sort(key=lambda group: -group[1])
        return [[creative.id, creative.name] for creative, _mean in groups]

    @api.model
    def _get_rows(self, chosen):
        """Return each store with the confidence of all its cells: two statements."""
        grid = {}
        rows = self.env["store.matrix.cell"].search_fetch(
            [("store_id", "in", chosen.store_id.ids)],
            ["store_id", "creative_id", "confidence", "is_allowed", "is_recommended"],
        )
        for cell in rows:
            grid.setdefault(cell.store_id.id, {})[cell.creative_id.id] = [
                cell.id,
                round(cell.confidence),
                cell.is_allowed,
                cell.is_recommended,
            ]
        return [
            {
                "id": cell.id,
                "store": cell.store_id.display_name,
                "region": cell.region_id.name or "",
                "status": cell.status,
                "quantity": cell.quantity,
                "risks": cell.risk_count,
                "cells": grid[cell.store_id.id],
            }
            for cell in chosen
        ]

    @api.model
    def _get_sums(self, domain):
        groups = self.env["store.matrix.cell"]._read_group(
            domain, ["status"], ["__count", "quantity:sum", "cost:sum"]
        )
        counts = {status: count for status, count, *_sums in groups}
        return {
            "total": sum(counts.values()),
            "counts": counts,
            "pieces": sum(group[2] for group in groups),
            "spent": sum(group[3] for group in groups),
        }

    @api.model
    def get_cell(self, cell_id):
        """Return all of one cell, for the panel beside the matrix."""
        cell = self.env["store.matrix.cell"].search([("id", "=", int(cell_id))])
        if not cell:
            raise UserError(
                self.env._("The matrix was computed anew: reload the page.")
            )
        names = ["status", "quantity", "confidence", "expected_rate", "cost"]
        names += ["expected_rate_low", "expected_rate_high", "conversion_value"]
        names += ["score_store", "score_creative", "score_region", "score_timing"]
        names += ["is_recommended", "is_allowed", "expected_profit", "drop_count"]
        names += ["pieces_total"]
        return {
            **cell.read(names)[0],
            "store": [cell.store_id.id, cell.store_id.display_name],
            "creative": [cell.creative_id.id, cell.creative_id.name],
            "reasons": cell._describe_all(cell.reasoning),
        }

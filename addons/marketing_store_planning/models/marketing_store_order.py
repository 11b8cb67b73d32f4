from odoo import models
from odoo.tools import SQL

_PAST_DROPS = """
    SELECT DISTINCT ON (store_id) store_id, pieces,
           MAX(pieces) OVER (PARTITION BY store_id)
      FROM store_campaign_result
     WHERE store_id = ANY(%s) AND pieces > 0
     ORDER BY store_id, period_start DESC, id DESC
"""


class MarketingStore(models.Model):
    """What an order says about a store, whoever makes it."""

    _inherit = "marketing.store"

    def _prepare_order_line(self, creative):
        """Return the values of an order line that are not about pieces and price."""
        self.ensure_one()
        partner = self.partner_id
        address = partner._display_address(without_company=True) if partner else ""
        where = ", ".join(part for part in address.splitlines() if part.strip())
        texts = (creative.name, self.display_name, where)
        return {
            "product_id": creative.product_id.id,
            "name": "\n".join(filter(None, texts)),
            "store_id": self.id,
            "store_creative_id": creative.id,
        }

    def _read_past_drops(self):
        """Return {store id: (pieces of the last drop, of the largest)}.

        Read past the rights on results: who orders for a store has to know how much
        went there before, nothing else of it.
        """
        self.check_access("read")
        self.env["store.campaign.result"].flush_model()
        rows = self.env.execute_query(SQL(_PAST_DROPS, self.ids))
        return {store: (last, largest) for store, last, largest in rows}

    def _name_first(self, limit=5):
        """Return the first stores by name, and how many more."""
        names = self[:limit].mapped("display_name")
        rest = len(self) - limit
        if rest > 0:
            names.append(self.env._("%(count)s more", count=rest))
        return ", ".join(names)

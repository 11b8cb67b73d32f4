from odoo import fields, models


class StoreCreative(models.Model):
    """What a piece costs: Odoo's own vendor prices, which know quantity breaks.

    Pricelists would be what we ask of others; a plan is about what the printer asks of
    us. A run is all pieces of a creative in one wave: they are printed together.
    """

    _inherit = "store.creative"

    postage = fields.Monetary(
        "Postage a Piece",
        help="Added to the printer's price of each piece.",
    )
    price_summary = fields.Char("Price Breaks", compute="_compute_price_summary")

    _postage_positive = models.Constraint(
        "CHECK (postage >= 0)", "Postage cannot be negative."
    )

    def _get_price_breaks(self, day=None):
        """Return [(from this quantity, price a piece)] in the company's currency.

        Only of the first vendor who has a valid price. Without vendor prices it is the
        product's cost, from the first piece on; without that there is no price: [].
        Postage is in the price.
        """
        self.ensure_one()
        company, product = self.company_id, self.product_id
        product = product.with_company(company)
        if not product:
            return []
        day = day or fields.Date.context_today(self)
        sellers = product._get_filtered_sellers(quantity=None, date=day)
        sellers = sellers.filtered(lambda s: s.partner_id == sellers[0].partner_id)
        breaks = {}
        for seller in sellers:
            price = seller.currency_id._convert(
                seller.price_discounted, company.currency_id, company, day, round=False
            )
            unit = seller.product_uom_id
            least = unit._compute_quantity(seller.min_qty, product.uom_id)
            breaks[least] = min(price, breaks.get(least, price))
        if not breaks and product.standard_price > 0:
            breaks = {0.0: product.standard_price}
        return [(least, breaks[least] + self.postage) for least in sorted(breaks)]

    def _get_piece_price(self, quantity, day=None):
        """Return the price a piece in a run of ``quantity``, None without one."""
        reached = [
            price for least, price in self._get_price_breaks(day) if least <= quantity
        ]
        return reached[-1] if reached else None

    def _compute_price_summary(self):
        for creative in self:
            breaks = creative._get_price_breaks()
            creative.price_summary = " · ".join(
                self.env._(
                    "from %(quantity)s: %(price)s",
                    quantity=f"{max(least, 1):,.0f}",
                    price=creative.currency_id.format(price),
                )
                for least, price in breaks
            )

import base64
from typing import NamedTuple

from odoo import models

from odoo.addons.marketing_base.table_writer import write_csv

#: What the columns of the printer's file are called, the same in each language.
HEADER = (
    "Order",
    "Store",
    "Name",
    "Street",
    "Street 2",
    "ZIP",
    "City",
    "State",
    "Country",
    "Creative",
    "Pieces",
    "Wave",
    "Delivery Date",
)


class Drop(NamedTuple):
    """Pieces of one creative that go to one store."""

    order: str
    number: str
    name: str
    street: str
    street2: str
    zip: str
    city: str
    state: str
    country: str
    creative: str
    pieces: int
    wave: str
    day: object

    @property
    def way(self):
        """Street and what belongs to it, in one line."""
        return ", ".join(filter(None, (self.street, self.street2)))

    @property
    def place(self):
        return " ".join(filter(None, (self.zip, self.city, self.state)))


class SaleOrder(models.Model):
    """Which store gets how many pieces of what: the printer's list."""

    _inherit = "sale.order"

    def _get_store_lines(self):
        """Return the lines that go to a store, by creative and store number."""
        lines = self.order_line.filtered(lambda line: line.store_id)
        return lines.sorted(
            lambda line: (
                line.order_id.id,
                line.store_creative_id.name or "",
                line.store_id.number,
                line.id,
            )
        )

    def _get_other_lines(self):
        """Return lines that go to no store, such as a fee that somebody added."""
        return self.order_line.filtered(
            lambda line: not line.store_id and not line.display_type
        )

    def _read_drops(self):
        """Return the :class:`Drop` of each line, in the order of the list."""
        return [line._read_drop() for line in self._get_store_lines()]

    def _read_runs(self):
        """Return [(creative, stores, pieces, {prices}, amount)] of this order."""
        self.ensure_one()
        runs = {}
        for line in self._get_store_lines():
            runs.setdefault(line.store_creative_id, []).append(line)
        return [
            (
                creative,
                len({line.store_id for line in lines}),
                int(sum(line.product_uom_qty for line in lines)),
                sorted({line.price_unit for line in lines}),
                sum(line.price_subtotal for line in lines),
            )
            for creative, lines in runs.items()
        ]

    def _write_distribution(self):
        """Return the bytes of the list as a CSV file."""
        return write_csv(HEADER, self._read_drops())

    def _name_distribution(self):
        many = f"{len(self)}_orders"
        return f"distribution_{self.name if len(self) == 1 else many}.csv"

    def action_download_distribution(self):
        """Offer the list of these orders as a CSV file; the audit log tells of it."""
        return self.env["campaign.order.file"]._offer(self)

    def _process_attachments_for_template_post(self, mail_template):
        """Attach the list as a CSV file to what is sent to the printer."""
        result = super()._process_attachments_for_template_post(mail_template)
        ours = "marketing_store_planning.mail_template_campaign_order_printer"
        if mail_template == self.env.ref(ours, raise_if_not_found=False):
            for order in self:
                content = base64.b64encode(order._write_distribution())
                found = result.setdefault(order.id, {})
                found.setdefault("attachments", []).append(
                    (order._name_distribution(), content)
                )
        return result

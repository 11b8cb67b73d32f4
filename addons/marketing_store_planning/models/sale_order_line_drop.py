from odoo import fields, models

from .sale_order_distribution import Drop


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_wave(self):
        """Return the wave in which these pieces are sent, empty without a plan."""
        self.ensure_one()
        # superuser: of a plan that was opened again, salespeople see its orders only
        line = self.sudo()
        return line.order_id.campaign_wave_id or line.campaign_plan_line_id.wave_id

    def _get_drop_date(self):
        """Return the day on which the store gets them; None where nobody said one."""
        self.ensure_one()
        if at := self.order_id.commitment_date:
            return fields.Datetime.context_timestamp(self, at).date()
        return self._get_wave().date_start or None

    def _read_drop(self):
        self.ensure_one()
        store = self.store_id
        # superuser: the address is on the list for whoever has the order
        to = store.sudo().partner_id
        return Drop(
            order=self.order_id.name,
            number=store.number,
            name=store.name,
            street=to.street or "",
            street2=to.street2 or "",
            zip=to.zip or "",
            city=to.city or store.city or "",
            state=(to.state_id or store.state_id).code or "",
            country=to.country_id.name or "",
            creative=self.store_creative_id.name or self.product_id.name or "",
            pieces=int(self.product_uom_qty),
            wave=self._get_wave().name or "",
            day=self._get_drop_date(),
        )

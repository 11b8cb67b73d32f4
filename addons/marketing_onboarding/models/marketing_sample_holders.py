from odoo import models
from odoo.fields import Domain

# model of the sample -> what must not lose it: (model, fields that lead to it)
HOLDERS = {
    "sale.order": [("account.move.line", ("sale_line_ids.order_id",))],
    "product.product": [
        ("sale.order.line", ("product_id",)),
        ("account.move.line", ("product_id",)),
    ],
    "product.category": [
        ("product.template", ("categ_id",)),
        ("product.category", ("parent_id",)),
    ],
    "res.partner": [
        (
            "sale.order",
            ("partner_id", "partner_invoice_id", "partner_shipping_id"),
        ),
        ("account.move", ("partner_id", "commercial_partner_id")),
        ("res.users", ("partner_id",)),
        ("res.partner", ("parent_id",)),
    ],
}


class MarketingSample(models.AbstractModel):
    """What keeps a sample record: somebody's real work that leads to it."""

    _inherit = "marketing.sample"

    def _get_holders(self, samples):
        """Return {sample: why it must stay}; sample records are no reason themselves.

        Samples that would have held these are gone by now, or stay themselves.
        """
        reasons = {}
        for model, paths in HOLDERS.get(samples._name, []):
            holders = self.env[model].with_context(active_test=False)
            found = holders.search(
                Domain.OR(Domain(path, "in", samples.ids) for path in paths)
            )
            if model == samples._name:
                found -= samples
            for holder in found:
                for path in paths:
                    for sample in holder.mapped(path) & samples:
                        reasons.setdefault(sample, self._describe_holder(holder))
        if samples._name == "res.partner":
            self._add_contact_reasons(samples, reasons)
        return reasons

    def _describe_holder(self, holder):
        if holder._name.endswith(".line"):
            document = "order_id" if holder._name.startswith("sale") else "move_id"
            holder = holder[document]
        return self.env._(
            "used by %(kind)s “%(name)s”",
            kind=self.env["ir.model"]._get(holder._name).name,
            name=holder.display_name,
        )

    def _add_contact_reasons(self, partners, reasons):
        """A contact that a real one was merged into, or that real mail went to."""
        identities = self.env["marketing.identity"].search(
            [("canonical_partner_id", "in", partners.ids)]
        )
        for partner_id in identities.mapped("canonical_partner_id"):
            reasons.setdefault(
                partners.browse(partner_id),
                self.env._("another contact was merged into it"),
            )
        sent = self.env["campaign.recipient"]._read_group(
            [("customer_id", "in", partners.ids), ("state", "=", "sent")],
            ["customer_id"],
        )
        for (partner,) in sent:
            reasons.setdefault(partner, self.env._("a message was sent to it"))

from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

#: What the lines of one order have in common.
GROUP_FIELDS = {"creative": "creative_id", "store": "store_id"}


class CampaignOrderCreate(models.TransientModel):
    """The review: prices, what forbids the order, and the orders themselves."""

    _inherit = "campaign.order.create"

    grouping = fields.Selection(
        [
            ("master", "One order for everything"),
            ("creative", "One order a creative"),
            ("store", "One order a store"),
        ],
        required=True,
        default="master",
    )
    date_planned = fields.Date("Deliver By", help="Prices and seasons of this day.")
    problem_text = fields.Text(compute="_compute_review")
    summary = fields.Html(compute="_compute_review", sanitize=False)
    order_count = fields.Integer("Orders", compute="_compute_review")
    total_stores = fields.Integer("Stores in Total", compute="_compute_review")
    total_quantity = fields.Integer("Pieces in Total", compute="_compute_review")
    total_amount = fields.Monetary("Amount", compute="_compute_review")
    order_ids = fields.Many2many(
        "sale.order", relation="campaign_order_create_order_rel", readonly=True
    )

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        if "grouping" in names and self.env.company.marketing_plan_bill_stores:
            values["grouping"] = "store"
        return values

    @api.depends(
        "state",
        "grouping",
        "date_planned",
        "line_ids.creative_id",
        "line_ids.quantity",
    )
    def _compute_review(self):
        for wizard in self:
            is_review = wizard.state == "review"
            groups = wizard._group_lines() if is_review else {}
            lines = wizard.line_ids if is_review else wizard.line_ids[:0]
            wizard.problem_text = "\n".join(
                wizard._list_problems() if is_review else []
            )
            wizard.order_count = len(groups)
            wizard.total_stores = len(lines.store_id)
            wizard.total_quantity = sum(lines.mapped("quantity"))
            wizard.total_amount = sum(lines.mapped("amount"))
            wizard.summary = wizard._render_summary(groups)

    def _group_lines(self):
        """Return {what the order is for: its lines}."""
        name = GROUP_FIELDS.get(self.grouping)
        if not name:
            return {self.env["store.creative"]: self.line_ids}
        return dict(self.line_ids.grouped(name))

    def _render_summary(self, groups):
        rows = [
            (
                key.display_name or self.env._("One order"),
                len(lines.store_id),
                sum(lines.mapped("quantity")),
                sum(lines.mapped("amount")),
            )
            for key, lines in groups.items()
        ]
        return self.env["ir.qweb"]._render(
            "marketing_store_planning.campaign_order_create_summary",
            {"rows": rows[:20], "rest": max(0, len(rows) - 20), "wizard": self},
        )

    def _get_order_day(self):
        return self.date_planned or fields.Date.context_today(self)

    def _read_prices(self):
        """Return {creative: price a piece, None without one} of what is printed."""
        self.ensure_one()
        day = self._get_order_day()
        # superuser: vendor prices decide, whoever may see them
        return {
            creative: creative.sudo()._get_piece_price(
                sum(lines.mapped("quantity")), day
            )
            for creative, lines in self.line_ids.grouped("creative_id").items()
            if creative
        }

    def _list_problems(self):
        """Return what forbids the orders, as sentences: the rules of plans."""
        self.ensure_one()
        lines, problems = self.line_ids, []
        if not lines:
            return [self.env._("No store is chosen.")]
        checks = [
            (
                self.env._("Without a creative: %(names)s."),
                lines.filtered(lambda line: not line.creative_id).store_id,
            ),
            (
                self.env._("Without pieces: %(names)s."),
                lines.filtered(lambda line: line.quantity <= 0).store_id,
            ),
            (
                self.env._(
                    "More pieces than there are households, or than ever before where "
                    "their number is not known: %(names)s."
                ),
                lines.filtered("is_over_limit").store_id,
            ),
            (
                self.env._("With the same creative twice: %(names)s."),
                self._find_doubles(),
            ),
        ]
        if self.grouping == "store":
            text = self.env._("Without a billing address: %(names)s.")
            stores = lines.store_id
            checks.append(
                (text, stores.filtered(lambda s: not s._get_billing_partner()))
            )
        for text, stores in checks:
            if stores:
                problems.append(text % {"names": stores._name_first()})
        return problems + self._list_creative_problems() + self._list_contact_problems()

    def _find_doubles(self):
        groups = self.line_ids.grouped(lambda line: (line.store_id, line.creative_id))
        doubles = [
            store for (store, _creative), rows in groups.items() if len(rows) > 1
        ]
        return self.env["marketing.store"].union(*doubles)

    def _list_creative_problems(self):
        day = self._get_order_day()
        prices = self._read_prices()
        problems = []
        if unpriced := [c.name for c, price in prices.items() if price is None]:
            problems.append(
                self.env._(
                    "No vendor price for the quantity of: %(creatives)s.",
                    creatives=", ".join(unpriced),
                )
            )
        for creative in prices:
            if creative.state == "retired":
                problems.append(self.env._("“%s” is retired.", creative.name))
            elif not creative._is_in_season(day):
                problems.append(
                    self.env._("“%s” is out of season then.", creative.name)
                )
        return problems

    def _list_contact_problems(self):
        if self.grouping == "store" or self.company_id.marketing_plan_partner_id:
            return []
        return [
            self.env._(
                "Choose the contact that direct mail is sold to: Settings, Marketing, "
                "Store Planning."
            )
        ]

    def action_create_orders(self):
        """Make the orders, once: a second click finds those of the first."""
        self.ensure_one()
        if not self.env["sale.order"].has_access("create"):
            raise AccessError(self.env._("Only sales staff create orders by hand."))
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset(["state", "order_ids"])
        if self.state != "done":
            if problems := self._list_problems():
                raise UserError("\n".join(problems))
            values = [
                self._prepare_order(lines) for lines in self._group_lines().values()
            ]
            self.order_ids = self.env["sale.order"].create(values)
            self.state = "done"
        return self._open_orders()

    def _prepare_order(self, lines):
        company = self.company_id
        if self.grouping == "store":
            partner = lines.store_id._get_billing_partner()
        else:
            partner = company.marketing_plan_partner_id
        printer = company.marketing_plan_printer_id
        day = self.date_planned
        return {
            "company_id": company.id,
            "partner_id": partner.id,
            "partner_shipping_id": (printer or partner).id,
            # in the company's currency, whatever pricelist the contact has
            "pricelist_id": False,
            "is_direct_mail": True,
            "commitment_date": datetime.combine(day, time(12)) if day else False,
            "order_line": [
                Command.create(
                    {
                        **line.store_id._prepare_order_line(line.creative_id),
                        "product_uom_qty": line.quantity,
                        "price_unit": line.unit_price,
                    }
                )
                for line in lines.sorted("store_number")
            ],
        }

    def _open_orders(self):
        orders = self.order_ids
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_store_planning.campaign_order_action"
        )
        if len(orders) == 1:
            return {**action, "res_id": orders.id, "views": [(False, "form")]}
        return {**action, "domain": [("id", "in", orders.ids)]}

from collections import defaultdict
from datetime import datetime, time

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

#: What the lines of one order have in common.
GROUP_FIELDS = {"wave": "wave_id", "creative": "creative_id", "store": "store_id"}


class CampaignPlan(models.Model):
    """Sale orders of an approved plan: exactly one for each part of each version."""

    _inherit = "campaign.plan"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_ordered(self):
        # superuser: an order counts whoever may see it
        for plan in self.sudo():
            if plan.order_ids:
                raise UserError(
                    self.env._(
                        "“%(plan)s” has orders and cannot be deleted: cancel it.",
                        plan=plan.name,
                    )
                )

    def _group_lines(self, grouping):
        """Return {group id, 0 for none: {line: pieces still to order}}."""
        self.ensure_one()
        # superuser: orders are of the whole plan, whichever lines the reader may see
        lines = self.sudo().line_ids.filtered("is_included")
        ordered = self._read_confirmed()
        groups = defaultdict(dict)
        for line in lines.sorted(lambda line: (line.store_id.number, line.id)):
            missing = line.quantity - ordered.get((line.id, line.creative_id.id), 0)
            if missing > 0:
                name = GROUP_FIELDS.get(grouping)
                groups[line[name].id if name else 0][line] = missing
        return {key or 0: parts for key, parts in groups.items()}

    def _read_confirmed(self):
        """Return {(plan line, creative): pieces} confirmed in earlier versions."""
        self.env["sale.order.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT line.campaign_plan_line_id, line.store_creative_id,
                          SUM(line.product_uom_qty)
                     FROM sale_order_line line
                     JOIN sale_order "order" ON "order".id = line.order_id
                    WHERE "order".campaign_plan_id = %s AND "order".state = 'sale'
                      AND "order".campaign_plan_version < %s
                      AND line.campaign_plan_line_id IS NOT NULL
                    GROUP BY 1, 2""",
                self.id,
                self.version,
            )
        )
        return {(line, creative): quantity for line, creative, quantity in rows}

    def _create_orders(self, grouping):
        """Create what orders of this version are missing; return all of them."""
        self.ensure_one()
        self._check_manager()
        self._check_state("approved", "executed")
        self._check_grouping(grouping)
        groups = self._group_lines(grouping)
        values = {
            key: self._prepare_order(grouping, lines) for key, lines in groups.items()
        }
        fresh = self._claim_groups(grouping, list(groups))
        # superuser: managers of marketing need no rights of salespeople for this
        orders = self.env["sale.order"].sudo().with_context(mail_create_nolog=True)
        created = orders.create([values[key] for key in fresh])
        for execution, order in zip(fresh.values(), created, strict=True):
            execution.order_id = order
        if self.state != "executed":
            self._move("executed")
        executions = self.env["campaign.plan.execution"].sudo()
        return executions.search(
            [("plan_id", "=", self.id), ("version", "=", self.version)]
        ).order_id.with_env(self.env)

    def _check_grouping(self, grouping):
        """A version is ordered in one way only, or pieces would be ordered twice."""
        other = self.env["campaign.plan.execution"].search(
            [
                ("plan_id", "=", self.id),
                ("version", "=", self.version),
                ("grouping", "!=", grouping),
            ],
            limit=1,
        )
        if other:
            labels = dict(other._fields["grouping"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Version %(version)s of “%(plan)s” was ordered as “%(grouping)s”. "
                    "Open the plan again to order it in another way.",
                    version=self.version,
                    plan=self.name,
                    grouping=labels[other.grouping],
                )
            )

    def _claim_groups(self, grouping, keys):
        """Return {key: its new row} for the groups that have no row yet."""
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO campaign_plan_execution
                          (plan_id, version, grouping, group_key, company_id,
                           create_uid, create_date, write_uid, write_date)
                   SELECT %(plan)s, %(version)s, %(grouping)s, key, %(company)s,
                          %(user)s, now() AT TIME ZONE 'UTC',
                          %(user)s, now() AT TIME ZONE 'UTC'
                     FROM unnest(%(keys)s::int[]) AS key
                       ON CONFLICT (plan_id, version, group_key) DO NOTHING
                RETURNING group_key, id""",
                plan=self.id,
                version=self.version,
                grouping=grouping,
                company=self.company_id.id,
                user=self.env.uid,
                keys=keys,
            )
        )
        # superuser: nobody writes these rows but this method
        executions = self.env["campaign.plan.execution"].sudo()
        return {key: executions.browse(row) for key, row in sorted(rows)}

    def _prepare_order(self, grouping, parts):
        wave = next(iter(parts)).wave_id if grouping in ("wave", "store") else None
        company = self.company_id
        partner = self._get_order_partner(grouping, parts)
        printer = company.marketing_plan_printer_id
        day = wave and wave.date_start
        return {
            "company_id": company.id,
            "partner_id": partner.id,
            "partner_shipping_id": (printer or partner).id,
            # in the company's currency, whatever pricelist the contact has
            "pricelist_id": False,
            # salespeople see orders that are nobody's
            "user_id": False,
            "origin": self.name,
            "is_direct_mail": True,
            "campaign_plan_id": self.id,
            "campaign_plan_version": self.version,
            "campaign_wave_id": wave.id if wave else False,
            "commitment_date": datetime.combine(day, time(12)) if day else False,
            "order_line": [
                Command.create(line._prepare_order_line(quantity))
                for line, quantity in parts.items()
            ],
        }

    def _get_order_partner(self, grouping, parts):
        if grouping == "store":
            store = next(iter(parts)).store_id
            partner = store._get_billing_partner()
            missing = self.env._(
                "%s has no billing address: add one, or do not bill stores.",
                store.display_name,
            )
        else:
            partner = self.company_id.marketing_plan_partner_id
            missing = self.env._(
                "Choose the contact that direct mail is sold to: Settings, Marketing, "
                "Store Planning."
            )
        if not partner:
            raise UserError(missing)
        return partner

    def action_reopen(self):
        """Also cancel what nobody has confirmed yet; confirmed orders stay."""
        result = super().action_reopen()
        # superuser: as when they were created
        orders = self.sudo().order_ids
        orders.filtered(lambda order: order.state in ("draft", "sent"))._action_cancel()
        return result

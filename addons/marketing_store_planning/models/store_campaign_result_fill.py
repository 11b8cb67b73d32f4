from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.marketing_base.notification import notify

from ..result_query import fill_query, link_query


class StoreCampaignResult(models.Model):
    """Results of what was ordered: worked out anew each night, by one statement.

    Each drop has one row of its own, found by its key, so that a second run changes
    nothing; what people entered or imported of the same drop stays as it is.
    """

    _inherit = "store.campaign.result"

    def write(self, vals):
        if not self.env.su and any(self.mapped("source_key")):
            raise UserError(
                self.env._(
                    "This result is worked out from orders and would be written over: "
                    "import a result of the same store, creative and dates instead."
                )
            )
        return super().write(vals)

    @api.model
    def _cron_fill(self):
        """Queue the companies that have ordered printed mail."""
        orders = self.env["sale.order"]
        for (company,) in orders._read_group(
            [("is_direct_mail", "=", True)], ["company_id"]
        ):
            self.env["marketing.job"]._enqueue(
                self._name,
                "_fill",
                {"company_id": company.id},
                key=f"{self._name}:{company.id}",
            )

    def action_fill(self):
        """Work all results of the user's company out now."""
        if not self.env.user.has_group("marketing_base.group_user"):
            raise AccessError(self.env._("Results are worked out by marketing."))
        changed, gone = self._fill(self.env.company.id)
        text = self.env._("Results changed: %s.", changed)
        if gone:
            more = self.env._("Removed, as nothing was ordered any more: %s.", gone)
            text = f"{text} {more}"
        return notify("success", text)

    @api.model
    def _fill(self, company_id):
        """Work out the results of a company; return how many changed and went."""
        # superuser: nobody else writes these rows; all of it is of this company
        company = self.env["res.company"].sudo().browse(company_id)
        self.env.flush_all()
        self.env.execute_query(link_query(company.id))
        query = fill_query(
            company.id,
            company.marketing_plan_response_days,
            fields.Date.context_today(self),
            self.env.uid,
            coded=SQL(" UNION ALL ").join(self._list_coded(company)),
            redeemed=SQL(" UNION ALL ").join(self._list_redeemed(company)),
            by_lot=self._get_by_lot(),
        )
        rows = self.env.execute_query(query)
        self.env.invalidate_all(flush=False)
        self.env["marketing.job"]._enqueue(
            "campaign.override.effect",
            "_refresh",
            {"company_id": company.id},
            key=f"campaign.override.effect:{company.id}",
        )
        return rows[0]

    @api.model
    def _get_by_lot(self):
        """Return whether the creative of ``planned``, a plan line, was drawn by lot.

        A store that was drawn to be treated got the creative that somebody chose.
        """
        if "experiment_propensity" not in self.env["campaign.plan.line"]._fields:
            return SQL("FALSE")
        return SQL(
            "COALESCE(planned.experiment_arm IN ('a', 'b')"
            " AND planned.experiment_propensity > 0, FALSE)"
        )

    @api.model
    def _list_coded(self, _company):
        """Return statements of (line_id, creative_id): drops that have a code.

        Addons that know of codes append theirs.
        """
        return [SQL("SELECT NULL::int line_id, NULL::int creative_id WHERE FALSE")]

    @api.model
    def _list_redeemed(self, _company):
        """Return statements of (line_id, creative_id, customer, day, amount).

        ``customer`` is a text that is the same for the same customer; ``amount`` is
        without tax, in the company's currency, net of refunds.
        """
        return [
            SQL(
                """SELECT NULL::int line_id, NULL::int creative_id, NULL::text customer,
                          NULL::date "day", NULL::numeric amount
                    WHERE FALSE"""
            )
        ]

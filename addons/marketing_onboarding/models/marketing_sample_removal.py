import psycopg2

from odoo import api, models
from odoo.exceptions import UserError

from ..sample_marks import MODULE, is_sample_address

# What refers to the others goes first.
ORDER = (
    "email.campaign",
    "customer.segment",
    "sale.order",
    "product.product",
    "product.category",
    "res.partner",
)


class MarketingSample(models.AbstractModel):
    """Taking the sample data away again, and nothing else."""

    _inherit = "marketing.sample"

    @api.model
    def remove(self):
        """Delete the sample records of the current company, changed ones included.

        Returns how many are gone, and what was kept with the reason. What was kept is
        nobody's sample any more.
        """
        company = self._check_manager()
        removed, kept = self._remove(company)
        self.env["marketing.audit.log"]._record(
            "sample_data_removed", company, note=f"{removed} removed, {len(kept)} kept"
        )
        return {
            "removed": removed,
            "kept": [{"name": name, "reason": reason} for name, reason in kept],
        }

    @api.model
    def _remove_everywhere(self):
        """For the time when this addon leaves."""
        companies = self.env["res.company"].search([("active", "in", [True, False])])
        for company in companies.filtered(self._is_loaded):
            self._remove(company)

    @api.model
    def _remove(self, company):
        # superuser: a marketing manager may not delete orders. Only what carries the
        # mark of this company is looked at.
        remover = self.sudo().with_company(company)
        marked = remover._get_marked(company)
        removed, kept = 0, []
        for model in ORDER:
            samples = remover.env[model].browse(marked.get(model, [])).exists()
            samples = samples.with_context(active_test=False, tracking_disable=True)
            reasons = remover._remove_all(samples)
            removed += len(samples) - len(reasons)
            kept += [(sample.display_name, why) for sample, why in reasons.items()]
            remover._settle_kept(samples.browse(s.id for s in reasons))
        remover._forget(company)
        remover._enqueue_counting(company)
        return removed, kept

    def _enqueue_counting(self, company):
        """Scores and segments without the samples; there may be many customers."""
        self.env["customer.profile"]._enqueue_refresh_full(company)
        for segment in self._get_segments(company):
            self.env["marketing.job"]._enqueue(
                "customer.segment",
                "_refresh_one",
                {"segment_id": segment.id},
                key=f"customer.segment:{segment.id}",
            )

    def _remove_all(self, samples):
        """Delete all that may go; return {sample: why it stays}."""
        reasons = self._get_holders(samples) if samples else {}
        free = samples.filtered(lambda sample: sample not in reasons)
        if self._try_to_remove(free):
            for sample in free:
                if reason := self._try_to_remove(sample):
                    reasons[sample] = reason
        return reasons

    def _try_to_remove(self, samples):
        """Delete these or none; return what speaks against it."""
        try:
            with self.env.cr.savepoint():
                if samples._name == "sale.order":
                    samples.filtered("locked").action_unlock()
                    samples._action_cancel()
                samples.unlink()
                self.env.flush_all()
        except UserError as problem:
            return str(problem)
        except psycopg2.IntegrityError:  # something of an addon that is not ours
            return self.env._("something else refers to it")
        return None

    def _settle_kept(self, kept):
        """A kept customer loses the made-up address: it never was anybody's."""
        if kept._name == "res.partner":
            kept.filtered(
                lambda partner: is_sample_address(partner.email)
            ).email = False

    def _forget(self, company):
        marks = self.env["ir.model.data"].search(
            [
                ("module", "=", MODULE),
                "|",
                ("name", "=", f"company_{company.id}"),
                ("name", "=like", f"company\\_{company.id}\\_%"),
            ]
        )
        marks.unlink()

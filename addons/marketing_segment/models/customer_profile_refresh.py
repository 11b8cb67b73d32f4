from odoo import api, fields, models
from odoo.tools import SQL

from ..profile_write import write_profiles

# Above this many customers one ranking pass is cheaper than a list of ids.
FULL_REFRESH_FROM = 20_000


class CustomerProfile(models.Model):
    _inherit = "customer.profile"

    @api.model
    def _cron_refresh_full(self):
        """Queue a full refresh of every company."""
        for company in self._get_companies():
            self._enqueue_refresh_full(company)

    def _get_companies(self):
        return self.env["res.company"].search([("active", "=", True)])

    @api.model
    def _cron_refresh_dirty(self):
        """Queue an incremental refresh when somebody bought or got money back."""
        self.env.flush_all()
        self.env.cr.execute("SELECT EXISTS (SELECT FROM customer_profile_dirty)")
        if self.env.cr.fetchone()[0]:
            self.env["marketing.job"]._enqueue(
                self._name, "_refresh_dirty", key="customer.profile:dirty"
            )

    @api.model
    def _enqueue_refresh_full(self, company):
        return self.env["marketing.job"]._enqueue(
            self._name,
            "_refresh_full_company",
            {"company_id": company.id},
            key=f"customer.profile:full:{company.id}",
        )

    @api.model
    def _refresh_full_company(self, company_id):
        """Job: recompute the profiles of a company that may be gone by now."""
        company = self.env["res.company"].browse(company_id).exists()
        if company:
            self._refresh_full(company)

    @api.model
    def _refresh_full(self, company):
        """Make every profile of `company` equal to its orders and rank them anew.

        :return: dict of the numbers of rows added, changed and deleted
        """
        company.ensure_one()
        self.env["customer.profile.norm"]._clear(company)
        result = self._write_profiles(company)
        self.env["customer.profile.cut"]._rebuild(company)
        return result

    @api.model
    def _refresh_dirty(self):
        """Recompute the marked customers, scored by the last cut points.

        :return: number of (customer, company) pairs that were looked at
        """
        marks = self.env["customer.profile.dirty"]._take()
        todo = self._get_customers_to_refresh(marks)
        for company, partner_ids in todo.items():
            if len(partner_ids) >= FULL_REFRESH_FROM or not self._is_ranked(company):
                self._refresh_full(company)
            else:
                self._write_profiles(company, sorted(partner_ids))
                self.env["customer.segment"]._enqueue_changed(
                    company, sorted(partner_ids)
                )
        return sum(map(len, todo.values()))

    def _is_ranked(self, company):
        cut = self.env["customer.profile.cut"]
        return bool(cut.search_count([("company_id", "=", company.id)], limit=1))

    def _get_customers_to_refresh(self, marks):
        """Return {company: ids of commercial partners}, for contacts their company too.

        The marked contact itself stays in the set: it may own a profile from the time
        when it had no parent.
        """
        partner_ids = list({partner_id for partner_id, _company in marks})
        rows = self.env.execute_query(
            SQL(
                "SELECT id, commercial_partner_id FROM res_partner WHERE id = ANY(%s)",
                partner_ids,
            )
        )
        commercial = dict(rows)
        companies = self._get_companies()
        todo = {company_id: set() for company_id in companies.ids}
        for partner_id, company_id in marks:
            people = (partner_id, commercial.get(partner_id, partner_id))
            # plain numbers: a recordset for each of 10,000 marks takes longer than SQL
            for wanted in todo if company_id is None else (company_id,):
                if wanted in todo:
                    todo[wanted].update(people)
        return {company: todo[company.id] for company in companies if todo[company.id]}

    @api.model
    def _try_lock(self):
        """Keep refreshes out for this transaction; false while one is running."""
        self.env.cr.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [self._name]
        )
        return self.env.cr.fetchone()[0]

    def _write_profiles(self, company, partner_ids=None):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [self._name]
        )
        self._prepare_planner(partner_ids)
        today, now = fields.Date.today(), fields.Datetime.now()
        ((added, changed, deleted),) = self.env.execute_query(
            write_profiles(company, today, now, partner_ids)
        )
        self.env.cr.execute("SELECT set_config('enable_nestloop', 'on', true)")
        self.invalidate_model(flush=False)
        self.env["res.partner"].invalidate_model(
            self.env["res.partner"]._get_profile_fields(), flush=False
        )
        return {"added": added, "changed": changed, "deleted": deleted}

    def _prepare_planner(self, partner_ids):
        """Let this transaction sort in memory, and read whole tables for everybody.

        The planner cannot know how many rows a step leaves; compiling the query costs
        more than it saves.
        """
        self.env.cr.execute(
            """
            SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true),
                   set_config('enable_nestloop', %s, true)
            """,
            ["off" if partner_ids is None else "on"],
        )

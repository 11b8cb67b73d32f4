from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..engagement_query import add_engagement
from ..engagement_rejudged import recount_rejudged
from ..profile_write import write_engagement

NAME = "customer.engagement"
CHUNK = 10_000


class CustomerEngagement(models.Model):
    """Counters of what each id of the event log did with messages of a company.

    A projection: each event is added once, by the window of `marketing.projection`, and
    the counters can be thrown away and counted again. Ids stay as they were logged; the
    profile adds up those that mean one customer today.
    """

    _name = NAME
    _description = "Engagement of a Customer"
    _order = "company_id, partner_id"
    _log_access = False

    partner_id = fields.Integer("Customer ID", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    delivered_count = fields.Integer("Delivered", readonly=True)
    returned_count = fields.Integer("Bounced Afterwards", readonly=True)
    open_count = fields.Integer("Opened", readonly=True)
    click_count = fields.Integer("Clicked", readonly=True)
    conversion_count = fields.Integer("Orders", readonly=True)
    unsubscribe_count = fields.Integer("Objections", readonly=True)
    desktop_count = fields.Integer("On Desktop", readonly=True)
    mobile_count = fields.Integer("On Mobile", readonly=True)
    tablet_count = fields.Integer("On Tablet", readonly=True)
    last_open_at = fields.Datetime("Last Open", readonly=True)
    last_click_at = fields.Datetime("Last Click", readonly=True)

    _partner_company_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)", "An id is counted once in a company."
    )

    @api.model
    def _cron_enqueue(self):
        self.env["marketing.job"]._enqueue(self._name, "_run", key=self._name)

    @api.model
    def _run(self):
        """Job: add what is new in the log, and bring it into the profiles.

        While everybody is refreshed nothing is done: both would change the same rows.

        :return: number of (id, company) pairs with news
        """
        if not self.env["customer.profile"]._try_lock():
            return 0
        projection = self.env["marketing.projection"]
        low, high = projection._window(NAME)
        touched = self._add(low, high)
        self._write_profiles(touched)
        projection._advance(NAME, high)
        return len(touched)

    @api.model
    def _rebuild(self):
        """Count everything again, up to where the last run stopped."""
        high, _high = self.env["marketing.projection"]._window(NAME)
        self.env.cr.execute("DELETE FROM customer_engagement")
        self._write_profiles(self._add(0, high))

    def _add(self, low, high):
        self.env.flush_all()
        rows = self.env.execute_query(add_engagement(low, high))
        again = self.env.execute_query(recount_rejudged(low, high))
        self.invalidate_model(flush=False)
        return sorted({*rows, *again})

    def _write_profiles(self, touched):
        """Update the profiles of the customers that these logged ids mean today."""
        now = fields.Datetime.now()
        companies = {company_id for _id, company_id in touched}
        for company in self.env["res.company"].browse(companies).exists():
            ids = [logged for logged, owner in touched if owner == company.id]
            for chunk in split_every(CHUNK, sorted(ids), list):
                people = self._get_customers(chunk)
                self.env.cr.execute(write_engagement(company, now, people))
        self.env["customer.profile"].invalidate_model(flush=False)

    def _get_customers(self, logged_ids):
        """Return the ids of the commercial partners, sorted."""
        means = self.env["marketing.identity"]._canonical_sql(SQL("given.id"))
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT p.commercial_partner_id
                     FROM unnest(%s::int[]) given(id)
                     JOIN res_partner p ON p.id = %s
                    ORDER BY 1""",
                f"{{{','.join(map(str, logged_ids))}}}",
                means,
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _forget(self, logged_ids, company=None):
        """Blank devices of erased people; with a company, drop their counters there."""
        self.env.flush_all()
        if company:
            query = SQL(
                """DELETE FROM customer_engagement
                    WHERE partner_id = ANY(%s) AND company_id = %s
                RETURNING partner_id, company_id""",
                list(logged_ids),
                company.id,
            )
        else:
            query = SQL(
                """UPDATE customer_engagement
                      SET desktop_count = 0, mobile_count = 0, tablet_count = 0
                    WHERE partner_id = ANY(%s)
                RETURNING partner_id, company_id""",
                list(logged_ids),
            )
        touched = self.env.execute_query(query)
        self.invalidate_model(flush=False)
        self._write_profiles(touched)

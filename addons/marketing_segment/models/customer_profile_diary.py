from odoo import api, models
from odoo.tools import SQL

from ..profile.diary import VERSION

# Of more customers than these, all orders are read: the statement is the same for all.
MOST_MARKED = 20_000


class CustomerProfile(models.Model):
    """Days, sums and products of the orders, for conditions on purchases.

    Not fields: arrays, which only statements on all customers read. As figures they are
    those of the last refresh; whoever has a mark of a change since is asked for by the
    orders themselves, so that no condition is ever late.
    """

    _inherit = "customer.profile"

    def init(self):
        result = super().init()
        self.env.cr.execute(
            """
            ALTER TABLE customer_profile
                ADD COLUMN IF NOT EXISTS order_days date[],
                ADD COLUMN IF NOT EXISTS amount_days date[],
                ADD COLUMN IF NOT EXISTS amount_sums numeric[],
                ADD COLUMN IF NOT EXISTS bought_ids int[],
                ADD COLUMN IF NOT EXISTS kept_version int2;
            DROP INDEX IF EXISTS customer_profile_no_diary_idx
            """
        )
        self.env.cr.execute(
            SQL(
                """-- those of before these columns, until they are refreshed
                   CREATE INDEX IF NOT EXISTS %s ON customer_profile (company_id)
                    WHERE kept_version IS DISTINCT FROM %s""",
                SQL.identifier(f"customer_profile_not_kept_{VERSION}_idx"),
                VERSION,
            )
        )
        return result

    @api.model
    def _is_diary_kept(self, company_id):
        """Whether no profile of the company is without one, nor too many are marked."""
        [(is_missing, marks)] = self.env.execute_query(
            SQL(
                """SELECT EXISTS (SELECT FROM customer_profile
                                   WHERE company_id = %(company)s
                                     AND kept_version IS DISTINCT FROM %(version)s),
                          (SELECT COUNT(*)
                             FROM (SELECT FROM customer_profile_dirty
                                    WHERE COALESCE(company_id, %(company)s)
                                          = %(company)s
                                    LIMIT %(limit)s) marked)""",
                company=company_id,
                version=VERSION,
                limit=MOST_MARKED + 1,
            )
        )
        return not is_missing and marks <= MOST_MARKED

    @api.model
    def _get_marked(self, company_id):
        """Return the ids of customers who are marked as changed since their refresh.

        As the refresh does, a contact is taken for its company and for itself.
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT marked.partner_id, partner.commercial_partner_id
                     FROM customer_profile_dirty marked
                     LEFT JOIN res_partner partner ON partner.id = marked.partner_id
                    WHERE COALESCE(marked.company_id, %(company)s) = %(company)s""",
                company=company_id,
            )
        )
        return sorted({partner_id for row in rows for partner_id in row if partner_id})

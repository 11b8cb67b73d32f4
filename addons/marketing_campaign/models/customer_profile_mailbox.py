from odoo import api, models
from odoo.tools import SQL

from odoo.addons.marketing_base.mailboxes import MAILBOXES


class CustomerProfile(models.Model):
    """Whose servers a firm's own domain uses, as the delivery has learnt it."""

    _inherit = "customer.profile"

    @api.model
    def _get_mailbox_sql(self, domain):
        # one look into a hashed list for each provider: a sub-select that names the
        # domain would be run again for each customer
        learned = SQL(" ").join(
            SQL(
                """WHEN %s IN (SELECT name FROM delivery_mailbox_domain
                                WHERE mailbox = %s) THEN %s""",
                domain,
                mailbox,
                mailbox,
            )
            for mailbox, _name in MAILBOXES
            if mailbox != "other"
        )
        return SQL("CASE %s ELSE %s END", learned, super()._get_mailbox_sql(domain))

    @api.model
    def _mark_domains(self, domains):
        """Let the next refresh look at the customers of these domains again."""
        self.env.flush_all()
        self.env.cr.execute(
            """INSERT INTO customer_profile_dirty (partner_id, company_id)
               SELECT profile.partner_id, profile.company_id
                 FROM customer_profile profile
                 JOIN res_partner partner ON partner.id = profile.partner_id
                WHERE split_part(partner.email_normalized, '@', 2) = ANY(%s)""",
            [list(domains)],
        )

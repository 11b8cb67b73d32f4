from odoo import api, fields, models

from ..events import IDENTIFYING_PROPERTIES


class MarketingErasureForget(models.Model):
    """What marketing of one company forgets about an address, and about its owner."""

    _inherit = "marketing.erasure.request"

    @api.model
    def _forget(self, company, pairs, partners):
        """Blank who it was and keep every count; upper addons add what they hold.

        :param pairs: the (channel, address key) pairs that are the person's
        :param partners: the one customer whose addresses these are, or none
        """
        preferences = self.env["email.subscription.preference"]
        preferences._erase_in_company(company, pairs)
        identities = self.env["marketing.identity"]
        ids = identities._get_all_ids(partners.ids)
        self.env["email.subscription.history"]._erase(
            ids, {key for _channel, key in pairs}, company=company
        )
        self._forget_events(company, ids)
        identities._ensure(partners).erased_at = fields.Datetime.now()

    @api.model
    def _forget_events(self, company, partner_ids):
        """Cut the events from the customer, whose name accounting may have to keep."""
        self._run_erasure(
            """UPDATE marketing_event
                  SET partner_id = NULL, properties = properties - %s::text[]
                WHERE partner_id = ANY(%s)
                  AND (company_id = %s OR company_id IS NULL)""",
            [list(IDENTIFYING_PROPERTIES), list(partner_ids), company.id],
        )

    @api.model
    def _run_erasure(self, statement, values):
        """Run one statement that the guards of the logs allow to an erasure only."""
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("SELECT set_config('marketing_base.erasure', 'on', true)")
        # a constant of this suite, with its values beside it
        cr.execute(statement, values)  # pylint: disable=sql-injection
        cr.execute("SELECT set_config('marketing_base.erasure', '', true)")

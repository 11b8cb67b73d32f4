import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..events import IDENTIFYING_PROPERTIES


class MarketingIdentity(models.Model):
    """Which customer an id of the log means today.

    Ids of merged, deleted and erased customers stay in the log; this table follows
    them. Plain integers: an id must outlive its partner.
    """

    _name = "marketing.identity"
    _description = "Identity in the Event Log"
    _order = "id desc"
    _rec_name = "pseudonym"

    partner_id = fields.Integer(string="Customer Id", required=True, readonly=True)
    canonical_partner_id = fields.Integer(string="Merged Into Id", readonly=True)
    pseudonym = fields.Char(
        required=True, readonly=True, default=lambda self: secrets.token_hex(16)
    )
    erased_at = fields.Datetime(string="Erased On", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, ondelete="set null")

    _partner_uniq = models.Constraint("UNIQUE(partner_id)", "One identity a customer.")
    _canonical_idx = models.Index(
        "(canonical_partner_id) WHERE canonical_partner_id IS NOT NULL"
    )
    # the ORM writes 0 for an empty integer; readers of the column rely on NULL
    _not_itself = models.Constraint(
        "CHECK(canonical_partner_id > 0 AND canonical_partner_id <> partner_id)",
        "A customer is not merged into itself.",
    )

    @api.model
    def _canonical_sql(self, partner):
        """Return SQL for the id that the id expression ``partner`` means today."""
        self.flush_model()
        return SQL(
            """COALESCE((SELECT identity.canonical_partner_id
                           FROM marketing_identity identity
                          WHERE identity.partner_id = %(partner)s), %(partner)s)""",
            partner=partner,
        )

    @api.model
    def _get_canonical_ids(self, partner_ids):
        """Return what each of these ids means today."""
        # an internal map without names; readers of events need not read identities
        merged = self.sudo().search(
            [("partner_id", "in", list(partner_ids)), ("canonical_partner_id", ">", 0)]
        )
        return {partner_id: partner_id for partner_id in partner_ids} | {
            identity.partner_id: identity.canonical_partner_id for identity in merged
        }

    @api.model
    def _get_all_ids(self, partner_ids):
        """Return the ids, and those that were merged into them."""
        # an internal map without names; the caller's ids were already filtered
        merged = self.sudo().search([("canonical_partner_id", "in", list(partner_ids))])
        return list(set(partner_ids) | set(merged.mapped("partner_id")))

    @api.model
    def _ensure(self, partners):
        """Return the identities of partners, making the missing ones."""
        found = self.search([("partner_id", "in", partners.ids)])
        known = set(found.mapped("partner_id"))
        return found | self.create(
            [
                {"partner_id": partner.id, "company_id": partner.company_id.id}
                for partner in partners
                if partner.id not in known
            ]
        )

    @api.model
    def _merge(self, source_partners, target_partner):
        """Let the ids of the sources, and of all merged into them, mean the target."""
        sources = self._ensure(source_partners)
        earlier = self.search([("canonical_partner_id", "in", source_partners.ids)])
        # a target that was itself merged once is alive again
        target = self.search([("partner_id", "=", target_partner.id)])
        target._cut()
        ((sources | earlier) - target).canonical_partner_id = target_partner.id
        self.flush_model()

    def _cut(self):
        """Let these ids mean nobody but themselves."""
        self.flush_model()
        self.env.cr.execute(
            """UPDATE marketing_identity SET canonical_partner_id = NULL
                WHERE id = ANY(%s)""",
            [self.ids],
        )
        self.invalidate_recordset(["canonical_partner_id"], flush=False)

    def _erase(self):
        """Cut these identities: nothing in the log says who or where they were.

        The events stay and every count stays; only identifying properties go.
        """
        ids = self._get_all_ids(self.mapped("partner_id"))
        identities = self | self.search([("partner_id", "in", ids)])
        before = self._count_events(ids)
        self.env.cr.execute("SELECT set_config('marketing_base.erasure', 'on', true)")
        self.env.cr.execute(
            """UPDATE marketing_event SET properties = properties - %(names)s::text[]
                WHERE partner_id = ANY(%(ids)s) AND properties ?| %(names)s::text[]""",
            {"names": list(IDENTIFYING_PROPERTIES), "ids": ids},
        )
        self.env.cr.execute("SELECT set_config('marketing_base.erasure', '', true)")
        if self._count_events(ids) != before:
            raise UserError(self.env._("The event log changed during the erasure."))
        identities.erased_at = fields.Datetime.now()
        identities._cut()  # flushes: events are inserted without the ORM and look here

    @api.model
    def _count_events(self, partner_ids):
        query = SQL(
            "SELECT count(*) FROM marketing_event WHERE partner_id = ANY(%s)",
            partner_ids,
        )
        return self.env.execute_query(query)[0][0]

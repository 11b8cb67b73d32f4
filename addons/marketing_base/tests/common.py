from datetime import datetime

from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL

from odoo.addons.marketing_base.events import Event

ROLES = ("analyst", "user", "manager", "compliance", "administrator")


class MarketingCase(TransactionCase):
    """Two companies and one plain user of each role in the first of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a = cls.env["res.company"].create({"name": "Shop A"})
        cls.company_b = cls.env["res.company"].create({"name": "Shop B"})
        cls.users = {role: cls.new_user(role) for role in ROLES}
        cls.outsider = new_test_user(
            cls.env,
            "mmb_outsider",
            "base.group_user",
            company_id=cls.company_a.id,
            company_ids=[(6, 0, cls.company_a.ids)],
        )
        cls.preferences = cls.env["email.subscription.preference"]

    @classmethod
    def new_user(cls, role, company=None):
        company = company or cls.company_a
        return new_test_user(
            cls.env,
            f"mmb_{role}_{company.id}",
            f"marketing_base.group_{role}",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def see_own_events(self):
        """Let projections read what this test's own transaction has written."""

        def horizon(projection):
            projection.env.cr.execute("SELECT pg_current_xact_id()::text::bigint + 1")
            return projection.env.cr.fetchone()[0]

        self.patch(type(self.env["marketing.projection"]), "_get_horizon", horizon)

    def new_event(self, event_id, **values):
        values.setdefault("event_type", "page_view")
        values.setdefault("occurred_at", datetime(2026, 11, 3, 10, 0))
        values.setdefault("company_id", self.company_a.id)
        return Event(event_id=event_id, **values)

    def refusal(self, email, company=None, partner=None, channel="email"):
        """Return why nothing is sent to ``email``, as the gate sees it."""
        preferences = self.preferences
        address = SQL("%s::text", email)
        self.env.flush_all()
        query = preferences._refusal_sql(
            company=SQL("%s::int", (company or self.company_a).id),
            channel=SQL("%s::text", channel),
            address_key=preferences._address_key_sql(channel, address),
            email=address,
            partner=SQL("%s::int", partner.id if partner else None),
        )
        return self.env.execute_query(SQL("SELECT %s", query))[0][0]

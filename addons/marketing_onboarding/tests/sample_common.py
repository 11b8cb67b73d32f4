from odoo.addons.marketing_base.tests.common import MarketingCase

from ..sample_marks import MODULE


class SampleCase(MarketingCase):
    """Two companies without sample data, and a marketing manager of each."""

    def merge(self, source, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((source | target).ids, target)

    def sample(self, role="manager", company=None):
        user = self.users[role] if company is None else self.new_user(role, company)
        return self.env["marketing.sample"].with_user(user)

    def marked(self, model, company=None):
        ids = self.env["marketing.sample"]._get_marked(company or self.company_a)
        return self.env[model].browse(ids.get(model, []))

    def marks(self, company):
        return self.env["ir.model.data"].search_count(
            [("module", "=", MODULE), ("name", "=like", f"company_{company.id}%")]
        )

    def count_events(self, partners):
        self.env.cr.execute(
            "SELECT count(*) FROM marketing_event WHERE partner_id = ANY(%s)",
            [partners.ids],
        )
        return self.env.cr.fetchone()[0]

    def counts(self):
        """How many records there are of all that sample data consists of."""
        models = (
            "res.partner",
            "product.template",
            "product.product",
            "product.category",
            "sale.order",
            "sale.order.line",
            "customer.segment",
            "email.campaign",
            "customer.profile",
        )
        self.env.flush_all()
        return {
            name: self.env[name].with_context(active_test=False).search_count([])
            for name in models
        }


class LoadedCase(SampleCase):
    """The sample data of company A is there; `before` was counted without it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.before = cls.counts(cls)
        cls.made = cls.sample(cls).load()
        cls.env.flush_all()

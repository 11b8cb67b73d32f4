from .common import SegmentCase


class SegmentMembersCase(SegmentCase):
    """Six customers: one sendable, the others each with another reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        belgium, france = cls.env.ref("base.be"), cls.env.ref("base.fr")
        cls.rows = {
            "ann": cls._customer("Ann", email="ann@example.com", country_id=belgium.id),
            "bob": cls._customer("Bob", email="bob@example.com", country_id=france.id),
            "cas": cls._customer("Cas", country_id=belgium.id),
            "dot": cls._customer("Dot", email="two@x.com, three@x.com"),
            "eve": cls._customer("Eve", email="eve@example.com"),
            "fay": cls._customer("Fay", email="fay@example.com"),
        }
        for number, customer in enumerate(cls.rows.values()):
            for order in range(1 + number):
                cls._order(customer, 3 + 20 * number + order, (cls.wine, 10))
        stranger = cls._customer("Stranger")
        cls._order(stranger, 3, (cls.bread, 500), company=cls.company_b)
        cls.profiles._refresh_full(cls.company_a)
        cls.profiles._refresh_full(cls.company_b)
        consent = cls.env["email.subscription.preference"]
        for name in ("ann", "bob", "eve"):
            consent._opt_in(cls.company_a, cls.rows[name].email, source="test")
        consent._opt_out(
            cls.company_a.id,
            "email",
            consent._address_key("email", "bob@example.com"),
            source="test",
        )
        cls.env["mail.blacklist"]._add("eve@example.com")

    def _segment(self, domain="[]", **values):
        return self.env["customer.segment"].create(
            {"name": "Test", "filter_domain": domain, **values}
        )

    def _names(self, segment):
        return sorted(segment._get_segment_customers().mapped("name"))

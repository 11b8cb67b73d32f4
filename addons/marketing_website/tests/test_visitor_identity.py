from odoo.tests import new_test_user, tagged

from .visitor_common import VisitorCase


@tagged("post_install", "-at_install")
class TestVisitorIdentity(VisitorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign = cls.env["email.campaign"].create(
            {"name": "Spring", "company_id": cls.company.id}
        )
        cls.recipient = cls.env["campaign.recipient"].create(
            {
                "company_id": cls.company.id,
                "campaign_id": cls.campaign.id,
                "customer_id": cls.customer.id,
                "address_key": "k",
                "state": "sent",
            }
        )
        cls.env.flush_all()

    def people(self):
        return [
            (row[0], row[1], row[2], row[3]["identified_by"]) for row in self.logged()
        ]

    def test_a_stranger_keeps_the_number_we_drew(self):
        token = self.visit(self.event()).json()["v"]
        self.visit(self.event(), v=token)
        self.visit(self.event())
        visitors = [row[3]["visitor"] for row in self.logged()]
        self.assertEqual(visitors[0], visitors[1])
        self.assertNotEqual(visitors[0], visitors[2])

    def test_a_token_that_is_not_ours_is_nobody(self):
        good = self.token("visitor", 77, self.customer.id)
        for bad in (
            good[:-1] + ("A" if good[-1] != "A" else "B"),
            good[:-2],
            "x" * 43,
            self.customer.id,
            None,
            [good],
            {"v": good},
            self.token("landing", self.recipient.id),
            self.token("visitor", 77, self.customer.id, seconds=-1),
            "é" * 43,
            "A" * 5000,
        ):
            answer = self.visit(self.event(), v=bad)
            self.assertEqual(answer.status_code, 200, bad)
            self.assertTrue(self.signer.verify("visitor", answer.json()["v"]))
        self.assertEqual({row[1] for row in self.logged()}, {None})

    def test_a_followed_link_says_who_came_and_from_which_campaign(self):
        link = self.token("landing", self.recipient.id, 2)
        answer = self.visit(self.event("landing"), self.event(), l=link)
        token = answer.json()["v"]
        self.assertEqual(self.signer.verify("visitor", token)[1], self.customer.id)
        self.visit(self.event("search", p={"query": "shoes"}), v=token)
        ann, spring = self.customer.id, self.campaign.id
        self.assertEqual(
            sorted(self.people()),
            [
                ("landing", ann, spring, "link"),
                ("page_view", ann, None, "link"),
                ("search", ann, None, "link"),
            ],
        )

    def test_a_link_to_the_website_of_another_company_says_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.recipient.company_id = other
        self.env.flush_all()
        link = self.token("landing", self.recipient.id, 2)
        self.visit(self.event("landing"), l=link)
        self.assertEqual(self.people(), [("landing", None, None, None)])

    def test_the_session_says_who_is_logged_in_and_is_not_remembered(self):
        user = new_test_user(self.env, "shopper", "base.group_portal")
        self.authenticate("shopper", "shopper")
        token = self.visit(self.event()).json()["v"]
        self.assertEqual(self.signer.verify("visitor", token)[1], 0)
        link = self.token("visitor", 77, self.customer.id)
        self.visit(self.event(), v=link)
        self.logout()
        self.visit(self.event(), v=token)
        shopper = user.partner_id.commercial_partner_id.id
        self.assertEqual(
            self.people(),
            [("page_view", shopper, None, "session")] * 2
            + [("page_view", None, None, None)],
        )

    def test_merged_deleted_and_erased_customers(self):
        partners = self.env["res.partner"].create(
            [
                {"name": name}
                for name in ("kept", "merged", "deleted", "erased", "other")
            ]
        )
        kept, merged, deleted, erased, other = partners
        other.company_id = self.env["res.company"].create({"name": "Other"})
        tokens = [self.token("visitor", p.id, p.id) for p in partners]
        identities = self.env["marketing.identity"]
        identities._merge(merged, kept)
        identities._ensure(erased)._erase()
        (merged | deleted).unlink()
        self.env.flush_all()
        for token in tokens:
            self.visit(self.event(), v=token)
        self.assertEqual(
            [row[1] for row in self.people()], [kept.id, kept.id, None, None, None]
        )

    def test_links_of_messages_carry_the_token_to_our_website_only(self):
        self.website.domain = "https://shop.example.com"
        self.env["marketing.link"].create(
            [
                {"campaign_id": self.campaign.id, "position": position, "url": url}
                for position, url in enumerate(
                    (
                        "https://shop.example.com/p?a=1#top",
                        "https://elsewhere.example.com/",
                    ),
                    1,
                )
            ]
        )
        intake = self.env["marketing.engagement.intake"]
        target = intake._get_target(self.recipient.id, 1)
        self.assertRegex(
            target, r"^https://shop\.example\.com/p\?a=1&.*mmv=[\w-]{43}#top$"
        )
        token = target.split("mmv=")[1].removesuffix("#top")
        self.assertEqual(self.signer.verify("landing", token), (self.recipient.id, 1))
        self.assertNotIn("mmv=", intake._get_target(self.recipient.id, 2))
        self.website.marketing_events = False
        self.assertNotIn("mmv=", intake._get_target(self.recipient.id, 1))

from datetime import datetime, timedelta

from odoo.tests import tagged

from odoo.addons.marketing_base.events import Event

from .common_activity import ActivityCase


@tagged("post_install", "-at_install")
class TestSegmentActivityEvent(ActivityCase):
    """What the log knows of customers: which events, of what, and what still holds."""

    def test_events(self):
        old = self._customer("Old")
        identity = self.env["marketing.identity"]._ensure(old)
        identity.canonical_partner_id = self.rows["ann"].id
        now = datetime.combine(self.today, datetime.min.time())
        self.env["marketing.event"]._record(
            Event(
                event_type="product_view",
                event_id=f"test:{number}",
                occurred_at=now - timedelta(days=days),
                company_id=company.id,
                partner_id=partner.id,
                properties={},
            )
            for number, (partner, days, company) in enumerate(
                [
                    (old, 3, self.company_a),
                    (self.rows["ann"], 20, self.company_a),
                    (self.rows["bob"], 25, self.company_a),
                    (self.rows["cid"], 3, self.company_b),
                ]
            )
        )
        seen = {"path": "events", "types": ["product_view"]}
        self.assertEqual(self._find(self._leaf(**seen)), "ann bob")
        self.assertEqual(self._find(self._leaf(**seen, value=2)), "ann")
        recent = {"period": {"from": "today -10d"}}
        self.assertEqual(self._find(self._leaf(**seen, **recent)), "ann")
        self.assertEqual(
            self._find(self._leaf(path="events", types=["page_view", "search"])), ""
        )

    def test_the_last_word_on_a_reaction_counts(self):
        now = datetime.combine(self.today, datetime.min.time())
        by_program = {"revision": 1, "at": None}
        by_person = {
            "revision": 2,
            "at": f"{now - timedelta(days=40):%Y-%m-%dT%H:%M:%S}Z",
        }
        words = {
            "ann": [],
            "bob": [("campaign_clicked", by_program)],
            "cid": [("campaign_clicked", by_program), ("campaign_clicked", by_person)],
            "dora": [("campaign_viewed", by_program)],
        }
        said = {"company_id": self.company_a.id, "source_id": "odoo"}
        events = []
        for number, (name, later) in enumerate(words.items()):
            whose = {"recipient_id": 10**9 + number, "partner_id": self.rows[name].id}
            for kind in ("campaign_viewed", "campaign_clicked"):
                at = now - timedelta(days=3)
                first = {"event_type": kind, "event_id": f"{kind}:{name}"}
                events.append(Event(occurred_at=at, **first, **whose, **said))
            for kind, word in later:
                properties = {"channel": "email", "reaction": kind, **word}
                again = {
                    "event_type": "campaign_rejudged",
                    "event_id": f"again:{kind}:{name}:{word['revision']}",
                }
                events.append(Event(properties=properties, **again, **whose, **said))
        self.env["marketing.event"]._record(events)
        clicked = {"path": "events", "types": ["campaign_clicked"]}
        both = {"path": "events", "types": ["campaign_clicked", "campaign_viewed"]}
        lately, before = (
            {"period": period}
            for period in ({"from": "today -10d"}, {"to": "today -10d"})
        )
        for condition, names in (
            (clicked, "ann cid dora"),
            (clicked | lately, "ann dora"),
            (clicked | before, "cid"),
            (clicked | {"operator": "=", "value": 0}, "bob eve fay"),
            (both | {"value": 2}, "ann cid"),
            (both | lately | {"value": 2}, "ann"),
            (both, "ann bob cid dora"),
        ):
            with self.subTest(condition=condition):
                self.assertEqual(self._find(self._leaf(**condition)), names)

    def test_events_of_a_product_or_category(self):
        wine, bread = (
            self.products[each].product_tmpl_id for each in (self.wine, self.bread)
        )
        cellar = self.env["product.category"].create({"name": "Cellar"})
        unseen = self.env["product.template"].create({"name": "Unseen"})
        self.wine.parent_id = cellar
        seen = {
            "ann": {"product_id": wine.id, "variant_id": wine.product_variant_id.id},
            "bob": {"variant_id": bread.product_variant_id.id},  # taken out of a cart
            "cid": {"product_id": str(wine.id), "variant_id": "x"},
            "dora": {"product_id": [wine.id]},
            "eve": {},
        }
        self.env["marketing.event"]._record(
            Event(
                event_type="product_view",
                event_id=f"goods:{name}",
                company_id=self.company_a.id,
                partner_id=self.rows[name].id,
                properties=properties,
            )
            for name, properties in seen.items()
        )
        path = {"path": "events", "types": ["product_view"]}
        for chosen, names in (
            ({"products": wine.ids}, "ann cid"),
            ({"products": bread.ids}, "bob"),
            ({"categories": cellar.ids}, "ann cid"),
            ({"categories": cellar.ids, "products": bread.ids}, "ann bob cid"),
            ({"products": unseen.ids}, ""),
            ({}, "ann bob cid dora eve"),
        ):
            with self.subTest(chosen=chosen):
                self.assertEqual(self._find(self._leaf(**path, **chosen)), names)
        self._find(self._leaf(**path, products=wine.ids, categories=self.bread.ids))
        self.assertIn(
            "with the event “Product Viewed” of “Bread” or “Wine”",
            self.segment.explanation,
        )

from datetime import datetime

from odoo import Command

from .common import MarketingCase
from .event_common import EventMixin


class TestBaseEmitters(EventMixin, MarketingCase):
    def objections(self):
        return [
            (event["partner_id"], event["properties"])
            for event in self.logged("user_unsubscribed")
        ]

    def test_user_purchased_from_an_order(self):
        partner = self.env["res.partner"].create({"name": "Ann"})
        product = self.env["product.product"].create({"name": "Ham"})
        line = {"product_id": product.id, "price_unit": 12.5, "tax_ids": False}
        order = self.env["sale.order"].create(
            {"partner_id": partner.id, "order_line": [Command.create(line)]}
        )
        order.action_confirm()
        [event] = self.logged("user_purchased")
        self.assertEqual(event["partner_id"], partner.id)
        self.assertEqual(event["properties"]["order_id"], order.id)
        self.assertEqual(event["properties"]["order_value"], 12.5)

    def test_user_unsubscribed_once_an_objection(self):
        partner = self.env["res.partner"].create({"name": "Ann"})
        preference = self.preferences._opt_in(
            self.company_a, "ann@example.com", partner=partner, source="test"
        )
        key = preference.address_key
        for source in ("one_click", "unsubscribe_page"):
            self.preferences._opt_out(
                self.company_a.id, "email", key, reason="too_many", source=source
            )
        properties = {
            "channel": "email",
            "via": "one_click",
            "unsubscribe_reason": "too_many",
        }
        self.assertEqual(self.objections(), [(partner.id, properties)])

    def test_an_objection_recorded_by_hand_counts_too(self):
        preference = self.preferences._opt_in(
            self.company_a, "bob@example.com", source="test"
        )
        preference.with_user(self.users["compliance"]).action_opt_out()
        self.assertEqual([row[1]["via"] for row in self.objections()], ["manual"])
        preference.with_user(self.users["compliance"]).action_opt_out()
        self.assertEqual(len(self.objections()), 1)

    def test_after_a_new_consent_a_new_objection_is_another_event(self):
        moments = iter([datetime(2026, 1, day, 12) for day in (1, 2, 3, 4, 5)])
        now = None
        self.patch(type(self.env.cr), "now", lambda _cr: now)
        for _time in range(2):
            now = next(moments)
            preference = self.preferences._opt_in(
                self.company_a, "cid@example.com", source="test"
            )
            now = next(moments)
            self.preferences._opt_out(
                self.company_a.id, "email", preference.address_key, source="test"
            )
        self.assertEqual(len(self.objections()), 2)

    def test_no_address_is_in_the_log(self):
        self.preferences._opt_out(
            self.company_a.id,
            "email",
            self.preferences._address_key("email", "eve@example.com"),
            source="mail of eve@example.com",
            address="eve@example.com",
        )
        [event] = self.logged("user_unsubscribed")
        self.assertNotIn("eve@", str(event))

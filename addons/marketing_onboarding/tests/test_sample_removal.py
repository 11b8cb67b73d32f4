from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError

from odoo.addons.marketing_onboarding.hooks import _leave

from .sample_common import LoadedCase


class TestSampleRemoval(LoadedCase):
    def kept(self):
        result = self.sample().remove()
        return {item["name"]: item["reason"] for item in result["kept"]}

    def new_order(self, customer, **values):
        order = self.env["sale.order"].create(
            {"company_id": self.company_a.id, "partner_id": customer.id, **values}
        )
        order.action_confirm()
        return order

    def test_exactly_the_sample_is_removed(self):
        real = self.env["res.partner"].create(
            {"name": "Real", "company_id": self.company_a.id}
        )
        result = self.sample().remove()
        self.assertFalse(result["kept"])
        self.assertGreater(result["removed"], 200)
        after = self.counts()
        after["res.partner"] -= len(real)
        self.assertEqual(after, self.before)
        self.assertTrue(real.exists())
        self.assertFalse(self.marks(self.company_a))

    def test_the_other_company_keeps_its_own(self):
        self.sample("manager", self.company_b).load()
        before, marks = self.counts(), self.marks(self.company_b)
        result = self.sample().remove()
        self.assertLess(self.counts()["res.partner"], before["res.partner"])
        self.assertGreater(result["removed"], 200)
        self.assertEqual(len(self.marked("res.partner", self.company_b)), 48)
        self.assertEqual(len(self.marked("sale.order", self.company_b).exists()), 200)
        self.assertEqual(self.marks(self.company_b), marks)

    def test_changed_records_go_too(self):
        before = self.marked("res.partner")
        before[0].write({"name": "Renamed", "email": "me@shop.example.com"})
        before[1].active = False
        self.marked("product.product")[0].active = False
        self.marked("customer.segment").write({"name": "Mine", "active": False})
        self.marked("email.campaign").write({"name": "Mine", "active": False})
        self.marked("sale.order")[0].order_line[0].product_uom_qty = 7
        self.marked("sale.order")[1].action_lock()
        self.assertEqual(self.kept(), {})
        self.assertFalse(before.exists())

    def test_deleted_ones_are_not_missed(self):
        self.marked("email.campaign").unlink()
        self.marked("customer.segment").unlink()
        self.assertEqual(self.kept(), {})

    def test_a_customer_with_a_real_order_stays_and_is_named(self):
        customer = self.marked("res.partner")[3]
        order = self.new_order(customer)
        kept = self.kept()
        self.assertEqual(list(kept), [customer.name])
        self.assertIn(order.name, kept[customer.name])
        self.assertTrue(order.exists())
        self.assertFalse(customer.email, "the made-up address was nobody's")
        self.assertEqual(customer.sale_order_ids, order)
        self.assertFalse(self.marks(self.company_a))

    def test_a_product_on_a_real_order_stays_with_its_category(self):
        product = self.marked("product.product")[0]
        category = product.categ_id
        real = self.env["res.partner"].create({"name": "Real"})
        order = self.new_order(
            real, order_line=[Command.create({"product_id": product.id})]
        )
        kept = self.kept()
        self.assertEqual(set(kept), {product.display_name, category.display_name})
        self.assertIn(order.name, kept[product.display_name])
        self.assertEqual(order.order_line.product_id, product)

    def new_account(self, kind):
        return self.env["account.account"].create(
            {
                "name": kind,
                "code": f"SAMPLE.{kind}".replace("_", ""),
                "account_type": kind,
                "company_ids": [Command.set(self.company_a.ids)],
            }
        )

    def test_an_invoiced_order_stays_with_all_it_names(self):
        order = self.marked("sale.order")[0]
        journal = self.env["account.journal"].create(
            {
                "name": "Sales",
                "code": "SAMPL",
                "type": "sale",
                "company_id": self.company_a.id,
            }
        )
        income = self.new_account("income")
        partner = order.partner_id.with_company(self.company_a)
        partner.property_account_receivable_id = self.new_account("asset_receivable")
        self.env["account.move"].with_company(self.company_a).create(
            {
                "move_type": "out_invoice",
                "partner_id": order.partner_id.id,
                "journal_id": journal.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Coffee",
                            "quantity": 1,
                            "price_unit": 5,
                            "account_id": income.id,
                            "sale_line_ids": [Command.set(order.order_line[0].ids)],
                        }
                    )
                ],
            }
        )
        kept = self.kept()
        self.assertIn(order.display_name, kept)
        self.assertIn(order.partner_id.display_name, kept)
        self.assertEqual(order.state, "sale", "not even cancelled")
        self.assertTrue(order.order_line.product_id.exists())

    def test_a_contact_with_a_login_or_contacts_of_its_own_stays(self):
        one, two = self.marked("res.partner")[:2]
        self.env["res.partner"].create({"name": "Real child", "parent_id": one.id})
        self.env["res.users"].create(
            {"name": two.name, "login": "sample-login", "partner_id": two.id}
        )
        self.assertEqual(set(self.kept()), {one.display_name, two.display_name})

    def test_merging_a_sample_into_a_real_contact_does_not_endanger_it(self):
        """Merging moves the mark to the contact that stays."""
        sample = self.marked("res.partner")[5]
        real = self.env["res.partner"].create(
            {"name": "Real", "company_id": self.company_a.id}
        )
        self.merge(sample, real)
        self.assertFalse(sample.exists())
        self.sample().remove()
        self.assertTrue(real.exists())

    def test_a_sample_that_a_real_contact_was_merged_into_stays(self):
        sample = self.marked("res.partner")[5]
        real = self.env["res.partner"].create(
            {"name": "Real", "company_id": self.company_a.id}
        )
        self.merge(real, sample)
        kept = self.kept()
        self.assertEqual(list(kept), [sample.display_name])
        self.assertIn("merged", kept[sample.display_name])
        self.assertTrue(sample.exists())

    def test_a_started_campaign_stays_with_its_segment(self):
        campaign = self.marked("email.campaign")
        segment = campaign.segment_ids
        campaign.start_date = fields.Datetime.now() - timedelta(hours=1)
        kept = self.kept()
        self.assertEqual(set(kept), {campaign.display_name, segment.display_name})
        self.assertTrue(campaign.exists())
        self.assertTrue(segment.exists())

    def test_a_segment_of_a_real_campaign_stays(self):
        segment = self.marked("customer.segment")[1]
        self.env["email.campaign"].create(
            {
                "name": "Mine",
                "company_id": self.company_a.id,
                "segment_ids": [Command.set(segment.ids)],
            }
        )
        kept = self.kept()
        self.assertEqual(list(kept), [segment.display_name])
        self.assertIn("Mine", kept[segment.display_name])

    def test_one_that_an_addon_protects_stops_no_other(self):
        protected = self.marked("res.partner")[7]
        partners = type(self.env["res.partner"])
        unlink = partners.unlink

        def refuse(records):
            if protected in records:
                raise UserError(records.env._("Not this one"))
            return unlink(records)

        self.patch(partners, "unlink", refuse)
        self.assertEqual(self.kept(), {protected.display_name: "Not this one"})
        self.assertTrue(protected.exists())

    def test_loading_again_after_removing(self):
        self.sample().remove()
        self.assertEqual(self.sample().load()["customers"], 48)

    def test_removing_nothing_removes_nothing(self):
        sample = self.sample("manager", self.company_b)
        before = self.counts()
        self.assertEqual(sample.remove(), {"removed": 0, "kept": []})
        self.assertEqual(self.counts(), before)

    def test_scores_are_made_anew_afterwards(self):
        self.sample().remove()
        key = f"customer.profile:full:{self.company_a.id}"
        self.assertTrue(self.env["marketing.job"].search([("key", "=", key)]))

    def test_segments_are_counted_anew_afterwards(self):
        segment = self.env["customer.segment"].create(
            {"name": "All", "company_id": self.company_a.id}
        )
        self.assertEqual(segment.customer_count, 45)
        self.sample().remove()
        key = f"customer.segment:{segment.id}"
        self.env["marketing.job"].search([("key", "=", key)])._run()
        self.assertEqual(segment.customer_count, 0)

    def test_nothing_is_left_when_the_addon_leaves(self):
        self.sample("manager", self.company_b).load()
        customers = self.marked("res.partner")
        _leave(self.env)
        self.assertFalse(customers.exists())
        self.assertFalse(self.marks(self.company_a))
        self.assertFalse(self.marks(self.company_b))
        self.assertFalse(self.env.ref("marketing_base.menu_root").action)

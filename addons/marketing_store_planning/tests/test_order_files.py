import base64
import re
from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.base.models.ir_actions_report import IrActionsReport
from odoo.addons.marketing_base.table_reader import read_table

from .common import PlanningCase

ORDER = "marketing_store_planning.report_campaign_order"
LIST = "marketing_store_planning.report_campaign_distribution"


@tagged("post_install", "-at_install")
class TestOrderFiles(PlanningCase):
    """What the printer gets: the order and the list of stores, on paper and as CSV."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_contacts()
        cls.stores["E1"].write(
            {
                "name": "=HYPERLINK(1)",
                "partner_id": cls.env["res.partner"].create(
                    {
                        "name": "E1",
                        "street": "1 Elm Street",
                        "zip": "93701",
                        "city": "Fresno",
                    }
                ),
            }
        )
        cls.week = cls.new_wave("Week 1", date_start="2026-03-02")
        lines = cls.new_line("E1", 1100, wave_id=cls.week.id)
        lines += cls.new_line("E2", 400, cls.fall, wave_id=cls.week.id)
        cls.plan.with_user(cls.users["manager"]).action_approve()
        manager = cls.plan.with_user(cls.users["manager"])
        cls.order = manager._create_orders("wave").sudo()

    def setUp(self):
        super().setUp()
        # whether this machine can make PDF files decides no test
        self.pdf = "ok"
        patcher = patch.object(
            IrActionsReport, "get_wkhtmltopdf_state", lambda _self: self.pdf
        )
        patcher.start()
        self.addCleanup(patcher.stop)

    def by_sales(self):
        return self.as_user("sales", self.order)

    def text_of(self, report):
        reports = self.as_user("sales", self.env["ir.actions.report"])
        html, kind = reports._render_qweb_pdf(report, self.order.ids)
        self.assertEqual(kind, "html", "tests make no PDF")
        text = re.sub(r"<[^>]+>", " ", html.decode())
        return re.sub(r"\s+", " ", text)

    def test_the_order_on_paper(self):
        text = self.text_of(ORDER)
        for part in (
            f"Order {self.order.name}",
            "The Printer",
            "Own direct mail",
            "Plan March",
            "Wave Week 1",
            "Not confirmed yet",
            "1 Elm Street",
            "93701 Fresno",
            "Spring 1 1,100",
            "Fall 1 400",
            "Total 2 1,500",
            "03/02/2026",
        ):
            self.assertIn(part, text)
        # 1,100 at 0.40 and 400 at 0.60
        self.assertIn("680.00", text)
        self.order.order_line.create(
            {
                "order_id": self.order.id,
                "name": "Set-up fee",
                "product_id": self.fall.product_id.id,
                "product_uom_qty": 1,
                "price_unit": 20,
            }
        )
        self.assertIn("Set-up fee", self.text_of(ORDER))

    def test_the_list_on_paper_has_no_prices(self):
        text = self.text_of(LIST)
        self.assertIn("Distribution List", text)
        self.assertRegex(text, r"1 E2 Store E2 .*2 E1 =HYPERLINK")
        self.assertNotIn("440.00", text)

    def test_the_paper_of_a_plan_that_is_open_again(self):
        self.order.action_confirm()
        self.as_user("manager", self.plan).action_reopen()
        with self.assertRaises(AccessError):
            self.as_user("sales", self.plan).read(["name"])
        self.assertIn("Wave Week 1", self.text_of(ORDER))

    def test_the_list_as_csv(self):
        action = self.by_sales().action_download_distribution()
        self.assertEqual(action["type"], "ir.actions.act_url")
        number = int(re.search(r"/campaign.order.file/(\d+)/file/", action["url"])[1])
        wizard = self.as_user("sales", self.env["campaign.order.file"]).browse(number)
        self.assertEqual(wizard.file_name, f"distribution_{self.order.name}.csv")
        data = base64.b64decode(wizard.file)
        self.assertIn(b"'=HYPERLINK(1)", data, "text, no formula")
        rows = [record for _no, record in read_table(self.env, data).records()]
        self.assertEqual([row["Store"] for row in rows], ["E2", "E1"])
        first = rows[1]
        self.assertEqual(
            [first[name] for name in ("Street", "ZIP", "City", "Creative", "Pieces")],
            ["1 Elm Street", "93701", "Fresno", "Spring", "1100"],
        )
        self.assertEqual(
            (first["Wave"], first["Delivery Date"]), ("Week 1", "2026-03-02")
        )
        entry = self.env["marketing.audit.log"].search([], limit=1, order="id desc")
        self.assertEqual((entry.event, entry.res_id), ("data_exported", self.order.id))

    def test_the_list_of_several_orders(self):
        other = self.new_order(("W1", 30))
        both = self.as_user("sales", self.order + other)
        self.assertEqual(
            [drop.number for drop in both._read_drops()], ["E2", "E1", "W1"]
        )
        self.assertEqual(both._name_distribution(), "distribution_2_orders.csv")
        self.assertIsNone(other._read_drops()[0].day)
        other.order_line.unlink()
        with self.assertRaisesRegex(UserError, "None of these orders"):
            self.as_user("sales", other).action_download_distribution()
        with self.assertRaises(AccessError):
            self.as_user("east", self.order).action_download_distribution()

    def test_a_list_is_read_with_few_queries(self):
        for number in range(30):
            self.stores[f"S{number}"] = self.new_store(f"S{number}")
        rows = [(f"S{number}", 10) for number in range(30)]
        small, large = self.new_order(*rows[:3]), self.new_order(*rows)
        counts = []
        for order in (small, large):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            order._read_drops()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1], "not one a store")

    def compose(self):
        action = self.by_sales().action_send_to_printer()
        composers = self.as_user("sales", self.env["mail.compose.message"])
        context = {**action["context"], "mail_notrack": True}
        return Form(composers.with_context(**context)).save()

    def test_the_printer_gets_both_by_mail(self):
        composer = self.compose()
        self.assertEqual(composer.partner_ids, self.printer)
        self.assertIn(self.order.name, composer.subject)
        self.assertIn("1,500", composer.body)
        names = sorted(composer.attachment_ids.mapped("name"))
        self.assertEqual(
            [name.rpartition(".")[0] for name in names],
            [
                f"Distribution List - {self.order.name}",
                f"Print Order - {self.order.name}",
                f"distribution_{self.order.name}",
            ],
        )
        self.assertTrue(names[-1].endswith(".csv"))
        composer._action_send_mail()
        self.assertEqual(self.order.state, "sent")
        message = self.order.message_ids[0]
        self.assertEqual(len(message.attachment_ids), 3)
        self.assertEqual(message.partner_ids, self.printer)

    def test_a_confirmed_order_stays_confirmed(self):
        self.order.action_confirm()
        self.compose()._action_send_mail()
        self.assertEqual(self.order.state, "sale")

    def test_only_what_is_ours_has_the_list_attached(self):
        other = self.env.ref("sale.email_template_edi_sale")
        self.assertFalse(self.order._process_attachments_for_template_post(other))

    def test_what_forbids_the_mail(self):
        order = self.by_sales()
        self.pdf = "install"
        with self.assertRaisesRegex(UserError, "administrator has to install"):
            order.action_send_to_printer()
        self.pdf = "ok"
        self.printer.email = False
        with self.assertRaisesRegex(UserError, "The Printer has no e-mail address"):
            order.action_send_to_printer()
        self.order.partner_shipping_id = self.own
        self.company_a.marketing_plan_printer_id = False
        with self.assertRaisesRegex(UserError, "Choose the printer"):
            order.action_send_to_printer()
        empty = self.new_order()
        with self.assertRaisesRegex(UserError, "goes to a store"):
            self.as_user("sales", empty).action_send_to_printer()
        empty.is_direct_mail = False
        with self.assertRaisesRegex(UserError, "no order of printed pieces"):
            self.as_user("sales", empty).action_send_to_printer()
        self.order._action_cancel()
        with self.assertRaisesRegex(UserError, "is cancelled"):
            order.action_send_to_printer()
        with self.assertRaises(AccessError):
            self.as_user("manager", self.order).action_send_to_printer()

    def test_the_day_of_the_order_wins(self):
        self.order.commitment_date = False
        self.assertEqual(
            self.order._read_drops()[0].day, date(2026, 3, 2), "the wave's"
        )
        self.order.commitment_date = "2026-03-05 12:00:00"
        self.assertEqual(self.order._read_drops()[0].day, date(2026, 3, 5))

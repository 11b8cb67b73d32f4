from lxml import etree

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestViewWidgets(TransactionCase):
    def test_a_time_is_not_shown_as_a_date(self):
        """The web client warns in the console; a time takes the option show_time."""
        own = [("model", "=", "ir.ui.view"), ("module", "=like", "marketing\\_%")]
        ids = self.env["ir.model.data"].search(own).mapped("res_id")
        views = self.env["ir.ui.view"].browse(ids)
        self.assertGreater(len(views), 50)
        shown = {
            (view.xml_id, field.get("name"))
            for view in views.filtered("arch_db")
            for field in etree.fromstring(view.arch_db).iter("field")
            if field.get("widget") == "date"
        }
        times = self.env["ir.model.fields"].search(
            [("name", "in", [name for _view, name in shown]), ("ttype", "!=", "date")]
        )
        wrong = {one for one in shown if one[1] in set(times.mapped("name"))}
        self.assertFalse(wrong)

from odoo import models
from odoo.exceptions import UserError

TEMPLATE = "marketing_store_planning.mail_template_campaign_order_printer"


class SaleOrder(models.Model):
    """What the printer gets by e-mail: the order and the list of stores."""

    _inherit = "sale.order"

    def action_send_to_printer(self):
        """Open Odoo's own composer with the order and the list attached."""
        self.ensure_one()
        self.check_access("write")
        if problem := self._find_printer_problem():
            raise UserError(problem)
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send to Printer"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": "sale.order",
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id if template else False,
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
                # a draft becomes “sent” with the message
                "mark_so_as_sent": True,
            },
        }

    def _find_printer_problem(self):
        """Return why this order cannot be sent to a printer, as a sentence."""
        self.ensure_one()
        if not self.is_direct_mail:
            return self.env._("%s is no order of printed pieces.", self.name)
        if self.state == "cancel":
            return self.env._("%s is cancelled.", self.name)
        if not self.store_count:
            return self.env._("No line of %s goes to a store.", self.name)
        if not self.printer_id:
            return self.env._(
                "Choose the printer: Settings, Marketing, Store Planning, or the "
                "delivery address of the order."
            )
        if not self.printer_id.email:
            return self.env._(
                "%s has no e-mail address: add one to the contact.",
                self.printer_id.name,
            )
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            return self.env._(
                "The server cannot make PDF files: an administrator has to install "
                "wkhtmltopdf there. Until then download the list as a CSV file and "
                "send it yourself."
            )
        return ""

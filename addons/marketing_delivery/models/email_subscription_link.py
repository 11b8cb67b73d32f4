from odoo import models
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketing_base.notification import notify


class EmailSubscriptionLink(models.Model):
    """Staff send a person the way to their own choices, when they ask for it.

    They never see the link: what is saved behind it counts as the person's own act.
    """

    _inherit = "email.subscription.preference"

    def action_send_choices_link(self):
        self.ensure_one()
        self.check_access("read")
        if not self._reads_pii():
            raise AccessError(
                self.env._("Only people who may see the address can write to it.")
            )
        if self.channel != "email" or not self.email_address:
            raise UserError(self.env._("The link can be sent to an e-mail address."))
        pages = self.env["marketing.preference.page"]
        if pages._send_link(self) == "link_limit":
            raise UserError(
                self.env._("Three links were sent today: try again tomorrow.")
            )
        self.env["marketing.audit.log"]._record("choices_link_sent", self)
        return notify("success", self.env._("The link is on its way."), then=None)

from odoo import api, models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Take what came to a bounce mailbox out of Odoo's routing.

        Odoo believes every delivery report and counts it against whoever has the
        address; ours have to prove which message they are about.
        """
        if self.env["delivery.bounce.notice"]._take(message):
            return False
        return super().message_process(
            model,
            message,
            custom_values=custom_values,
            save_original=save_original,
            strip_attachments=strip_attachments,
            thread_id=thread_id,
        )

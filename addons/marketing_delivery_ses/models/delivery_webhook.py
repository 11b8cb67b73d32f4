from odoo import fields, models


class DeliveryWebhook(models.Model):
    _inherit = "delivery.webhook"

    is_from_queue = fields.Boolean(
        "From a Queue",
        readonly=True,
        help="It was read out of an SQS queue, which loses nothing while this server"
        " cannot be reached.",
    )

    def _record(self):
        """A topic alone gives up after a minute, so its silence proves nothing.

        Only what comes out of a queue counts as a receipt, by which a message whose
        answer was lost may be sent again.
        """
        values = super()._record()
        if self.provider_id.provider_type == "ses" and not self.is_from_queue:
            values["receipt_count"] = 0
        return values

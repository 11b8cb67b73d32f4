from odoo import fields, models

DEVICES = [("desktop", "Desktop"), ("mobile", "Mobile"), ("tablet", "Tablet")]


class CustomerProfile(models.Model):
    """What a customer did with messages, counted from the event log."""

    _inherit = "customer.profile"

    device = fields.Selection(
        DEVICES,
        readonly=True,
        help="Device of most opens and clicks that no program is known to have made.",
    )
    delivered_count = fields.Integer(
        "Messages Delivered",
        readonly=True,
        help="E-mails that were accepted and have not bounced so far.",
    )
    open_count = fields.Integer(
        "Messages Opened",
        readonly=True,
        help="E-mails opened by a person; an estimate, as some programs hide it.",
    )
    click_count = fields.Integer(
        "Messages Clicked",
        readonly=True,
        help="Messages with a click that was judged human.",
    )
    conversion_count = fields.Integer(
        "Orders after a Click",
        readonly=True,
        help="Orders credited to a campaign.",
    )
    unsubscribe_count = fields.Integer(
        "Objections", readonly=True, help="Times the customer left the e-mail channel."
    )
    last_open_at = fields.Datetime(
        "Last Open",
        readonly=True,
        help="First open of the message that was opened last.",
    )
    last_click_at = fields.Datetime(
        "Last Click",
        readonly=True,
        help="First human click of the message that was clicked last.",
    )

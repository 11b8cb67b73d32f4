from odoo import fields, models


class DeliveryBrake(models.Model):
    """What stops or slows a campaign at one provider, and who let it go on.

    There is a row once a brake came on; it stays as the memory of what was decided:
    what was sent before a release is not judged again.
    """

    _name = "delivery.brake"
    _description = "Brake"
    _log_access = False
    _order = "campaign_id desc, provider_id"
    _rec_name = "reason"

    campaign_id = fields.Many2one(
        "email.campaign", required=True, readonly=True, ondelete="cascade"
    )
    provider_id = fields.Many2one(
        "delivery.provider", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    level = fields.Selection(
        [("released", "Released"), ("slow", "Slowed down"), ("stopped", "Stopped")],
        required=True,
        readonly=True,
        default="released",
    )
    cause = fields.Selection(
        [
            ("complaints", "Complaints"),
            ("bounces", "Bounces"),
            ("unsubscribes", "Opt-outs"),
            ("failures", "Failures in a row"),
        ],
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    since = fields.Datetime(readonly=True)
    released_at = fields.Datetime(readonly=True)
    released_by = fields.Many2one("res.users", readonly=True, ondelete="set null")

    _pair_uniq = models.Constraint(
        "UNIQUE(campaign_id, provider_id)",
        "A campaign has one brake at each provider.",
    )

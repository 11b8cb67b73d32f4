from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_base.models.marketing_pii import PII

from ..sender.vapid import Vapid, find_subject
from .ir_config_parameter import PUSH_SECRET

# Only the sender reads it: whoever has the keys can write to the device.
SYSTEM = "base.group_system"
_FORGET = """
    DELETE FROM marketing_push_device device
     USING campaign_recipient message
     WHERE message.campaign_id = %s AND message.channel = 'push'
       AND message.state = 'failed' AND message.bounce_type = 'hard'
       AND message.bounced_at > device.last_seen_at
       AND device.company_id = message.company_id
       AND device.address_key = message.address_key
 RETURNING device.company_id, device.address_key
"""


class MarketingPushDevice(models.Model):
    """A browser that agreed to notifications of a company."""

    _name = "marketing.push.device"
    _description = "Push Device"
    _inherit = ["marketing.masked"]
    _order = "last_seen_at desc, id desc"
    _rec_name = "label"
    # made by visitors, who are nobody
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    website_id = fields.Many2one("website", readonly=True, ondelete="set null")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups=PII,
        help="Who was logged in; empty: a visitor. A link of a newsletter is no proof:"
        " it may have been forwarded, and a notification greets by name.",
    )
    address_key = fields.Char(required=True, readonly=True)
    endpoint = fields.Char(required=True, readonly=True, groups=SYSTEM)
    p256dh = fields.Char(required=True, readonly=True, groups=SYSTEM)
    auth = fields.Char(required=True, readonly=True, groups=SYSTEM)
    label = fields.Char("Device", compute="_compute_label")
    device_type = fields.Char(readonly=True)
    browser = fields.Char(readonly=True)
    expires_at = fields.Datetime(readonly=True)
    subscribed_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    last_seen_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )

    _address_uniq = models.Constraint(
        "UNIQUE(company_id, address_key)", "This device is known in this company."
    )

    @api.depends("device_type", "browser")
    def _compute_label(self):
        for device in self:
            words = [device.browser, device.device_type]
            known = [word for word in words if word and word != "unknown"]
            device.label = ", ".join(known).capitalize() or self.env._("Browser")

    @api.depends("label")
    def _compute_display_name(self):
        for device in self:
            device.display_name = device.label

    @api.model
    def _search_display_name(self, operator, value):
        return [("browser", operator, value)]

    @api.model
    def _get_vapid(self, company):
        """Return the key by which push services know this database."""
        parameters = self.env["ir.config_parameter"]
        secret = bytes.fromhex(parameters._get_marketing_secret(PUSH_SECRET))
        return Vapid(secret, find_subject(company.get_base_url(), company.email))

    @api.model
    def _get_endpoint_sql(self, company):
        """SQL of the endpoint that a customer `p` was last seen at."""
        self.flush_model()
        return SQL(
            """(SELECT device.endpoint
                  FROM marketing_push_device device
                  JOIN res_partner owner ON owner.id = device.partner_id
                 WHERE owner.commercial_partner_id = p.id AND device.company_id = %s
                   AND (device.expires_at IS NULL
                        OR device.expires_at > now() AT TIME ZONE 'UTC')
                 ORDER BY device.last_seen_at DESC, device.id DESC LIMIT 1)""",
            company.id,
        )

    @api.model
    def _forget_gone(self, campaign):
        """Drop the devices that a push service said are gone, and their consent.

        One that has subscribed again since keeps both.
        """
        self.flush_model()
        self.env.cr.execute(_FORGET, [campaign.id])
        gone = self.env.cr.fetchall()
        self.invalidate_model(flush=False)
        consents = self.env["email.subscription.preference"]
        for company_id, key in sorted(gone):
            consents._opt_out(company_id, "push", key, source="push_gone")
        return len(gone)

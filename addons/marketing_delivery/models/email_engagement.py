from odoo import fields, models
from odoo.tools import SQL, drop_view_if_exists

from odoo.addons.marketing_base.models.marketing_pii import PII

from . import engagement_sql as rules

_VIEW = """
    CREATE VIEW email_engagement AS
    SELECT e.id, r.id AS recipient_id, r.campaign_id, r.customer_id, r.company_id,
           CASE e.event_type
               WHEN 'email_opened' THEN 'open'
               WHEN 'email_clicked' THEN 'click'
               WHEN 'email_unsubscribed' THEN 'unsubscribe'
               ELSE 'complaint' END AS engagement_type,
           l.url AS link_url,
           e.properties ->> 'user_agent' AS user_agent,
           e.properties ->> 'ip' AS ip_address,
           coalesce(e.properties ->> 'device', 'unknown') AS device_type,
           coalesce(e.properties ->> 'client', 'unknown') AS email_client,
           e.occurred_at AS engaged_at,
           CASE e.event_type
               WHEN 'email_opened' THEN %(machine_open)s
               WHEN 'email_clicked'
                   THEN coalesce(c.verdict = 'machine', e.properties ? 'suspect')
               ELSE FALSE END AS is_machine
      FROM marketing_event e
      JOIN campaign_recipient r ON r.id = e.recipient_id AND %(own)s
      LEFT JOIN delivery_click c
        ON c.source_id = e.source_id AND c.event_id = e.event_id
      LEFT JOIN marketing_link l ON l.id = c.link_id
     WHERE e.event_type IN ('email_opened', 'email_clicked', 'email_unsubscribed',
                            'email_complained')
"""


class EmailEngagement(models.Model):
    """Opens, clicks, opt-outs and complaints of the event log, one row each."""

    _name = "email.engagement"
    _description = "E-mail Engagement"
    _auto = False
    _order = "engaged_at desc, id desc"
    _rec_name = "engagement_type"

    recipient_id = fields.Many2one("campaign.recipient", readonly=True)
    campaign_id = fields.Many2one("email.campaign", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True, groups=PII)
    company_id = fields.Many2one("res.company", readonly=True)
    engagement_type = fields.Selection(
        [
            ("open", "Open"),
            ("click", "Click"),
            ("unsubscribe", "Unsubscribe"),
            ("complaint", "Complaint"),
        ],
        "Type",
        readonly=True,
    )
    link_url = fields.Char("Link", readonly=True)
    user_agent = fields.Char(readonly=True)
    ip_address = fields.Char("Network", readonly=True)
    device_type = fields.Char("Device", readonly=True)
    email_client = fields.Char("Mail Client", readonly=True)
    engaged_at = fields.Datetime("Time", readonly=True)
    is_machine = fields.Boolean("Machine", readonly=True)

    def init(self):
        drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            SQL(_VIEW, machine_open=rules.MACHINE_OPEN, own=rules.OWN_EVENT)
        )

from odoo import models
from odoo.tools import SQL

from odoo.addons.marketing_base.events import insert_selected_events

_CONVERTED = """
    SELECT 'odoo' AS source_id,
           'campaign_converted:' || a.order_id || ':' || a.campaign_id AS event_id,
           'campaign_converted' AS event_type, a.order_date AS occurred_at,
           a.company_id, a.partner_id, a.campaign_id, a.recipient_id,
           jsonb_build_object(
               'order_id', a.order_id, 'order_value', round(a.revenue::numeric, 2),
               'conversion_delay_seconds',
               greatest(0, extract(epoch FROM a.order_date - a.clicked_at))::bigint,
               'attribution_model', 'last_human_click') AS properties
      FROM marketing_attribution a
      JOIN sale_order o ON o.id = a.order_id
     WHERE %(which)s
       AND NOT EXISTS (
           SELECT FROM marketing_event_key known
            WHERE known.source_id = 'odoo'
              AND known.event_id
                  = 'campaign_converted:' || a.order_id || ':' || a.campaign_id)
"""


class MarketingAttribution(models.Model):
    """A credited order is an event, with its value when it was first credited."""

    _inherit = "marketing.attribution"

    def _refresh_orders(self, which):
        result = super()._refresh_orders(which)
        self.env.flush_all()
        insert_selected_events(self.env.cr, SQL(_CONVERTED, which=which))
        return result

import hashlib
import secrets
import time

from odoo import api, models

from odoo.addons.marketing_base.events import Event, insert_events

from ..tracking.targets import is_own, own_host, safe_target, with_utm
from ..tracking.user_agents import is_privacy_proxy
from . import engagement_sql as rules

# One visitor at one link counts once in this time, and one message at most so often:
# a replayed address must not fill the log.
SLOT_SECONDS = 10
MAX_EVENTS_PER_HOUR = 200
UTM_SOURCE = "Newsletter"
UTM_MEDIUM = "Email"

_MESSAGE = """
    SELECT r.company_id, r.customer_id, r.campaign_id,
           now() AT TIME ZONE 'UTC' - r.sent_at < make_interval(secs => %s),
           (SELECT count(*) FROM (
               SELECT FROM marketing_event e
                WHERE e.recipient_id = r.id
                  AND e.occurred_at > now() AT TIME ZONE 'UTC' - interval '1 hour'
                LIMIT %s) recent),
           EXISTS (
               SELECT FROM marketing_event e
                WHERE e.recipient_id = r.id
                  AND e.occurred_at > now() AT TIME ZONE 'UTC' - interval '1 hour'
                  AND starts_with(e.event_id, %s))
      FROM campaign_recipient r WHERE r.id = %s
"""
_LINK = """
    SELECT l.url, u.name, p.website
      FROM campaign_recipient r
      JOIN email_campaign c ON c.id = r.campaign_id
      JOIN marketing_link l ON l.campaign_id = c.id AND l.position = %s
      JOIN res_company company ON company.id = r.company_id
      JOIN res_partner p ON p.id = company.partner_id
      LEFT JOIN utm_campaign u ON u.id = c.utm_campaign_id
     WHERE r.id = %s
"""


class MarketingEngagementIntake(models.AbstractModel):
    """Writes what shoppers do with a message to the event log.

    The hot half of tracking: two or three plain statements, no record is read or
    written, so that a campaign's first minutes do not slow the shop down.
    """

    _name = "marketing.engagement.intake"
    _description = "Intake of Opens and Clicks"

    @api.model
    def _record_open(self, recipient_id, visit):
        """Log that the pixel was loaded; return whether the message exists."""
        suspect = visit.suspicion()
        if not suspect and is_privacy_proxy(visit.agent):
            suspect = "privacy_proxy"
        return self._record("email_opened", recipient_id, visit, suspect)

    @api.model
    def _record_click(self, recipient_id, position, visit):
        """Log the click; return the address to go to, None when there is none."""
        target = self._get_target(recipient_id, position)
        if not target:
            return None
        suspect = visit.suspicion()
        if not suspect and is_privacy_proxy(visit.agent):
            suspect = "bot_agent"  # no browser that follows a link says so little
        self._record("email_clicked", recipient_id, visit, suspect, position)
        return target

    def _get_target(self, recipient_id, position):
        self.env.cr.execute(_LINK, (position, recipient_id))
        url, campaign, website = self.env.cr.fetchone() or (None, None, None)
        target = safe_target(url)
        hosts = {own_host(website), own_host(self.get_base_url())} - {None}
        if not target or not is_own(target, hosts):
            return target
        return with_utm(
            target,
            {
                "utm_source": UTM_SOURCE,
                "utm_medium": UTM_MEDIUM,
                "utm_campaign": campaign,
            },
        )

    def _record(self, event_type, recipient_id, visit, suspect, position=None):
        """Log one event; return whether the message exists."""
        early = (
            rules.EARLY_OPEN_SECONDS if position is None else rules.EARLY_CLICK_SECONDS
        )
        visitor = self._get_visitor_key(event_type, recipient_id, position, visit)
        self.env.cr.execute(
            _MESSAGE, (early, MAX_EVENTS_PER_HOUR, visitor, recipient_id)
        )
        message = self.env.cr.fetchone()
        if not message:
            return False
        company_id, partner_id, campaign_id, is_fresh, recent, is_known = message
        if is_known or recent >= MAX_EVENTS_PER_HOUR:
            return True
        properties = visit.properties(suspect or ("early" if is_fresh else None))
        if position is not None:
            properties["link_position"] = position
        event = Event(
            event_type=event_type,
            event_id=f"{visitor}{secrets.token_hex(6)}",
            company_id=company_id,
            partner_id=partner_id,
            campaign_id=campaign_id,
            recipient_id=recipient_id,
            properties=properties,
        )
        insert_events(self.env.cr, [event])
        return True

    @staticmethod
    def _get_visitor_key(event_type, recipient_id, position, visit):
        """Return the same text for the same visitor in the same few seconds.

        It only begins the event's identifier: two identical ones at once would make
        one of the requests fail and be tried again seconds later. Counting such a
        pair twice changes no verdict.
        """
        visitor = hashlib.sha256(visit.fingerprint().encode()).hexdigest()[:16]
        slot = int(time.time()) // SLOT_SECONDS
        place = "" if position is None else position
        return f"{event_type}:{recipient_id}:{place}:{slot}:{visitor}:"

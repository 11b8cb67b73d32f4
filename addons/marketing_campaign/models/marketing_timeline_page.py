from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .marketing_timeline import EVENT_ICONS

# Conditions that leave enough of the newest events for a page, or that the index of
# the log can follow. Any other (a name, a link) is searched in the whole campaign.
_FOLLOWED = {"campaign_id", "kind", "occurred_at", "is_machine", "company_id"}
_WIDER = 8
_ATTEMPTS = 3

# Each type has its own stretch of the index, read from its end: n entries a type,
# however long the campaign.
BOUND = """
    SELECT newest.occurred_at
      FROM unnest(%(event_types)s) AS t(event_type)
     CROSS JOIN LATERAL (
           SELECT e.occurred_at FROM marketing_event e
            WHERE e.campaign_id = %(campaign)s AND e.event_type = t.event_type
              AND %(times)s
            ORDER BY e.occurred_at %(direction)s LIMIT %(count)s) newest
     ORDER BY 1 %(direction)s OFFSET %(count)s - 1 LIMIT 1
"""


class MarketingTimeline(models.Model):
    """A page of the timeline of one large campaign.

    Sorted as it stands, each page would join all messages of the campaign to throw
    away all but 80. So the time of the last event that can be on the page is looked up
    first, and only what lies on this side of it is joined.
    """

    _inherit = "marketing.timeline"

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        def search(domain, **window):
            return super(MarketingTimeline, self)._search(domain, **window, **kwargs)

        domain = Domain(domain).optimize_full(self)
        for bound in self._get_bounds(domain, (offset or 0) + (limit or 0), order):
            bounded = domain & bound
            needed = (offset or 0) + limit
            if len(search(bounded, limit=needed)) == needed:
                domain = bounded
                break
        return search(domain, offset=offset, limit=limit, order=order)

    @api.model
    def _get_bounds(self, domain, needed, order):
        """Yield ever wider bounds on the time; none where they would be of no use."""
        direction = self._get_direction(order)
        stretch = self._get_stretch(domain)
        if not needed or not direction or not stretch:
            return
        for attempt in range(_ATTEMPTS):
            count = needed * _WIDER**attempt
            self.env.cr.execute(
                SQL(BOUND, **stretch, count=count, direction=SQL(direction))
            )
            row = self.env.cr.fetchone()
            if not row:
                return
            yield Domain("occurred_at", ">=" if direction == "DESC" else "<=", row[0])

    @api.model
    def _get_direction(self, order):
        first = (order or "").partition(",")[0].split()
        if first[:1] != ["occurred_at"]:
            return None
        return "DESC" if first[1:2] and first[1].upper() == "DESC" else "ASC"

    @api.model
    def _get_stretch(self, domain):
        """Return what of the log's index a domain reads; None if it is not plain."""
        terms = [term for term in domain if term != "&"]
        if any(isinstance(t, str) or t[0] not in _FOLLOWED for t in terms):
            return None
        campaigns = self._get_values(terms, "campaign_id")
        if campaigns is None or len(campaigns) != 1:
            return None
        kinds = self._get_values(terms, "kind")
        times = [
            SQL("e.occurred_at %s %s", SQL(operator), value)
            for name, operator, value in terms
            if name == "occurred_at" and operator in ("<", "<=", ">", ">=")
        ]
        return {
            "campaign": next(iter(campaigns)),
            "event_types": [k for k in EVENT_ICONS if kinds is None or k in kinds],
            "times": SQL(" AND ").join(times) if times else SQL("TRUE"),
        }

    @api.model
    def _get_values(self, terms, field):
        """Return the only values a field may have; None if it may have any."""
        for name, operator, value in terms:
            if name == field and operator == "in":
                return set(value)
        return None

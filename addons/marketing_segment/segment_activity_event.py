"""What the event log knows of customers."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .segment_activity import Filter
from .segment_activity_source import ActivitySource
from .segment_activity_sql import CONTACT, any_of, of_company, within

_lt = LazyTranslate(__name__)
#: Kinds of events that customers have; the others are ours.
CATEGORIES = ("behaviour", "campaign")
START = "product_view"


class EventSource(ActivitySource):
    """Events of customers in the log, by the time at which they happened."""

    words = {
        "once": _lt("with the event %(what)s %(when)s"),
        "never": _lt("who never had the event %(what)s"),
        "not_in": _lt("without the event %(what)s %(when)s"),
        "count": _lt("with the event %(what)s %(value)s %(when)s"),
        "days_since_last": _lt("whose last event %(what)s was %(value)s %(when)s"),
        "own": _lt("%(count)s events"),
        "own_once": _lt("1 event"),
    }

    def get_filters(self):
        # superuser: what events are called is no secret; archived ones may be asked for
        types = self.env["marketing.event.type"].sudo().with_context(active_test=False)
        names = {
            one.code: one.name for one in types.search([("category", "in", CATEGORIES)])
        }
        return {
            "types": Filter(
                self.env._("Events"),
                choices=names,
                is_required=True,
                default=(START,) if START in names else tuple(names)[:1],
            )
        }

    def select(self, activity, scope):
        """Ids of merged customers in the log mean those who they are today."""
        today = SQL("COALESCE(merged.canonical_partner_id, event.partner_id)")
        return SQL(
            """SELECT COALESCE(contact.commercial_partner_id, %(today)s) AS partner_id,
                      event.company_id, event.occurred_at AS at
                 FROM marketing_event event
                 LEFT JOIN (SELECT partner_id, canonical_partner_id
                              FROM marketing_identity
                             WHERE canonical_partner_id IS NOT NULL) merged
                   ON merged.partner_id = event.partner_id
                 %(contact)s ON contact.id = %(today)s
                WHERE event.partner_id IS NOT NULL AND event.event_type = ANY(%(types)s)
                  AND %(company)s AND %(period)s AND %(customers)s""",
            today=today,
            contact=CONTACT,
            types=list(activity.chosen["types"]),
            company=of_company(SQL("event.company_id"), scope),
            period=within(self.env, SQL("event.occurred_at"), activity),
            customers=self._of_customers(scope),
        )

    def _of_customers(self, scope):
        """The log is asked by its own index, for all ids that a customer ever had."""
        if scope.partner_ids is None:
            return SQL("TRUE")
        return SQL(
            """event.partner_id IN (
                   SELECT id FROM res_partner WHERE commercial_partner_id = %(any)s
                    UNION
                   SELECT identity.partner_id
                     FROM marketing_identity identity
                     JOIN res_partner partner
                       ON partner.id = identity.canonical_partner_id
                    WHERE partner.commercial_partner_id = %(any)s)""",
            any=any_of(scope.partner_ids),
        )

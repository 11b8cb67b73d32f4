"""What the event log knows of customers."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .segment_activity import Filter
from .segment_activity_source import ActivitySource, tell_goods
from .segment_activity_sql import any_of, join_contacts, of_company, within

_lt = LazyTranslate(__name__)
#: Kinds of events that customers have; the others are ours.
CATEGORIES = ("behaviour", "campaign")
START = "product_view"
# An event names what is shown (a template), what was chosen of it (a variant) or both.
_NAMED = """
    SELECT template.id, product.id
      FROM product_template template
      LEFT JOIN product_product product ON product.product_tmpl_id = template.id
     WHERE template.id = ANY(%(products)s) OR template.categ_id IN (
           SELECT below.id
             FROM product_category chosen
             JOIN product_category below
               ON below.parent_path LIKE chosen.parent_path || '%%'
            WHERE chosen.id = ANY(%(categories)s))
"""
#: Reactions to messages of which `campaign_rejudged` may say later what holds.
REJUDGED = frozenset({"campaign_viewed", "campaign_clicked"})
_SAID = """
    SELECT event.partner_id, event.company_id, event.occurred_at AS at
      FROM marketing_event event
     WHERE event.partner_id IS NOT NULL AND event.event_type = ANY(%(types)s)
       AND %(company)s AND %(period)s AND %(customers)s AND %(goods)s AND %(holds)s
"""
_HOLDS = """
    NOT EXISTS (SELECT FROM marketing_event word
                 WHERE word.event_type = 'campaign_rejudged'
                   AND word.source_id = 'odoo' AND event.source_id = 'odoo'
                   AND word.recipient_id = event.recipient_id
                   AND word.properties ->> 'reaction' = event.event_type)
"""
# of the same person and company as the event that is corrected
_LAST_WORDS = """
    SELECT word.partner_id, word.company_id, word.at
      FROM (SELECT DISTINCT ON (event.recipient_id, event.properties ->> 'reaction')
                   event.partner_id, event.company_id,
                   (event.properties ->> 'at')::timestamp AS at
              FROM marketing_event event
             WHERE event.event_type = 'campaign_rejudged' AND event.source_id = 'odoo'
               AND event.partner_id IS NOT NULL
               AND event.properties ->> 'reaction' = ANY(%(reactions)s)
               AND %(company)s AND %(customers)s AND %(goods)s
             ORDER BY event.recipient_id, event.properties ->> 'reaction',
                   (event.properties ->> 'revision')::int DESC) word
     WHERE word.at IS NOT NULL AND %(period)s
"""


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
            ),
            "categories": Filter(self.env._("Categories"), "product.category"),
            "products": Filter(self.env._("Products"), "product.template"),
        }

    def tell_what(self, activity, names):
        goods = tell_goods(self.env, names)
        if not goods:
            return names["types"]
        return self.env._("%(event)s of %(goods)s", event=names["types"], goods=goods)

    def select(self, activity, scope):
        """Ids of merged customers in the log mean those who they are today."""
        today = SQL("COALESCE(merged.canonical_partner_id, event.partner_id)")
        return SQL(
            """SELECT COALESCE(contact.commercial_partner_id, %(today)s) AS partner_id,
                      event.company_id, event.at
                 FROM (%(said)s) event
                 LEFT JOIN (SELECT partner_id, canonical_partner_id
                              FROM marketing_identity
                             WHERE canonical_partner_id IS NOT NULL) merged
                   ON merged.partner_id = event.partner_id
                 %(contact)s ON contact.id = %(today)s""",
            today=today,
            said=self._select_said(activity, scope),
            contact=join_contacts(self.env, scope),
        )

    def _select_said(self, activity, scope):
        """Select what is logged; of reactions to messages, the last word on them."""
        reactions = sorted(REJUDGED.intersection(activity.chosen["types"]))
        asked = {
            "types": list(activity.chosen["types"]),
            "reactions": reactions,
            "company": of_company(SQL("event.company_id"), scope),
            "customers": self._of_customers(scope),
            "goods": self._is_about(activity),
        }
        said = SQL(
            _SAID,
            period=within(self.env, SQL("event.occurred_at"), activity),
            holds=SQL(_HOLDS) if reactions else SQL("TRUE"),
            **asked,
        )
        if not reactions:
            return said
        period = within(self.env, SQL("word.at"), activity)
        return SQL("%s UNION ALL %s", said, SQL(_LAST_WORDS, period=period, **asked))

    def _is_about(self, activity):
        """Return a condition: the event names one of the chosen products.

        Compared as texts: what a program wrote there need not be a number.
        """
        products, categories = (
            list(activity.chosen[name]) for name in ("products", "categories")
        )
        if not products and not categories:
            return SQL("TRUE")
        rows = self.env.execute_query(
            SQL(_NAMED, products=products, categories=categories)
        )
        ids = [{str(row[place]) for row in rows if row[place]} for place in (0, 1)]
        return SQL(
            """(event.properties ->> 'product_id' = ANY(%s::text[])
                OR event.properties ->> 'variant_id' = ANY(%s::text[]))""",
            *(f"{{{','.join(sorted(each))}}}" for each in ids),
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

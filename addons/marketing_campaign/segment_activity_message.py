"""What customers got from campaigns, and what they did with it."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from odoo.addons.marketing_segment.segment_activity import Filter
from odoo.addons.marketing_segment.segment_activity_source import ActivitySource
from odoo.addons.marketing_segment.segment_activity_sql import (
    join_contacts,
    of_company,
    of_customers,
    within,
)

_lt = LazyTranslate(__name__)

#: What happened to a message -> the moment of it on the message's row.
MOMENTS = {
    "sent": SQL("message.sent_at"),
    "opened": SQL("message.opened_at"),
    "clicked": SQL("message.clicked_at"),
    "unsubscribed": SQL("message.unsubscribed_at"),
    "bounced": SQL("message.bounced_at"),
}


_WORDS = {
    "sent": {
        "once": _lt("who got %(what)s %(when)s"),
        "never": _lt("who never got %(what)s"),
        "not_in": _lt("who did not get %(what)s %(when)s"),
        "count": _lt("who got %(what)s %(value)s %(when)s"),
        "days_since_last": _lt("who last got %(what)s %(value)s %(when)s"),
    },
    "opened": {
        "once": _lt("who opened %(what)s %(when)s"),
        "never": _lt("who never opened %(what)s"),
        "not_in": _lt("who did not open %(what)s %(when)s"),
        "count": _lt("who opened %(what)s %(value)s %(when)s"),
        "days_since_last": _lt("who last opened %(what)s %(value)s %(when)s"),
    },
    "clicked": {
        "once": _lt("who clicked in %(what)s %(when)s"),
        "never": _lt("who never clicked in %(what)s"),
        "not_in": _lt("who did not click in %(what)s %(when)s"),
        "count": _lt("who clicked in %(what)s %(value)s %(when)s"),
        "days_since_last": _lt("who last clicked in %(what)s %(value)s %(when)s"),
    },
    "unsubscribed": {
        "once": _lt("who unsubscribed through %(what)s %(when)s"),
        "never": _lt("who never unsubscribed through %(what)s"),
        "not_in": _lt("who did not unsubscribe through %(what)s %(when)s"),
        "count": _lt("who unsubscribed through %(what)s %(value)s %(when)s"),
        "days_since_last": _lt(
            "who last unsubscribed through %(what)s %(value)s %(when)s"
        ),
    },
    "bounced": {
        "once": _lt("to whom %(what)s bounced %(when)s"),
        "never": _lt("to whom %(what)s never bounced"),
        "not_in": _lt("to whom %(what)s did not bounce %(when)s"),
        "count": _lt("to whom %(what)s bounced %(value)s %(when)s"),
        "days_since_last": _lt("to whom %(what)s last bounced %(value)s %(when)s"),
    },
}
_OWN = {"own": _lt("%(count)s messages"), "own_once": _lt("1 message")}


class MessageSource(ActivitySource):
    """Messages that left, by the moment of what happened to them.

    Clicks are human ones, opens an estimate, as in the numbers of the campaigns.
    """

    start = {"operator": "=", "value": 0, "period": {"from": "today -14d"}}
    anything = _lt("a message")

    def get_filters(self):
        return {
            "action": Filter(
                self.env._("What"),
                choices={
                    "sent": self.env._("Got"),
                    "opened": self.env._("Opened"),
                    "clicked": self.env._("Clicked"),
                    "unsubscribed": self.env._("Unsubscribed"),
                    "bounced": self.env._("Bounced"),
                },
                is_required=True,
                is_single=True,
                default=("sent",),
            ),
            "campaigns": Filter(self.env._("Campaigns"), "email.campaign"),
        }

    def get_words(self, activity):
        return _WORDS[activity.chosen["action"][0]] | _OWN

    def tell_what(self, activity, names):
        campaigns = names["campaigns"]
        return campaigns and self.env._("a message of %s", campaigns)

    def select(self, activity, scope):
        [action] = activity.chosen["action"]
        moment = MOMENTS[action]
        campaigns = activity.chosen["campaigns"]
        return SQL(
            """SELECT COALESCE(contact.commercial_partner_id, message.customer_id)
                      AS partner_id, message.company_id, %(moment)s AS at
                 FROM campaign_recipient message
                 %(contact)s ON contact.id = message.customer_id
                WHERE %(moment)s IS NOT NULL AND %(left)s AND %(company)s
                  AND %(period)s AND %(customers)s AND %(campaigns)s""",
            moment=moment,
            contact=join_contacts(self.env, scope),
            left=SQL("message.state = 'sent'") if action == "sent" else SQL("TRUE"),
            company=of_company(SQL("message.company_id"), scope),
            period=within(self.env, moment, activity),
            customers=of_customers(SQL("message.customer_id"), scope),
            campaigns=SQL("message.campaign_id = ANY(%s)", list(campaigns))
            if campaigns
            else SQL("TRUE"),
        )

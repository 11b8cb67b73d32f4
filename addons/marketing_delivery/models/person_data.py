from odoo import api, models
from odoo.tools import SQL

MAX_ROWS = 5000
_MESSAGES = """
    SELECT campaign.name AS campaign, message.channel, message.email_address AS address,
           message.state, message.sent_at AS sent_on, message.opened_at AS opened_on,
           message.clicked_at AS clicked_on, message.unsubscribed_at AS unsubscribed_on
      FROM campaign_recipient message
      JOIN email_campaign campaign ON campaign.id = message.campaign_id
     WHERE message.address_key = %(key)s AND message.channel = %(channel)s
       AND message.company_id = %(company)s
  ORDER BY message.id DESC LIMIT %(limit)s
"""
_TIMES = ("sent_on", "opened_on", "clicked_on", "unsubscribed_on")


class MarketingPersonData(models.AbstractModel):
    """What one company holds about the owner of an address: plain values, by section.

    Upper addons extend :meth:`_collect` with what they hold.
    """

    _name = "marketing.person.data"
    _description = "Data About a Person"

    @api.model
    def _collect(self, person):
        """Return ``{section: list of dicts or dict}`` that can be written as JSON."""
        self.env.flush_all()
        partner = self._find_own_partner(person)
        return {
            "address": {"channel": person.channel, "address": person.email},
            "customer": self._collect_customer(partner),
            "consents": self._collect_consents(person),
            "consent_history": self._collect_history(person),
            "messages": self._collect_messages(person),
            "events": self._collect_events(person, partner),
        }

    @api.model
    def _find_own_partner(self, person):
        """Return the customer of the link if the address is still theirs.

        A link outlives the address: whoever reads an old mailbox learns nothing about
        a customer who has moved on.
        """
        # the signed private link is the person's right; the public user has none
        partner = self.env["res.partner"].sudo().browse(person.partner_id or [])
        partner = partner.exists()
        own = person.email and partner.email_normalized == person.email
        return partner if own else partner.browse()

    @api.model
    def _collect_customer(self, partner):
        """Return what the customer's record says, as the person gave it."""
        if not partner:
            return {}
        names = ("name", "email", "phone", "street", "street2", "zip", "city")
        known = {name: partner[name] for name in names if partner[name]}
        country = partner.country_id.name
        return known | ({"country": country} if country else {})

    @api.model
    def _collect_consents(self, person):
        rows = self.env["marketing.preference.page"]._find_rows(person)
        return [
            {
                "channel": row.channel,
                "address": row.email_address or None,
                "status": row.status,
                "given_on": _moment(row.consent_given_at),
                "taken_back_on": _moment(row.unsubscribed_at),
                "source": row.source_label or None,
                "reason": row.unsubscribe_reason or None,
                "frequency": row.preferred_frequency,
                "paused_until": _moment(row.paused_until),
                "topics": row.topic_ids.mapped("name"),
            }
            for row in rows
        ]

    @api.model
    def _collect_history(self, person):
        # as above; the lines of this address in the company of the link
        lines = self.env["email.subscription.history"].sudo()
        found = lines.search(
            [
                ("company_id", "=", person.company_id),
                ("channel", "=", person.channel),
                ("address_key", "=", person.address_key),
            ],
            limit=MAX_ROWS,
        )
        labels = dict(lines._fields["change"]._description_selection(self.env))
        return [
            {
                "date": _moment(line.changed_at),
                "change": labels.get(line.change, line.change),
                "details": line.description or None,
                "where": line.source_label,
                "text_shown": line.text_shown or None,
                "reason": line.reason or None,
                "network": line.ip_address or None,
                "program": line.user_agent or None,
            }
            for line in found
        ]

    @api.model
    def _collect_messages(self, person):
        rows = self.env.execute_query_dict(
            SQL(
                _MESSAGES,
                key=person.address_key,
                channel=person.channel,
                company=person.company_id,
                limit=MAX_ROWS,
            )
        )
        return [
            {name: _moment(row[name]) if name in _TIMES else row[name] for name in row}
            for row in rows
        ]

    @api.model
    def _collect_events(self, person, partner):
        """Return what the log knows of the customer, newest first."""
        if not partner:
            return []
        query = SQL(
            """SELECT occurred_at, event_type, properties FROM marketing_event
                WHERE partner_id = ANY(%s) AND company_id = %s
             ORDER BY occurred_at DESC LIMIT %s""",
            self.env["marketing.identity"]._get_all_ids(partner.ids),
            person.company_id,
            MAX_ROWS,
        )
        return [
            {"date": _moment(moment), "type": kind, "details": properties}
            for moment, kind, properties in self.env.execute_query(query)
        ]


def _moment(value):
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else None

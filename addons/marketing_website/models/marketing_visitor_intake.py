import secrets
from datetime import timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.marketing_base.api.problems import Problem
from odoo.addons.marketing_base.event_catalogue import BROWSER
from odoo.addons.marketing_base.intake.batch import read_body
from odoo.addons.marketing_base.links import LinkSigner
from odoo.addons.marketing_base.models.marketing_event_intake import Source
from odoo.addons.marketing_delivery.tracking.user_agents import is_bot

MAX_EVENTS = 25
MAX_AGE = timedelta(days=29)
# a visitor is forgotten 13 months after the token was made, as data protection
# authorities ask of audience measurement
VISITOR_SECONDS = 395 * 86400
DOORS = frozenset((BROWSER,))
PER_ADDRESS = 120
PER_WEBSITE = 6000


class Visitor(NamedTuple):
    """Who a browser is: a number drawn by us, and the customer its token names."""

    number: int
    partner_id: int | None = None
    campaign_id: int | None = None
    how: str = ""


class MarketingVisitorIntake(models.AbstractModel):
    """Events of browsers: every word of them is checked, no identity is believed.

    Who the visitor is comes from the session, or from a token that we signed. A token
    never opens anything; it only says who looked.
    """

    _name = "marketing.visitor.intake"
    _description = "Intake of Visitors' Events"

    @api.model
    def _take_allowance(self, website, address):
        return self.env["marketing.api.limit"]._take_public(
            address, f"website:{website.id}", PER_ADDRESS, PER_WEBSITE
        )

    @api.model
    def _receive(self, website, data, visit, session_partner):
        """Store the events of one request.

        :return: the token that the browser should keep, "" to keep the one it has, or
            None for a request that is none of ours
        """
        if not website._records_visits():
            return None
        body = self._read_body(data)
        if body is None:
            return None
        visitor, is_known = self._identify(website, body, session_partner)
        context = self._describe(visitor, visit)
        raws = [self._prepare(raw, body["t"], visitor, context) for raw in body["e"]]
        source = Source(
            f"website:{website.id}",
            website.company_id.id,
            DOORS,
            partner_id=visitor.partner_id,
        )
        # the visitor has no right to anything; what is stored was checked above
        self.sudo().env["marketing.event.intake"]._receive(source, raws)
        return "" if is_known else self._sign(visitor)

    @staticmethod
    def _describe(visitor, visit):
        """Return what we know ourselves; the browser cannot say any of these."""
        described = visit.properties()
        return {
            "visitor": f"{visitor.number:016x}",
            "device": described["device"],
            "client": described["client"],
            "identified_by": visitor.how or None,
            "suspect": "bot_agent" if is_bot(visit.agent) else None,
        }

    @api.model
    def _read_body(self, data):
        """Return {"t": clock, "v": token, "l": token of a link, "e": events}."""
        try:
            body = read_body(data)
        except Problem:
            return None
        if type(body) is not dict:
            return None
        clock, events = body.get("t"), body.get("e")
        if type(clock) is not int or type(events) is not list:
            return None
        if not 0 < len(events) <= MAX_EVENTS:
            return None
        return body

    def _prepare(self, raw, clock, visitor, context):
        """Return the event as the intake of programs takes it.

        Clocks of visitors are wrong; how long ago it was, by the same clock, is not.
        """
        if type(raw) is not dict:
            return raw
        moment, properties = raw.get("t"), raw.get("p")
        if type(moment) is not int:
            return None  # judged as no event
        age = timedelta(milliseconds=min(max(0, clock - moment), 10**11))
        when = self.env.cr.now() - min(age, MAX_AGE)
        prepared = {
            "event_id": raw.get("i"),
            "event_type": raw.get("n"),
            "occurred_at": f"{when.isoformat()}Z",
            "properties": {
                **(properties if type(properties) is dict else {}),
                **context,
            },
        }
        if visitor.campaign_id and raw.get("n") == "landing":
            prepared["campaign_id"] = visitor.campaign_id
        return prepared

    # === WHO === #

    def _identify(self, website, body, session_partner):
        """Return (visitor, whether the browser's own token says the same)."""
        signer = LinkSigner.from_env(self.env)
        known = signer.verify("visitor", body.get("v"))
        number, partner_id = known or (secrets.randbits(63), 0)
        visitor = Visitor(number, partner_id or None, how="link" if partner_id else "")
        landed = self._read_landing(signer, body.get("l"), website)
        if landed:
            visitor = visitor._replace(**landed)
            if landed["partner_id"] != (partner_id or None):
                known = None
        if visitor.partner_id:
            customer = self._find_customer(visitor.partner_id, website)
            if not customer:
                visitor, known = Visitor(secrets.randbits(63)), None
            elif customer != visitor.partner_id:
                visitor, known = visitor._replace(partner_id=customer), None
        if session_partner:
            # for as long as they are logged in: a browser may be shared
            customer = session_partner.commercial_partner_id.id
            return visitor._replace(partner_id=customer, how="session"), bool(known)
        return visitor, bool(known)

    def _read_landing(self, signer, token, website):
        """Return the customer and campaign of a link that was followed to us."""
        found = signer.verify("landing", token)
        if not found:
            return None
        self.env.cr.execute(
            """SELECT p.commercial_partner_id, r.campaign_id
                 FROM campaign_recipient r JOIN res_partner p ON p.id = r.customer_id
                WHERE r.id = %s AND r.company_id = %s""",
            [found[0], website.company_id.id],
        )
        row = self.env.cr.fetchone()
        return row and {"partner_id": row[0], "campaign_id": row[1], "how": "link"}

    def _find_customer(self, partner_id, website):
        """Return whom the number means today, None when erased, deleted or foreign."""
        self.env.cr.execute(
            SQL(
                """SELECT p.commercial_partner_id FROM res_partner p
                    WHERE p.id = %s AND p.active
                      AND (p.company_id IS NULL OR p.company_id = %s)
                      AND NOT EXISTS (SELECT FROM marketing_identity i
                                       WHERE i.partner_id = p.id
                                         AND i.erased_at IS NOT NULL)""",
                self.env["marketing.identity"]._canonical_sql(SQL("%s", partner_id)),
                website.company_id.id,
            )
        )
        row = self.env.cr.fetchone()
        return row and row[0]

    def _sign(self, visitor):
        partner_id = visitor.partner_id if visitor.how == "link" else 0
        expires = self.env.cr.now().timestamp() + VISITOR_SECONDS
        return LinkSigner.from_env(self.env).sign(
            "visitor", visitor.number, partner_id or 0, expires=expires
        )

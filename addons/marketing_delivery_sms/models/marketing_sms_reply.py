import re
import unicodedata

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_base.addresses import normalise_address
from odoo.addons.marketing_base.events import Event, insert_events
from odoo.addons.marketing_base.evidence import Evidence

STOP = "stop"
START = "start"
# Words that carriers and laws know, and what people of our languages write.
WORDS = {
    **dict.fromkeys(
        "stop stopall unsubscribe cancel end quit revoke optout arret stopp abmelden"
        " baja alto parar sair annulla basta afmelden rezygnuje".split(),
        STOP,
    ),
    **dict.fromkeys("start unstop yes oui ja si sim".split(), START),
}
_WORD = re.compile(r"[a-z]+")


def read_word(text):
    """Return STOP, START or None for a reply; only its first word decides.

    “Stop please” and “STOP.” stop. A yes has to stand alone: “Yes, on Monday” is none.
    """
    plain = unicodedata.normalize("NFKD", str(text or "")[:200]).encode(
        "ascii", "ignore"
    )
    words = _WORD.findall(plain.decode().lower())
    kind = WORDS.get(words[0]) if words else None
    if words[:2] == ["opt", "out"]:
        kind = STOP
    return None if kind == START and len(words) > 1 else kind


class MarketingSmsReply(models.Model):
    """A reply that changed a consent, once; neither its text nor its number."""

    _name = "marketing.sms.reply"
    _description = "SMS Reply"
    _order = "id desc"
    _rec_name = "kind"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    reply_key = fields.Char(
        required=True, readonly=True, help="The gateway's name of the reply."
    )
    kind = fields.Selection(
        [(STOP, "Stop"), (START, "Start")], required=True, readonly=True
    )
    address_key = fields.Char(required=True, readonly=True)
    # no foreign key: a log must not keep a message from being deleted
    recipient_id = fields.Integer("Message", readonly=True, aggregator=None)
    campaign_id = fields.Many2one(
        "email.campaign",
        "Answers",
        compute="_compute_campaign_id",
        help="The campaign of the last message to the number, if it is still there.",
    )
    received_at = fields.Datetime(
        "Received", required=True, readonly=True, default=fields.Datetime.now
    )

    _once = models.Constraint(
        "UNIQUE(company_id, reply_key)", "This reply has been dealt with."
    )

    @api.depends("recipient_id")
    def _compute_campaign_id(self):
        ids = list(filter(None, self.mapped("recipient_id")))
        messages = self.env["campaign.recipient"].browse(ids).exists()
        campaigns = {row.id: row.campaign_id for row in messages}
        for reply in self:
            reply.campaign_id = campaigns.get(reply.recipient_id)

    @api.model
    def _receive(self, companies, number, text, reply_key):
        """Do what a reply asks for; told twice, it is done once.

        Return STOP, START or None for anything else, which nobody keeps.
        """
        kind = read_word(text)
        value = normalise_address("sms", number)
        if not kind or not value:
            return None
        # sudo: the owner of the number acts, and has no user
        self = self.sudo()
        for company in companies:
            self._act(company, value, kind, reply_key)
        return kind

    def _act(self, company, number, kind, reply_key):
        consents = self.env["email.subscription.preference"]
        key = consents._address_key("sms", number)
        message = self._find_last_message(company, key)
        if not self._note(company, kind, key, message, reply_key):
            return
        evidence = Evidence(campaign_id=message.campaign_id.id or None)
        if kind == STOP:
            self._leave(company, number, evidence)
            self._log_left(message)
        else:
            self._come_back(company, number, evidence)

    def _leave(self, company, number, evidence):
        consents = self.env["email.subscription.preference"]
        consents._opt_out(
            company.id,
            "sms",
            consents._address_key("sms", number),
            source="sms_reply",
            address=number,
            evidence=evidence,
        )

    def _come_back(self, company, number, evidence):
        """A yes takes back a no; of a number that we never had it answers nothing."""
        consents = self.env["email.subscription.preference"]
        key = consents._address_key("sms", number)
        known = consents._find_row(company.id, "sms", key)
        if known and not known.is_subscribed:
            consents._opt_in(
                company,
                number,
                channel="sms",
                partner=known.partner_id,
                source="sms_reply",
                evidence=evidence,
            )

    def _note(self, company, kind, key, message, reply_key):
        """Write the reply down; return whether it is new."""
        self.env.cr.execute(
            SQL(
                """INSERT INTO marketing_sms_reply (company_id, reply_key, kind,
                          address_key, recipient_id, received_at, create_uid,
                          write_uid, create_date, write_date)
                   VALUES (%(company)s, %(reply)s, %(kind)s, %(key)s, %(message)s,
                           %(now)s, %(uid)s, %(uid)s, %(now)s, %(now)s)
                       ON CONFLICT (company_id, reply_key) DO NOTHING RETURNING id""",
                company=company.id,
                reply=reply_key[:128],
                kind=kind,
                key=key,
                message=message.id or None,
                now=self.env.cr.now(),
                uid=self.env.uid,
            )
        )
        self.invalidate_model(flush=False)
        return bool(self.env.cr.fetchone())

    def _find_last_message(self, company, key):
        return self.env["campaign.recipient"].search(
            [
                ("company_id", "=", company.id),
                ("channel", "=", "sms"),
                ("address_key", "=", key),
                ("state", "in", ("sent", "in_doubt", "submitting")),
            ],
            order="id desc",
            limit=1,
        )

    def _log_left(self, message):
        """Count the objection for the campaign it answers."""
        if not message:
            return
        insert_events(
            self.env.cr,
            [
                Event(
                    event_type="email_unsubscribed",
                    event_id=f"unsubscribed:{message.send_key}",
                    company_id=message.company_id.id,
                    partner_id=message.customer_id.id,
                    campaign_id=message.campaign_id.id,
                    recipient_id=message.id,
                    properties={"via": "sms_reply"},
                )
            ],
        )

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import groupby

from odoo.addons.marketing_base.models.marketing_pii import PII

from ..bounces import mailbox, reader
from ..bounces import notice as kinds
from ..sender import feedback
from ..sender.feedback import Feedback

BATCH = 200
KEPT_DAYS = 90
KINDS = [
    ("failed", "Not delivered"),
    ("delayed", "Delayed"),
    ("delivered", "Delivered"),
    ("complaint", "Complaint"),
    ("opt_out", "Opt-out"),
    ("auto_reply", "Automatic reply"),
    ("other", "Something else"),
]
RESULTS = [
    ("pending", "Waiting"),
    ("recorded", "Recorded"),
    ("known", "Known"),
    ("ignored", "Ignored"),
    ("unsigned", "Not signed"),
    ("gone", "Message deleted"),
]
FEEDBACK = {
    kinds.FAILED: feedback.BOUNCED,
    kinds.DELAYED: feedback.DEFERRED,
    kinds.DELIVERED: feedback.DELIVERED,
    kinds.COMPLAINT: feedback.COMPLAINED,
    kinds.OPT_OUT: feedback.UNSUBSCRIBED,
}


class DeliveryBounceNotice(models.Model):
    """What came to a bounce mailbox; stored first, worked on later.

    Anybody can write to that mailbox. Only a notice that carries the signed return path
    of one of our messages changes anything, and only what is known of that message.
    """

    _name = "delivery.bounce.notice"
    _description = "Bounce Notice"
    _order = "id desc"
    _rec_name = "kind"
    _log_access = False

    provider_id = fields.Many2one(
        "delivery.provider", readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    recipient_id = fields.Many2one(
        "campaign.recipient",
        "Message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    campaign_id = fields.Many2one(
        "email.campaign", readonly=True, index="btree_not_null", ondelete="set null"
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    result = fields.Selection(
        RESULTS, required=True, readonly=True, default="pending", index=True
    )
    status_code = fields.Char(
        "Status", readonly=True, help="RFC 3463: 5 is for good, 4 for now."
    )
    bounce_type = fields.Selection(
        [("hard", "Hard"), ("soft", "Soft")], "Bounce", readonly=True
    )
    address = fields.Char(readonly=True, groups=PII, help="As the notice names it.")
    detail = fields.Char(
        readonly=True, groups=PII, help="What the mail server said, shortened."
    )
    identifier = fields.Char(required=True, readonly=True)
    token_id = fields.Integer(readonly=True, aggregator=None)
    received_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    occurred_at = fields.Datetime(readonly=True)

    _notice_uniq = models.UniqueIndex(
        "(identifier, COALESCE(token_id, 0))", "This notice was read before."
    )

    # === DOOR ===#

    @api.model
    def _take(self, message):
        """Store a message that came to a bounce mailbox; return whether it did.

        Called for every message that Odoo fetches, so most of them are somebody else's.
        """
        raw = mailbox.get_bytes(message)
        # sudo: whoever fetches the mail knows nothing of marketing
        this = self.sudo()
        verps = this._get_mailboxes()
        addresses = reader.read_addresses(raw) if verps else ()
        provider = next(
            (p for p, verp in verps if any(map(verp.is_mine, addresses))), None
        )
        if not provider:
            return False
        this._store(provider, [verp for _p, verp in verps], reader.read(raw))
        return True

    @api.model
    def _get_mailboxes(self):
        """Return pairs of a provider and what reads the addresses of its mailbox."""
        providers = self.env["delivery.provider"].search(
            [("bounce_address", "!=", False)]
        )
        pairs = [(provider, provider._get_verp()) for provider in providers]
        return [pair for pair in pairs if pair[1]]

    def _store(self, provider, verps, notice):
        token = mailbox.read_token(verps, (*notice.addresses, *notice.returned_to))
        message = self._find_message(token, notice.send_key)
        values = self._prepare_notice(provider, notice, token, message)
        domain = [
            ("identifier", "=", values["identifier"]),
            ("token_id", "=", values["token_id"]),
        ]
        if not self.search_count(domain, limit=1):
            self.create(values)

    def _find_message(self, token, send_key):
        """Return the message of a token, else the one that an unsigned copy names."""
        messages = self.env["campaign.recipient"]
        if token:
            return messages.browse(token).exists()
        found = send_key and messages.search([("send_key", "=", send_key)], limit=1)
        return found or messages

    def _prepare_notice(self, provider, notice, token, message):
        provider = message.provider_id or provider
        is_bounce = notice.kind == kinds.FAILED
        return {
            "provider_id": provider.id,
            "company_id": message.company_id.id or provider.company_id.id,
            "recipient_id": message.id,
            "campaign_id": message.campaign_id.id,
            "kind": notice.kind,
            "result": self._get_first_result(notice, token, message),
            "status_code": notice.status,
            "bounce_type": is_bounce and kinds.get_bounce_type(notice.status),
            "address": mailbox.clean(notice.recipient),
            "detail": mailbox.clean(notice.detail),
            "identifier": notice.identifier,
            "token_id": token or 0,
            "occurred_at": notice.occurred_at,
        }

    @api.model
    def _get_first_result(self, notice, token, message):
        if notice.kind not in FEEDBACK:
            return "ignored"
        if not token:
            return "unsigned"
        return "pending" if message else "gone"

    # === WORK ===#

    @api.model
    def _cron_enqueue(self):
        """Not done at the door: a race for the key would cost the notice."""
        if self.search_count([("result", "=", "pending")], limit=1):
            self._enqueue_work()

    @api.model
    def _enqueue_work(self):
        self.env["marketing.job"]._enqueue(self._name, "_run", key=self._name)

    @api.model
    def _run(self):
        """Record what waits: states, events and stops, by ``delivery.feedback``."""
        waiting = self.search([("result", "=", "pending")], limit=BATCH, order="id")
        for provider, notices in groupby(waiting, lambda notice: notice.provider_id):
            self._record(provider, self.browse().concat(*notices))
        if len(waiting) == BATCH:
            self._enqueue_work()

    def _record(self, provider, notices):
        """One call for all; each notice has an event of its own."""
        gone = notices.filtered(lambda notice: not notice.recipient_id)
        gone.write({"result": "gone"})
        rest = notices - gone
        feedbacks = [notice._to_feedback() for notice in rest]
        known = self._find_known(provider, feedbacks)
        self.env["delivery.feedback"]._record(provider, feedbacks)
        for notice, item in zip(rest, feedbacks, strict=True):
            notice.result = "known" if item.event_id in known else "recorded"

    def _find_known(self, provider, feedbacks):
        """Return the events that the log has already."""
        self.env.cr.execute(
            """SELECT event_id FROM marketing_event_key
                WHERE source_id = %s AND event_id = ANY(%s)""",
            [f"provider:{provider.id}", [item.event_id for item in feedbacks]],
        )
        return {row[0] for row in self.env.cr.fetchall()}

    def _to_feedback(self):
        kind = FEEDBACK[self.kind]
        # a message bounces or complains once, however many notices say so
        name = self.identifier if kind == feedback.DEFERRED else "notice"
        return Feedback(
            kind,
            self.recipient_id.send_key,
            f"{kind}:{self.recipient_id.send_key}:{name}"[:128],
            self.occurred_at or self.received_at,
            detail=self.detail or "",
            bounce_type=self.bounce_type or None,
        )

    @api.autovacuum
    def _gc_notices(self):
        """What a notice said is in the event log; the notice itself is not kept."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        old = Domain("received_at", "<", limit) & Domain("result", "!=", "pending")
        self.search(old, limit=10_000).unlink()

    @api.depends("kind", "status_code")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for notice in self:
            parts = (labels.get(notice.kind), notice.status_code)
            notice.display_name = " ".join(filter(None, parts))

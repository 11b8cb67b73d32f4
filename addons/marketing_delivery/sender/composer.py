"""Turn a claimed row into a message; whatever is wrong with one row stays with it."""

import logging
import time

from psycopg2 import OperationalError

from odoo.addons.marketing_base.addresses import normalise_address, normalise_email

from ..tracking.recipient_links import RecipientLinks
from .adapter import MIME, PARTS, Message
from .mime import HeaderProblem, MessageBuilder, encode_mailbox
from .parts import PartsBuilder

_logger = logging.getLogger(__name__)

LINK_DAYS = 400  # longer than the offer: the way out must keep working


class Unsendable(Exception):
    """A recipient that cannot be sent to: ``reason`` and what is wrong."""

    def __init__(self, reason, detail=None):
        super().__init__(reason)
        self.reason = reason
        self.detail = detail and " ".join(str(detail).split())[:300]


class ContentProblem(Exception):
    """Content that cannot be sent to anybody."""


class Letterhead:
    """What all messages of a campaign share; plain values read once per pump."""

    channel = "email"

    def __init__(
        self, *, sender, name, reply_to, listed, tags, base_url, company_id=None
    ):
        """``listed`` are the headers of a mailing; other mail has none of them."""
        self.sender = sender
        self.company_id = company_id
        self.base_url = base_url
        self.has_unsubscribe = bool(listed)
        self._tags = tuple(tags)
        domain = sender.rpartition("@")[2]
        fixed = [("From", encode_mailbox(name, sender)), ("Reply-To", reply_to)]
        self._mime = MessageBuilder([*fixed, *listed], domain)
        self._parts = PartsBuilder(
            from_name=name, reply_to=reply_to, headers=listed, tags=tags, domain=domain
        )

    @classmethod
    def of(cls, campaign):
        """Read a campaign's header; raise :class:`HeaderProblem` for a bad one."""
        sender = normalise_email(campaign.from_email)
        if not sender:
            raise HeaderProblem("from")
        reply_to = normalise_email(campaign.reply_to_email)
        if campaign.reply_to_email and not reply_to:
            raise HeaderProblem("reply-to")
        domain = sender.rpartition("@")[2]
        company = campaign.company_id
        list_id = f"c{company.id}.marketing.{domain}"
        listed = [
            ("List-ID", encode_mailbox(company.name, list_id)),
            ("Feedback-ID", f"{campaign.id}:c{company.id}:marketing:{domain}"),
        ]
        return cls(
            sender=sender,
            name=campaign.from_name or company.name,
            reply_to=reply_to,
            listed=[] if campaign.is_transactional else listed,
            tags=(f"company-{company.id}", f"campaign-{campaign.id}"),
            base_url=campaign.get_base_url(),
            company_id=company.id,
        )

    def get_links(self, signer, recipient_id, expires):
        """Return the signed addresses of one recipient."""
        return RecipientLinks(self.base_url, signer, recipient_id, expires)

    def build(self, content, *, form, recipient_id, send_key, name, address, one_click):
        """Return the :class:`Message` in the form that the provider wants."""
        head = (recipient_id, send_key, self.sender, address)
        values = {"send_key": send_key, "one_click": one_click}
        if form == PARTS:
            parts = self._parts.build(content, name=name, **values)
            return Message(*head, parts=parts)
        to = encode_mailbox(name, address)
        data = self._mime.build(content, to=to, **values)
        return Message(*head, data=data, company_id=self.company_id, tags=self._tags)


class Composer:
    """``form`` is the one of the adapter's capabilities.

    A renderer may have ``render_slots``: as ``render``, with the skeleton as well, of
    which the fixed pieces are then encoded once.
    """

    def __init__(self, letterhead, renderer, signer, form=MIME):
        self._letterhead = letterhead
        self._renderer = renderer
        self._render = getattr(renderer, "render_slots", renderer.render)
        self._signer = signer
        self._form = form
        self._expires = int(time.time()) + LINK_DAYS * 86400
        self._has_logged = False

    def read_contexts(self, cr, rows):
        try:
            return self._renderer.contexts(cr, rows)
        except OperationalError:
            raise  # the database, not the content
        except Exception as error:
            raise ContentProblem(f"{type(error).__name__}: {error}") from error

    def compose(self, row, contexts):
        """Return the :class:`Message` of a row; raise :class:`Unsendable`."""
        address = normalise_address(self._letterhead.channel, row.email_address)
        if not address:
            raise Unsendable("bad_address" if row.email_address else "no_address")
        if row.id not in contexts:
            raise Unsendable("no_data")
        try:
            return self._build(row, contexts[row.id], address)
        except Unsendable:
            raise
        except HeaderProblem as error:
            raise Unsendable("bad_header", error) from error
        except Exception as error:
            self._log_once(row, error)
            raise Unsendable("render_error", error) from error

    def _build(self, row, context, address):
        letterhead = self._letterhead
        links = letterhead.get_links(self._signer, row.id, self._expires)
        return letterhead.build(
            self._render(row, context, links),
            form=self._form,
            recipient_id=row.id,
            send_key=row.send_key,
            name=row.customer_name,
            address=address,
            one_click=links.one_click() if letterhead.has_unsubscribe else None,
        )

    def _log_once(self, row, error):
        """One line for the operator; the rows have the rest."""
        if not self._has_logged:
            self._has_logged = True
            _logger.warning("message %s cannot be rendered: %r", row.id, error)

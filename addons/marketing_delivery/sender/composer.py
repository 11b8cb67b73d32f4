"""Turn a claimed row into a message; whatever is wrong with one row stays with it."""

import logging
import time

from psycopg2 import OperationalError

from odoo.addons.marketing_base.addresses import normalise_email

from ..tracking.recipient_links import RecipientLinks
from .adapter import Message
from .mime import HeaderProblem, MessageBuilder, encode_mailbox

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

    def __init__(self, *, sender, fixed, base_url, has_unsubscribe):
        self.sender = sender
        self.base_url = base_url
        self.has_unsubscribe = has_unsubscribe
        self.builder = MessageBuilder(fixed, sender.rpartition("@")[2])

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
        fixed = [
            ("From", encode_mailbox(campaign.from_name or company.name, sender)),
            ("Reply-To", reply_to),
            ("List-ID", encode_mailbox(company.name, list_id)),
            ("Feedback-ID", f"{campaign.id}:c{company.id}:marketing:{domain}"),
        ]
        return cls(
            sender=sender,
            fixed=fixed[:2] if campaign.is_transactional else fixed,
            base_url=campaign.get_base_url(),
            has_unsubscribe=not campaign.is_transactional,
        )


class Composer:
    def __init__(self, letterhead, renderer, signer):
        self._letterhead = letterhead
        self._renderer = renderer
        self._signer = signer
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
        address = normalise_email(row.email_address)
        if not address:
            raise Unsendable("bad_address" if row.email_address else "no_address")
        if row.id not in contexts:
            raise Unsendable("no_data")
        try:
            data = self._build(row, contexts[row.id], address)
        except HeaderProblem as error:
            raise Unsendable("bad_header", error) from error
        except Exception as error:
            self._log_once(row, error)
            raise Unsendable("render_error", error) from error
        return Message(row.id, row.send_key, self._letterhead.sender, address, data)

    def _build(self, row, context, address):
        letterhead = self._letterhead
        links = RecipientLinks(letterhead.base_url, self._signer, row.id, self._expires)
        content = self._renderer.render(row, context, links)
        return letterhead.builder.build(
            content,
            send_key=row.send_key,
            to=encode_mailbox(row.customer_name, address),
            one_click=links.one_click() if letterhead.has_unsubscribe else None,
        )

    def _log_once(self, row, error):
        """One line for the operator; the rows have the rest."""
        if not self._has_logged:
            self._has_logged = True
            _logger.warning("message %s cannot be rendered: %r", row.id, error)

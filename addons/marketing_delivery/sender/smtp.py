"""The SMTP adapter: one kept connection, one message at a time."""

from . import dkim, settings
from .adapter import (
    ACCEPTED,
    TRANSIENT,
    UNKNOWN,
    WITHHELD,
    Capabilities,
    Outcome,
    ProviderDown,
)
from .replies import CLOSING, LOGIN_CODES, BrokenReply, get_identifier, refuse
from .smtp_session import SmtpSession

DROPPED = (OSError, BrokenReply)


def double_dots(data):
    """Return a message as it is written after DATA (RFC 5321, 4.5.2)."""
    data = data.replace(b"\r\n.", b"\r\n..")
    return b"." + data if data.startswith(b".") else data


class SmtpAdapter:
    """One connection to a mail server.

    :param signers: ``{(company id or None, domain): DKIM signers}``
    :param verp: makes the return paths; None = the address in From
    :param pool: takes the connection when the adapter is closed; None = it ends
    """

    capabilities = Capabilities()

    def __init__(self, server, *, signers=None, verp=None, pool=None):
        self._server = server
        self._signers = signers or {}
        self._verp = verp
        self._pool = pool
        self._session = None
        self._is_idle = True  # the server waits for a command
        self._lost = 0  # messages in a row that cost the connection before DATA

    def connect(self):
        if not self._session:
            kept = self._pool and self._pool.take(self._server)
            self._session = kept or SmtpSession(self._server)
            self._is_idle = True

    def submit(self, messages, begin):
        for message in messages:
            yield self._submit(message, begin)

    def close(self):
        session, self._session = self._session, None
        if not session:
            return
        if self._pool and self._is_idle:
            self._pool.put(self._server, session)
        else:
            session.close(politely=self._is_idle)

    def _drop(self):
        session, self._session = self._session, None
        if session:
            session.close(politely=False)

    def _submit(self, message, begin):
        content = double_dots(self._sign(message)) + b".\r\n"
        refusal = self._open_twice(message)
        if refusal:
            return refusal
        if not begin(message):
            # only the end of the connection takes back an open DATA
            self._drop()
            return Outcome(WITHHELD)
        return self._send_content(content)

    def _sign(self, message):
        """Return the content as it leaves, signed where its domain has a key."""
        domain = message.sender.rpartition("@")[2]
        signers = self._signers.get((message.company_id, domain), ())
        signers = signers or self._signers.get((None, domain), ())
        return dkim.sign(message.data, signers) if signers else message.data

    def _get_return_path(self, message):
        return self._verp.sign(message.recipient_id) if self._verp else message.sender

    def _open_twice(self, message):
        """Open a message; a connection that idled away is opened again, once.

        One message that costs the connection twice is put off, the second in a row
        says that the provider is the problem.
        """
        for _attempt in range(2):
            try:
                self.connect()
                refusal = self._open_message(message)
            except DROPPED as problem:
                self._drop()
                error = problem
            else:
                self._lost = 0
                return refusal
        self._lost += 1
        if self._lost > 1:
            raise ProviderDown(f"the connection does not last: {error}") from error
        return Outcome(TRANSIENT, str(error), "CONNECTION")

    def _open_message(self, message):
        """Bring the server to 354; return an outcome when it refuses.

        Raises what is in ``DROPPED`` when the connection is of no use any more.
        """
        session = self._session
        self._is_idle = False
        commands = (
            ("MAIL", f"MAIL FROM:<{self._get_return_path(message)}>\r\n".encode()),
            ("RCPT", f"RCPT TO:<{message.address}>\r\n".encode()),
            ("DATA", b"DATA\r\n"),
        )
        if session.can_pipeline:
            session.write(b"".join(line for _verb, line in commands), settings.COMMAND)
        refusal = None
        for verb, line in commands:
            if not session.can_pipeline:
                session.write(line, settings.COMMAND)
            reply = session.read(settings.COMMAND)
            wanted = reply.code == 354 if verb == "DATA" else reply.is_yes
            if not wanted and not refusal:
                refusal = self._refuse(reply, verb)
            if refusal and not session.can_pipeline:
                break
        if refusal:
            self._reset(is_open=verb == "DATA" and wanted)
        return refusal

    def _refuse(self, reply, verb):
        if reply.code == CLOSING:
            raise ConnectionError(str(reply))
        if reply.code in LOGIN_CODES:
            self._drop()
            raise ProviderDown(f"the mail server wants another login: {reply}")
        if not reply.is_no:
            raise BrokenReply(f"unexpected answer to {verb}: {reply}")
        return refuse(reply, verb)

    def _reset(self, *, is_open):
        """Forget the refused message; a server left waiting for content is dropped."""
        try:
            if is_open:
                raise BrokenReply("the server wants content for nobody")
            self._session.write(b"RSET\r\n", settings.COMMAND)
            if not self._session.read(settings.COMMAND).is_yes:
                raise BrokenReply("RSET was refused")
            self._is_idle = True
        except DROPPED:
            self._drop()

    def _send_content(self, content):
        """From here on a lost answer is a doubt, and a reply is the truth."""
        try:
            self._session.write(content, settings.REPLY)
            reply = self._session.read(settings.REPLY)
        except DROPPED as error:
            self._drop()
            return Outcome(UNKNOWN, str(error), "CONTENT")
        self._is_idle = True
        if reply.is_yes:
            identifier = get_identifier(reply.text)
            return Outcome(ACCEPTED, str(reply), "CONTENT", identifier)
        if reply.code == CLOSING or not reply.is_no:
            self._drop()
        if not reply.is_no:
            return Outcome(UNKNOWN, str(reply), "CONTENT")
        return refuse(reply, "CONTENT")

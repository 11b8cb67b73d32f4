"""The mail servers of all recipients who are written to by SMTP."""

from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from plan import get_role
from post import Letter

from runtime import processes

REFUSALS = {
    "unknown": "550 5.1.1 Recipient address rejected: User unknown",
    "policy": "550 5.7.1 Message rejected by local policy",
}


class Receivers:
    """An SMTP server; ``letters`` is what it took."""

    def __init__(self):
        self.letters = []
        self.port = processes.free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self):
        self._controller.stop()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        refusal = REFUSALS.get(get_role(address))
        if not refusal:
            envelope.rcpt_tos.append(address)
        return refusal or "250 2.1.5 Ok"

    async def handle_DATA(self, server, _session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        address = envelope.rcpt_tos[0]
        self.letters.append(
            Letter(
                key=message["X-SK"],
                address=address,
                html=message.get_body(("html",)).get_content(),
                unsubscribe=message["List-Unsubscribe"].strip("<> "),
                return_path=envelope.mail_from,
            )
        )
        if get_role(address) == "silence":
            server.transport.abort()
        return "250 2.0.0 Ok: queued as 4F2A1B"

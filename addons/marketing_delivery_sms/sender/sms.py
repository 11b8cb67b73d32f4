"""The SMS adapter: one message a call, over the gateway of a company."""

from odoo.addons.marketing_delivery.sender.adapter import (
    UNKNOWN,
    WITHHELD,
    Capabilities,
    Outcome,
    ProviderDown,
)

MOST_LOST = 2  # answers in a row; then the gateway is the problem


class SmsAdapter:
    # each costs money: a stop between two messages stops the second
    capabilities = Capabilities(batch=1)

    def __init__(self, gateway):
        self._gateway = gateway
        self._is_checked = False
        self._down = None  # why the next message would not get through
        self._lost = 0

    def connect(self):
        if not self._is_checked:
            self._gateway.check()
            self._is_checked = True

    def submit(self, messages, begin):
        for message in messages:
            yield self._submit(message, begin)

    def close(self):
        self._gateway.close()

    def _submit(self, message, begin):
        if self._down:
            raise ProviderDown(self._down)
        self.connect()
        self._gateway.reach()
        if not begin(message):
            return Outcome(WITHHELD)
        # reports name a message by 32 hex digits
        uuid = message.send_key.replace("-", "")
        text = message.data.decode()
        outcome, self._down = self._gateway.send(message.address, text, uuid)
        self._lost = self._lost + 1 if outcome.kind == UNKNOWN else 0
        if self._lost >= MOST_LOST:
            self._down = f"the SMS gateway does not answer: {outcome.reply}"
        return outcome

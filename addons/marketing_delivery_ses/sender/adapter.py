"""The SES adapter: one kept connection, one message a request, one attempt."""

import re
from functools import partial

from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    MIME,
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
    WITHHELD,
    Capabilities,
    Outcome,
    ProviderDown,
)
from odoo.addons.marketing_delivery.sender.http_link import Lost, NoLink

from . import health
from .pace import Pace
from .replies import BUSY, DOWN, QUOTA, RATE, SANDBOX, Verdict, judge, judge_lost
from .wire import NotBegun, NotWritten, Wire

VERB = "POST"
MAX_LOST = 2  # requests in a row without an answer: the provider is the problem
MAX_RATE = 5  # refusals in a row for being too fast
MAX_SANDBOX = 3  # in a row: the campaign is not a test
RATE_REST = 60.0  # seconds
_TAG = re.compile(r"[\w-]{1,256}", re.ASCII)


class SesAdapter:
    # a batch is what one commit of the gate covers: each message is its own request
    capabilities = Capabilities(batch=10, form=MIME, has_receipts=True)

    def __init__(self, account, connections=1):
        self._account = account
        self._wire = Wire("sesv2", account, account.get_url())
        self._pace = Pace(connections)
        self.told = None  # the account's Health, once connected
        self._is_proven = False
        self._row = (None, 0)  # what the last answers have in common, and how many
        self._down = None  # why nothing more is to be submitted

    # === CONNECTION ===#

    def connect(self):
        """Prove the login by reading how the account is doing; nothing is sent."""
        try:
            self._wire.open()
        except NoLink as error:
            raise ProviderDown(f"cannot connect: {error}") from error
        if self._is_proven:
            return
        try:
            self.told = health.ask(self._account, self._wire)
        except Lost as error:
            raise ProviderDown(f"no answer: {error}") from error
        except ProviderDown:
            self._wire.close()
            raise
        self._pace.set_rate(self.told.rate)
        self._is_proven = True
        # the answer may have been the last one on this connection
        self.connect()

    def close(self):
        self._wire.close()

    # === MESSAGES ===#

    def submit(self, messages, begin):
        for message in messages:
            self._make_ready()
            yield self._submit_one(message, begin)
        self._pass_on()

    def _make_ready(self):
        self._pass_on(is_asked=True)
        self._pace.wait()
        self.connect()

    def _pass_on(self, *, is_asked=False):
        """Raise what the last answer said of the provider.

        What is no fault of the login waits until there is another message.
        """
        if self._down and (is_asked or not self._down.wait):
            down, self._down = self._down, None
            raise down

    def _submit_one(self, message, begin):
        try:
            answer = self._wire.call(
                "send_email", partial(begin, message), **self._prepare(message)
            )
        except NotBegun:
            return Outcome(WITHHELD)
        except NotWritten as error:
            return Outcome(PERMANENT, f"it cannot be written: {error}", VERB)
        except Lost as error:
            verdict = judge_lost(error)
        else:
            verdict = judge(answer, message.sender, message.address)
        self._note(verdict)
        return self._get_outcome(verdict)

    def _prepare(self, message):
        values = {
            "FromEmailAddress": message.sender,
            "Destination": {"ToAddresses": [message.address]},
            "Content": {"Raw": {"Data": message.data}},
            "EmailTags": list(_get_tags(message)),
        }
        if self._account.configuration_set:
            values["ConfigurationSetName"] = self._account.configuration_set
        return values

    def _note(self, verdict):
        """Draw conclusions for the messages that follow."""
        kind = verdict.kind
        self._row = kind, self._row[1] + 1 if self._row[0] == kind else 1
        if kind == UNKNOWN:
            self._is_proven = False  # ask how it is doing before the next one
            health.forget(self._account)
            self._wire.close()
        elif kind == RATE:
            self._pace.slow_down()
        self._down = self._conclude(verdict, self._row[1])

    @staticmethod
    def _conclude(verdict, times):
        """Return why the provider is to be left alone, or None."""
        kind = verdict.kind
        if kind == DOWN:
            return ProviderDown(verdict.text)
        if kind in (BUSY, QUOTA):
            return ProviderDown(verdict.text, verdict.wait)
        if kind == UNKNOWN and times >= MAX_LOST:
            return ProviderDown("it does not answer: two requests were lost", 1.0)
        if kind == RATE and times >= MAX_RATE:
            return ProviderDown(f"too fast: {verdict.text}", RATE_REST)
        if kind == SANDBOX and times >= MAX_SANDBOX:
            return ProviderDown(verdict.text, verdict.wait)
        return None

    @staticmethod
    def _get_outcome(verdict: Verdict):
        kind, text = verdict.kind, verdict.text
        if kind == ACCEPTED:
            return Outcome(ACCEPTED, text, VERB, verdict.message_id)
        if kind == PERMANENT:
            bounce = "hard" if verdict.is_address else None
            return Outcome(PERMANENT, text, VERB, bounce_type=bounce)
        if kind == UNKNOWN:
            return Outcome(UNKNOWN, text, VERB)
        if kind == DOWN:
            return Outcome(WITHHELD)
        return Outcome(TRANSIENT, text, VERB, wait=verdict.wait)


def _get_tags(message):
    """Yield the message's key and its campaign, which SES repeats in each event.

    SES keeps them: nothing in them says who the person is.
    """
    if _TAG.fullmatch(message.send_key):
        yield {"Name": "sk", "Value": message.send_key}
    for tag in message.tags:
        name, _dash, value = tag.partition("-")
        yield {"Name": name, "Value": value}

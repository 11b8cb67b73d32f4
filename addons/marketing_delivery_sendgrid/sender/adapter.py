"""The SendGrid adapter: one kept connection, up to 100 messages a request."""

import json

from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    PARTS,
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
    WITHHELD,
    Capabilities,
    Outcome,
    ProviderDown,
)
from odoo.addons.marketing_delivery.sender.http_link import HttpLink, Lost, NoLink
from odoo.addons.marketing_delivery.sender.retry_after import read_retry_after

from .mail_body import BodyBuilder
from .replies import BUSY, DOWN, REFUSED, VERB, judge, judge_lost

MAX_LOST = 2  # requests in a row without an answer: the provider is the problem
SCOPES, SEND = "/v3/scopes", "/v3/mail/send"


class SendGridAdapter:
    capabilities = Capabilities(batch=100, form=PARTS, has_receipts=True)

    def __init__(self, account):
        self._link = HttpLink(account.url)
        self._headers = account.get_headers()
        self._builder = BodyBuilder(sandbox=account.sandbox)
        self._is_proven = False
        self._lost = 0
        self._rest = None  # why nothing more is to be submitted
        self._down = None  # the same, and there was something

    # === CONNECTION ===#

    def connect(self):
        """Prove the key by reading what it may do; nothing is sent by that."""
        self._open()
        if self._is_proven:
            return
        try:
            reply = self._link.request("GET", SCOPES, self._headers)
        except Lost as error:
            raise ProviderDown(f"no answer: {error}") from error
        self._check_scopes(reply)
        self._is_proven = True

    def _open(self):
        try:
            self._link.open()
        except NoLink as error:
            raise ProviderDown(f"cannot connect: {error}") from error

    def _check_scopes(self, reply):
        if reply.status == 429:
            wait = read_retry_after(reply.headers["Retry-After"])
            raise ProviderDown("too many requests", wait)
        if reply.status != 200:
            raise ProviderDown(judge(reply, shares=True).text)
        try:
            may_send = "mail.send" in json.loads(reply.body)["scopes"]
        except (ValueError, KeyError, TypeError) as error:
            raise ProviderDown("what answers here is not SendGrid") from error
        if not may_send:
            raise ProviderDown("the API key may not send mail: it lacks Mail Send")

    def close(self):
        self._link.close()

    # === MESSAGES ===#

    def submit(self, messages, begin):
        outcomes = {}
        told = 0
        for request in self._plan(messages):
            if not self._down:
                self._submit_request(request, begin, outcomes)
            while told in outcomes:
                yield outcomes[told]
                told += 1
        for number in range(told, len(messages)):
            yield outcomes.get(number, Outcome(WITHHELD))
        if self._down:
            down, self._down = self._down, None
            raise down

    def _plan(self, messages):
        """Return lists of ``(number, message)``: what can go in one request.

        An address can be in a request once only.
        """
        shared, requests = {}, []
        for item in enumerate(messages):
            message = item[1]
            if not self._builder.can_share(message):
                requests.append([item])
                continue
            key = (message.sender, message.parts.content.skeleton, message.parts.tags)
            request = shared.get(key)
            if not request or message.address in {m.address for _n, m in request}:
                request = shared[key] = []
                requests.append(request)
            request.append(item)
        return requests

    def _submit_request(self, items, begin, outcomes):
        """Submit what is in one request, in halves when it is refused as a whole."""
        if not self._make_ready():
            return
        allowed = [item for item in items if begin(item[1])]
        for number, _message in items:
            outcomes[number] = Outcome(WITHHELD)
        if not allowed:
            return
        messages = [message for _number, message in allowed]
        verdict = self._post(messages)
        if verdict.kind == REFUSED and len(allowed) > 1:
            half = len(allowed) // 2
            self._submit_request(allowed[:half], begin, outcomes)
            if not self._down:
                self._submit_request(allowed[half:], begin, outcomes)
            return
        outcome = self._get_outcome(verdict)
        outcomes.update(dict.fromkeys((number for number, _m in allowed), outcome))

    def _make_ready(self):
        """Return whether a request can be made; note why not."""
        try:
            if self._lost >= MAX_LOST:
                raise ProviderDown("it does not answer: two requests were lost")
            if not self._rest:
                self.connect()
        except ProviderDown as down:
            self._rest = down
        self._down, self._rest = self._rest, None
        return not self._down

    def _post(self, messages):
        body = self._builder.build(messages)
        shares = len(messages) > 1
        try:
            reply = self._link.request("POST", SEND, self._headers, body)
        except Lost as error:
            verdict = judge_lost(error)
        else:
            verdict = judge(reply, shares=shares)
        self._note(verdict)
        return verdict

    def _note(self, verdict):
        """Draw conclusions for the requests that follow."""
        if verdict.kind == UNKNOWN:
            self._lost += 1
            self._is_proven = False  # ask what it may do before the next one
            self._link.close()
        else:
            self._lost = 0
        if verdict.kind == BUSY:
            self._rest = ProviderDown(verdict.text, verdict.wait)
        if verdict.kind == DOWN:
            self._down = ProviderDown(verdict.text)

    @staticmethod
    def _get_outcome(verdict):
        text = verdict.text
        if verdict.kind == ACCEPTED:
            return Outcome(ACCEPTED, text, VERB, verdict.message_id)
        if verdict.kind == REFUSED:
            bounce = "hard" if verdict.is_address else None
            return Outcome(PERMANENT, text, VERB, bounce_type=bounce)
        if verdict.kind == BUSY:
            return Outcome(TRANSIENT, text, VERB, wait=verdict.wait)
        if verdict.kind == DOWN:
            return Outcome(WITHHELD)
        return Outcome(UNKNOWN, text, VERB)

"""A company's SMS gateway, used through Odoo's own class, one message a call."""

from typing import NamedTuple, Protocol

import requests

from odoo.addons.iap.tools.iap_tools import InsufficientCreditError, iap_jsonrpc
from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
    Outcome,
    ProviderDown,
)

from .failures import clean_reply, judge_error

TIMEOUT = 30  # seconds without a byte
TAKEN = frozenset(("success", "processing", "sent"))
# State of the answer -> the bounce it is, if the number is what is wrong.
REFUSED = {
    "wrong_number_format": "hard",
    "sms_number_missing": "hard",
    "country_not_supported": None,
    "registration_needed": None,
    "incompatible_content": None,
}
# What is wrong with the account; nobody's message would get through.
ACCOUNT = frozenset(("insufficient_credit", "unregistered"))


class Verdict(NamedTuple):
    """The outcome of a message, and why no other can be sent, if so."""

    outcome: Outcome
    down: str | None = None


class Gateway(Protocol):
    """The way to one gateway; plain values only, as an adapter."""

    def check(self) -> None:
        """Make sure that the account works; raises :class:`ProviderDown`."""

    def reach(self) -> None:
        """Make sure that the gateway answers at all; raises :class:`ProviderDown`."""

    def send(self, number: str, text: str, uuid: str) -> Verdict:
        """Submit one message; never raises."""

    def close(self) -> None:
        """Let go of connections."""


class IapGateway:
    """Odoo's own service.

    :param api: ``sms.tools.SmsApi`` that holds plain values
    :param endpoint: address of the SMS service
    :param balance: address and parameters of the call that tells the credits
    """

    def __init__(self, api, *, endpoint, balance, report_url):
        self._api = api
        self._endpoint = endpoint
        self._balance_url, self._balance_values = balance
        self._report_url = report_url
        self._session = requests.Session()

    def check(self):
        """Without credits each message would cost an attempt."""
        values = dict(self._balance_values)
        try:
            credits_left = iap_jsonrpc(
                self._balance_url, params=values, timeout=TIMEOUT
            )
        except Exception as error:
            raise ProviderDown(_say_unreachable(error)) from error
        if not isinstance(credits_left, int | float) or credits_left <= 0:
            raise ProviderDown("no credits are left for SMS")

    def reach(self):
        reach(self._session, self._endpoint)

    def send(self, number, text, uuid):
        message = {"content": text, "numbers": [{"number": number, "uuid": uuid}]}
        try:
            results = self._api._send_sms_batch(
                [message], delivery_reports_url=self._report_url
            )
        except InsufficientCreditError:
            outcome = Outcome(TRANSIENT, "no credits are left for SMS", "POST")
            return Verdict(outcome, outcome.reply)
        except Exception as error:
            return Verdict(*judge_error(error))
        return judge_results(results, uuid)

    def close(self):
        self._session.close()


def reach(session, url):
    """Ask a server for nothing; any answer will do."""
    try:
        session.head(url, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        raise ProviderDown(_say_unreachable(error)) from error


def judge_results(results, uuid):
    """Return the :class:`Verdict` of what ``_send_sms_batch`` returned."""
    mine = [r for r in results or () if isinstance(r, dict) and r.get("uuid") == uuid]
    state = str(mine[0].get("state")) if len(mine) == 1 else "no state"
    words = (mine[0].get("failure_reason") if mine else "") or ""
    reply = clean_reply(f"{state} {words}")
    if state in TAKEN:
        return Verdict(Outcome(ACCEPTED, reply, "POST", uuid))
    if state in REFUSED:
        bounce_type = REFUSED[state]
        return Verdict(Outcome(PERMANENT, reply, "POST", bounce_type=bounce_type))
    if state in ACCOUNT:
        return Verdict(Outcome(TRANSIENT, reply, "POST"), reply)
    return Verdict(Outcome(UNKNOWN, reply, "POST"))


def _say_unreachable(error):
    return f"the SMS gateway cannot be reached ({type(error).__name__})"

"""Twilio through Odoo's own class, with the answer read for what it really says.

Odoo's class gives up after five seconds and keeps neither the status nor the error:
a message that may have left would look like one that was refused. So the one request it
makes is made here, with plain values, and the answer is kept.
"""

from typing import NamedTuple

import requests

from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    OBJECTED,
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
    Outcome,
    ProviderDown,
)
from odoo.addons.marketing_delivery_sms.sender.failures import (
    clean_reply,
    judge_error,
    judge_status,
)
from odoo.addons.marketing_delivery_sms.sender.gateway import TIMEOUT, Verdict, reach
from odoo.addons.marketing_delivery_sms.sender.plain_env import PlainEnv
from odoo.addons.phone_validation.tools.phone_validation import (
    phone_get_country_code_for_number,
)

DEFAULT_ENDPOINT = "https://api.twilio.com"
# https://www.twilio.com/docs/api/errors: code -> the bounce it is, if the number is it.
REFUSED = {
    21211: "hard",  # not a number
    21214: "hard",  # cannot be reached
    21217: "hard",
    21265: "hard",
    21266: None,  # from and to are one
    21408: None,  # the account may not send to this country
    21602: None,  # no text
    21604: "hard",
    21608: None,  # a trial account sends to verified numbers only
    21610: OBJECTED,  # the recipient replied STOP
    21612: "soft",  # no way from this sender to this number
    21614: "hard",  # not a mobile number
    21617: None,  # text too long
    30005: "hard",
    30006: "hard",  # a landline
}
# The account or the sender is what is wrong.
ACCOUNT = frozenset((20003, 20005, 20008, 21603, 21606, 21609, 21659, 21660, 21705))
BUSY = frozenset((14107, 20429, 30001, 63018))  # queue full, too many requests


class Numbers(NamedTuple):
    """The senders of a company: pairs of country code and number, best first."""

    pairs: tuple[tuple[str, str], ...]
    shown: str | None = None

    def pick(self, to_number):
        """The one of the recipient's country, else the first."""
        if self.shown or not self.pairs:
            return self.shown or ""
        country = phone_get_country_code_for_number(to_number)
        same = [number for code, number in self.pairs if country and code == country]
        return same[0] if same else self.pairs[0][1]


class TwilioGateway:
    """
    :param api_class: that of the company, a ``SmsApiTwilio``
    :param report_url: where reports go, without the name of the message
    """

    def __init__(self, api_class, *, endpoint, sid, token, numbers, report_url, lang):
        self._base = f"{endpoint.rstrip('/')}/2010-04-01/Accounts/{sid}"
        self._endpoint = endpoint
        self._auth = (sid, token)
        self._session = requests.Session()
        self._has_sender = bool(numbers.shown or numbers.pairs)
        self._api = _make_api(api_class, lang)
        self._api.told = Told(
            self._session,
            f"{self._base}/Messages.json",
            self._auth,
            numbers,
            report_url,
        )

    def check(self):
        if not self._has_sender:
            raise ProviderDown("the Twilio account has no number to send from")
        try:
            response = self._session.get(
                f"{self._base}.json",
                auth=self._auth,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            words = f"Twilio cannot be reached ({type(error).__name__})"
            raise ProviderDown(words) from error
        if response.status_code != 200:
            raise ProviderDown(f"Twilio refuses the account: {response.status_code}")
        status = read_json(response).get("status")
        if status != "active":
            raise ProviderDown(f"the Twilio account is {clean_reply(status)}")

    def reach(self):
        reach(self._session, self._endpoint)

    def send(self, number, text, uuid):
        message = {"content": text, "numbers": [{"number": number, "uuid": uuid}]}
        told = self._api.told
        told.response = told.error = None
        try:
            self._api._send_sms_batch([message])
        except Exception as error:  # an answer that is no JSON, for one
            told.error = told.error or error
        if told.response is not None:
            return judge_response(told.response)
        return Verdict(*judge_error(told.error or ConnectionError("no request")))

    def close(self):
        self._session.close()


class Told:
    """The one request of a message; it keeps the answer."""

    def __init__(self, session, url, auth, numbers, report_url):
        self._session = session
        self._url = url
        self._auth = auth
        self._numbers = numbers
        self._report_url = report_url
        self.response = self.error = None

    def post(self, number, text, uuid):
        data = {
            "From": self._numbers.pick(number),
            "To": number,
            "Body": text,
            "StatusCallback": f"{self._report_url}{uuid}",
        }
        try:
            self.response = self._session.post(
                self._url,
                data=data,
                auth=self._auth,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            self.error = error
        return self.response


def _make_api(api_class, lang):
    class Api(api_class):
        """Odoo's class, without an environment of its own."""

        def __init__(self):
            self.env = PlainEnv(lang, {})
            self.company = None
            self.told = None

        def _sms_twilio_send_request(self, session, to_number, body, uuid):
            return self.told.post(to_number, body, uuid)

    return Api()


def read_json(response):
    """Return the object of an answer, empty when there is none."""
    try:
        values = response.json()
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def judge_response(response):
    """Return the :class:`Verdict` for an answer of the Messages resource."""
    values = read_json(response)
    code = values.get("code") or values.get("error_code")
    reply = clean_reply(f"{response.status_code} {code or ''} {values.get('message')}")
    if response.status_code in (200, 201):
        sid = values.get("sid")
        if not sid:
            return Verdict(Outcome(UNKNOWN, reply, "POST"))
        return Verdict(Outcome(ACCEPTED, str(response.status_code), "POST", str(sid)))
    if response.status_code == 429 or code in BUSY:
        return Verdict(Outcome(TRANSIENT, reply, "POST", wait=_read_wait(response)))
    if code in ACCOUNT:
        return Verdict(Outcome(TRANSIENT, reply, "POST"), reply)
    if code in REFUSED:
        return Verdict(Outcome(PERMANENT, reply, "POST", bounce_type=REFUSED[code]))
    return Verdict(*judge_status(response.status_code, values.get("message") or ""))


def _read_wait(response):
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() else 0.0

"""What arrived, and what people do with it: each through the real links."""

import html
import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from plan import get_role

from demo_job.shoppers import AGENTS, SCANNER, fetch

THREADS = 4


class Letter(NamedTuple):
    """One message as its recipient has it."""

    key: str
    address: str
    html: str
    unsubscribe: str
    return_path: str = ""

    @property
    def role(self):
        return get_role(self.address)

    @property
    def pixel(self):
        [url] = re.findall(r'src="(http[^"]+/mm/o/[^"]+)"', self.html)
        return html.unescape(url)

    @property
    def links(self):
        urls = re.findall(r'href="(http[^"]+/mm/c/[^"]+)"', self.html)
        return [html.unescape(url) for url in urls]


def read_sendgrid(peer):
    """Return the letters of what SendGrid took."""
    people = [
        (person["custom_args"]["sk"], person)
        for body in peer.bodies
        for person in body["personalizations"]
    ]
    shown = dict(peer.messages)
    return [
        Letter(
            key=key,
            address=person["to"][0]["email"],
            html=shown[key][1],
            unsubscribe=person["headers"]["List-Unsubscribe"].strip("<> "),
        )
        for key, person in people
        if key in shown
    ]


def react(letters):
    """Let everybody do what the plan says."""
    with ThreadPoolExecutor(THREADS) as pool:
        for _done in pool.map(_react, enumerate(letters)):
            pass


def _react(numbered):
    number, letter = numbered
    agent = AGENTS[number % len(AGENTS)]
    role = letter.role
    if role in ("reader", "clicker"):
        assert fetch(letter.pixel, agent)
    if role == "clicker":
        assert fetch(letter.links[number % len(letter.links)], agent)
    if role in ("scanner", "hasty"):
        robot = SCANNER if role == "scanner" else agent
        assert all([fetch(url, robot) for url in letter.links])
    if role == "scanner":
        assert fetch(letter.pixel, SCANNER)
    if role in ("leaver", "twice"):
        press_unsubscribe(letter)


def press_unsubscribe(letter):
    """What a mailbox does for its owner (RFC 8058): neither cookies nor redirects."""
    body = b"List-Unsubscribe=One-Click"
    with urllib.request.urlopen(
        urllib.request.Request(letter.unsubscribe, body), timeout=30
    ) as answer:
        assert answer.status == 200

"""People who got the mail: some open it, some click, each through the real links."""

import email
import email.policy
import email.utils
import hashlib
import html
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

# Shares of those who got the mail, and of those who clicked it.
OPENS, CLICKS, ORDERS = 0.62, 0.34, 0.3
AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36",
)
# A person needs some seconds before opening; whatever comes at once is a machine.
PATIENCE = 6
SCANNER = "Mozilla/5.0 (compatible; LinkScanner/2.1; bot)"


@dataclass
class Mail:
    """What a shopper sees of one message."""

    recipient: str
    subject: str
    pixel: str | None
    links: list[str]
    unsubscribe: str | None

    @property
    def address(self) -> str:
        return email.utils.parseaddr(self.recipient)[1]

    @property
    def mood(self) -> float:
        """A number in [0, 1) that is always the same for a recipient."""
        digest = hashlib.sha256(self.address.encode()).digest()
        return int.from_bytes(digest[:4]) / 2**32


def read_mails(folder: Path, already: set[str]) -> list[Mail]:
    """Parse the kept messages that are not in ``already`` (file names)."""
    files = sorted(file for file in folder.glob("*.eml") if file.name not in already)
    return [_parse(file) for file in files]


def _parse(file: Path) -> Mail:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = message.get_body(("html",)).get_content()
    urls = [html.unescape(url) for url in re.findall(r'href="(http[^"]+)"', body)]
    pixels = re.findall(r'src="(http[^"]+/mm/o/[^"]+)"', body)
    header = message.get("List-Unsubscribe", "")
    return Mail(
        recipient=str(message["To"]),
        subject=str(message["Subject"]),
        pixel=html.unescape(pixels[0]) if pixels else None,
        links=[url for url in urls if "/mm/c/" in url],
        unsubscribe=next(iter(re.findall(r"<(http[^>]+)>", header)), None),
    )


def react(mails: list[Mail]) -> dict[str, int]:
    """Open and click as people do; one scanner clicks everything, as scanners do."""
    done = {"opened": 0, "clicked": 0, "scanner clicks": 0, "unsubscribed": 0}
    for number, mail in enumerate(mails):
        agent = AGENTS[number % len(AGENTS)]
        if mail.mood < OPENS and mail.pixel:
            done["opened"] += fetch(mail.pixel, agent)
        if mail.mood < CLICKS and mail.links:
            done["clicked"] += fetch(mail.links[number % len(mail.links)], agent)
    if mails:
        done["scanner clicks"] = sum(fetch(url, SCANNER) for url in mails[-1].links)
        done["unsubscribed"] = _unsubscribe(max(mails, key=lambda mail: mail.mood))
    return done


def fetch(url: str, agent: str) -> bool:
    """GET one link; a redirect is an answer (the shop itself need not answer)."""
    request = urllib.request.Request(url, headers={"User-Agent": agent})
    try:
        with _opener().open(request, timeout=30) as answer:
            return answer.status < 400
    except urllib.error.HTTPError as error:
        return 300 <= error.code < 400


def _unsubscribe(mail: Mail) -> int:
    """Press the mailbox's own unsubscribe button (RFC 8058)."""
    if not mail.unsubscribe:
        return 0
    body = b"List-Unsubscribe=One-Click"
    with _opener().open(urllib.request.Request(mail.unsubscribe, body), timeout=30):
        return 1


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments):
        return None


def _opener():
    return urllib.request.build_opener(_StayHere)


def wait_until(ready, seconds: float, pause: float = 0.5) -> bool:
    """Ask ``ready`` until it answers true; return whether it did in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(pause)
    return False

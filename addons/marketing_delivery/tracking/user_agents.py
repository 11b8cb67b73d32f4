"""What a User-Agent header says about the device, the mail client and the sender.

Everything here is a hint for reports and for the verdict on opens and clicks; a
header can say anything, so nothing else may depend on it.
"""

import re
from functools import lru_cache

MAX_LENGTH = 256

# CUBOT is a brand of phones, not a robot.
_BOT = re.compile(
    r"(?<!cu)bot(?![a-z])|crawl|spider|slurp|scanner|link.?check|url.?preview"
    r"|bingpreview|facebookexternalhit|whatsapp/|skypeuripreview|headlesschrome"
    r"|phantomjs|barracuda|proofpoint|mimecast|symantec|forcepoint|trendmicro"
    r"|cloudmark|safelinks|existence discovery|protocol discovery|googleother"
    r"|google-safety|curl/|wget/|python-|aiohttp|httpx|go-http-client"
    r"|^java/|apache-httpclient|libwww-perl|node-fetch|axios/|okhttp/",
    re.IGNORECASE,
)
_TABLET = re.compile(r"ipad|tablet|kindle|silk/|android(?!.*mobile)", re.IGNORECASE)
_MOBILE = re.compile(r"iphone|ipod|android|mobile|windows phone", re.IGNORECASE)
_DESKTOP = re.compile(r"windows nt|macintosh|x11|cros |linux", re.IGNORECASE)
# The first match names the client: proxies and mail programs before browsers.
_CLIENTS = (
    ("gmail", re.compile(r"GoogleImageProxy|GmailImageProxy")),
    ("yahoo", re.compile(r"YahooMailProxy|YahooMobileMail")),
    ("outlook", re.compile(r"Outlook|MSOffice|ms-office", re.IGNORECASE)),
    ("thunderbird", re.compile(r"Thunderbird")),
    ("samsung_email", re.compile(r"SamsungEmail|Samsung.?Mail", re.IGNORECASE)),
    ("edge", re.compile(r"Edg(e|A|iOS)?/")),
    ("samsung_browser", re.compile(r"SamsungBrowser/")),
    ("opera", re.compile(r"OPR/|Opera")),
    ("firefox", re.compile(r"Firefox/|FxiOS/")),
    ("chrome", re.compile(r"Chrome/|CriOS/")),
    ("safari", re.compile(r"Version/[\d.]+ .*Safari/")),
    ("apple_mail", re.compile(r"AppleWebKit/[\d.]+ \(KHTML, like Gecko\)")),
)
# Apple's Mail Privacy Protection loads every image ahead and says only this.
_PRIVACY_PROXY = "Mozilla/5.0"
PRIVACY_CLIENT = "apple_mail_privacy"
_PROXIES = ("gmail", "yahoo", PRIVACY_CLIENT)


def clean(header):
    """Return printable text of at most MAX_LENGTH characters that jsonb accepts."""
    return "".join(c for c in (header or "")[:MAX_LENGTH] if c.isprintable()).strip()


@lru_cache(maxsize=4096)
def device_type(agent):
    """Return desktop, mobile, tablet or unknown, as with what a proxy pretends."""
    if email_client(agent) in _PROXIES:
        return "unknown"
    if _TABLET.search(agent):
        return "tablet"
    if _MOBILE.search(agent):
        return "mobile"
    return "desktop" if _DESKTOP.search(agent) else "unknown"


@lru_cache(maxsize=4096)
def email_client(agent):
    """Return the key of the mail client or browser, "unknown" when not known."""
    if agent == _PRIVACY_PROXY:
        return PRIVACY_CLIENT
    return next((key for key, rule in _CLIENTS if rule.search(agent)), "unknown")


@lru_cache(maxsize=4096)
def is_bot(agent):
    """Tell whether the agent names a robot, a scanner, a library, or nothing."""
    return not agent or bool(_BOT.search(agent))


def is_privacy_proxy(agent):
    """Tell whether this is Apple's proxy, which fetches mail nobody has read."""
    return agent == _PRIVACY_PROXY

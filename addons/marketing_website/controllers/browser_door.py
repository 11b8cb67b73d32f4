"""What the addresses have in common to which browsers of visitors write.

`csrf` off: a page of the cache has no token of its own. A request of another site is
refused by its origin, and the session only says who it is, never who may.
"""

from urllib.parse import urlsplit

from odoo.http import Response, request

from odoo.addons.marketing_delivery.controllers.answers import PRIVATE

DOOR = {
    "type": "http",
    "auth": "public",
    "csrf": False,
    "save_session": False,
    "sitemap": False,
}


def is_same_origin(httprequest):
    """Whether a page of this very host sent it; scripts always say from where."""
    try:
        origin = urlsplit(httprequest.headers.get("Origin", ""))
    except ValueError:
        return False
    return bool(origin.netloc) and origin.netloc == httprequest.host


def is_foreign(httprequest):
    """Whether a page of another site sent it; of a form not all browsers say it."""
    return bool(httprequest.headers.get("Origin")) and not is_same_origin(httprequest)


def get_session_partner():
    """Return who is logged in, None for a visitor, whatever the browser says."""
    user = request.env.user
    return None if user._is_public() else user.partner_id


def refuse():
    return Response(status=404, headers=PRIVATE)


def slow_down(seconds):
    return Response(status=429, headers={**PRIVATE, "Retry-After": str(seconds)})

"""What all public addresses of a message have in common."""

from odoo.exceptions import UserError
from odoo.http import Response, request

from odoo.addons.marketing_base.links import LinkSigner

from ..tracking.visit import read_visit

MAX_BODY = 16 * 1024
PRIVATE = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
# `auth` public: a shopper has no account. The session is never written: a cookie
# would need consent, and RFC 8058 forbids relying on one.
PUBLIC_ROUTE = {
    "type": "http",
    "auth": "public",
    "save_session": False,
    "sitemap": False,
    "max_content_length": MAX_BODY,
}
# Pages with forms: no script, no foreign content, never in a frame.
FORM_PAGE = {
    **PRIVATE,
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
}
# `csrf` off: the signed token in the address is the proof, there is no session.
FORM_ROUTE = {**PUBLIC_ROUTE, "methods": ["GET", "POST"], "csrf": False}
_PLAIN_PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{title}</title><style>body{{font:16px/1.5 system-ui,sans-serif;"
    "color:#1f2937;background:#f5f6f8;margin:0;display:grid;min-height:100vh;"
    "place-items:center}}main{{padding:24px;max-width:26rem;text-align:center}}"
    "h1{{font-size:1.375rem}}</style></head><body><main><h1>{title}</h1>"
    "<p>{hint}</p></main></body></html>"
)


def verify(scope, token):
    """Return (recipient id, number) of a valid token, else None."""
    signer = find_signer(LinkSigner)
    return signer and signer.verify(scope, token)


def find_signer(kind):
    """None where the secret cannot be opened: no link can be told from a forged one."""
    try:
        return kind.from_env(request.env)
    except UserError:
        return None


def not_found():
    """Answer the same to every wrong token: nothing can be learned by trying."""
    title = request.env._("This link is not valid")
    return _plain(404, title, request.env._("It may be incomplete or too old."))


def too_many():
    title = request.env._("That was very often")
    return _plain(429, title, request.env._("Please try again in an hour."))


def _plain(status, title, hint):
    page = _PLAIN_PAGE.format(title=title, hint=hint)
    return Response(page, status=status, headers=PRIVATE, mimetype="text/html")


def visit():
    return read_visit(request.httprequest)

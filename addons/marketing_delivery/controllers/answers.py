"""What all public addresses of a message have in common."""

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
_NOT_FOUND = (
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
    return LinkSigner.from_env(request.env).verify(scope, token)


def not_found():
    """Answer the same to every wrong token: nothing can be learned by trying."""
    page = _NOT_FOUND.format(
        title=request.env._("This link is not valid"),
        hint=request.env._("It may be incomplete or too old."),
    )
    return Response(page, status=404, headers=PRIVATE, mimetype="text/html")


def visit():
    return read_visit(request.httprequest)

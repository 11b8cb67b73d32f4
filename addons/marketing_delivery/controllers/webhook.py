from odoo import http
from odoo.http import Response, request

from odoo.addons.marketing_queue.isolation import own_transaction

from .answers import PRIVATE, PUBLIC_ROUTE

MAX_WEBHOOK = 4 * 1024 * 1024
_HEADERS = {"Cache-Control": PRIVATE["Cache-Control"]}


class WebhookController(http.Controller):
    """Where providers tell what became of messages.

    The address names the provider, the signature proves it: nothing is parsed before
    it was verified on the raw bytes, and nothing unverified is stored. `csrf` is off,
    as there is no session.
    """

    @http.route(
        "/marketing/webhook/<token>",
        **{**PUBLIC_ROUTE, "max_content_length": MAX_WEBHOOK},
        methods=["POST"],
        csrf=False,
    )
    def receive(self, token, **_query):
        provider = request.env["delivery.provider"]._find_by_webhook_token(token)
        if not provider:
            return Response("", status=404, headers=_HEADERS)
        body = request.httprequest.get_data()
        headers = request.httprequest.headers
        verdict = provider._verify_webhook(headers, body)
        if verdict is None:
            # what proves it is on its way; who sends events repeats after a 5xx only
            return Response("", status=503, headers={**_HEADERS, "Retry-After": "20"})
        if not verdict:
            return Response("", status=403, headers=_HEADERS)
        # a transaction of its own: under the request's isolation level several at once
        # would fail at the job that they share, and wait for a retry
        with own_transaction(request.env.registry) as env:
            encoding = headers.get("Content-Encoding")
            env["delivery.webhook"]._store(provider, body, encoding)
        return Response("OK", headers=_HEADERS, mimetype="text/plain")

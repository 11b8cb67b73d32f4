from odoo import http
from odoo.http import Response, request, route

from odoo.addons.marketing_delivery.controllers.answers import PUBLIC_ROUTE
from odoo.addons.sms_twilio.controllers.controllers import SmsTwilioController

from ..models.delivery_provider import REPLY_PATH

_NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def _get_signature():
    return request.httprequest.headers.get("X-Twilio-Signature", "")


class MarketingTwilioController(SmsTwilioController):
    @route()
    def update_sms_status(self, uuid, **params):
        """Odoo's own messages, and ours; either has to be signed."""
        ours = request.env["marketing.twilio.message"]._record_status(
            uuid, request.httprequest.form.to_dict(), _get_signature()
        )
        if ours is False:
            # sudo: as Odoo's own method; what nobody tracks it would fail on
            trackers = request.env["sms.tracker"].sudo()
            if not trackers.search_count([("sms_uuid", "=", uuid)], limit=1):
                raise request.not_found()
            return super().update_sms_status(uuid, **params)
        return Response("OK" if ours else "", status=200 if ours else 403)

    # `csrf` off: the signature is the proof, there is no session.
    @http.route(REPLY_PATH, methods=["POST"], csrf=False, **PUBLIC_ROUTE)
    def reply(self, **_params):
        """A text message to one of a company's numbers."""
        signed = request.env["marketing.twilio.message"]._receive_reply(
            request.httprequest.form.to_dict(), _get_signature()
        )
        if not signed:
            return Response("", status=403)
        return Response(_NOTHING_TO_SAY, mimetype="text/xml")

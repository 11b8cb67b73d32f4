import base64
import hashlib
import hmac

from odoo.addons.marketing_delivery_sms.tests.gateway_peer import (
    DROP,
    Peer,
    read_form,
)
from odoo.addons.marketing_delivery_sms.tests.sms_common import SmsCase

SID = "AC" + "0" * 32
TOKEN = "a token that nobody may see"
FROM = "+12025550199"


class TwilioPeer(Peer):
    """The Messages resource; a script is (status, code), (status, bytes) or DROP."""

    def __init__(self):
        super().__init__()
        self.status = "active"
        self.forms = []
        self.headers = []

    def handle(self, request, path, body):
        wanted = base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        if request.headers["Authorization"] != f"Basic {wanted}":
            return request.answer(401, {"code": 20003, "message": "Authenticate"})
        if path == f"/2010-04-01/Accounts/{SID}.json":
            return request.answer(200, {"sid": SID, "status": self.status})
        if path != f"/2010-04-01/Accounts/{SID}/Messages.json":
            return request.answer(404, {"code": 20404, "message": "not found"})
        form = read_form(body)
        self.forms.append(form)
        action = self.script.get(form["To"], (201, None))
        if action == DROP or action[0] in (200, 201):
            uuid = form["StatusCallback"].rpartition("/")[2]
            self.delivered.append((uuid, form["To"], form["Body"]))
        if action == DROP:
            return request.hang_up()
        status, code = action
        if isinstance(code, bytes):
            return request.answer(status, code)
        if status in (200, 201):
            return request.answer(status, {"sid": f"SM{len(self.forms)}"})
        values = {"code": code, "message": "no", "status": status}
        return request.answer(status, values, self.headers)


class TwilioCase(SmsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "sms_provider": "twilio",
                "sms_twilio_account_sid": SID,
                "sms_twilio_auth_token": TOKEN,
                "sms_twilio_number_ids": [
                    (0, 0, {"number": FROM, "country_id": cls.env.ref("base.us").id}),
                    (
                        0,
                        0,
                        {
                            "number": "+447911123456",
                            "country_id": cls.env.ref("base.uk").id,
                        },
                    ),
                ],
            }
        )

    def _sign(self, path, params, token=TOKEN):
        text = self.company.get_base_url() + path
        text += "".join(f"{name}{params[name]}" for name in sorted(params))
        digest = hmac.digest(token.encode(), text.encode(), hashlib.sha1)
        return base64.b64encode(digest).decode()

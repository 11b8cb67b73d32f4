import json
import time
import uuid

from odoo.tests import HttpCase

from odoo.addons.marketing_base.links import LinkSigner

BROWSER = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)


class VisitorCase(HttpCase):
    """A website that records visits, and requests as a browser sends them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].get_current_website()
        cls.website.write({"marketing_events": True, "cookies_bar": True})
        cls.company = cls.website.company_id
        cls.env.cr.execute("DELETE FROM marketing_api_bucket")
        cls.signer = LinkSigner.from_env(cls.env)
        cls.customer = cls.env["res.partner"].create({"name": "Ann"})

    def visit(self, *events, headers=None, **body):
        """POST what a page would; return the answer."""
        body = {"t": 1_000_000, "v": "", "l": "", "e": list(events), **body}
        return self.post(json.dumps(body), headers)

    def post(self, data, headers=None, method="POST"):
        given = {
            "Origin": self.base_url(),
            "User-Agent": BROWSER,
            "Content-Type": "text/plain;charset=UTF-8",
            **(headers or {}),
        }
        given = {name: value for name, value in given.items() if value is not None}
        return self.url_open("/mm/e", data=data, headers=given, method=method)

    def event(self, name="page_view", **values):
        values.setdefault("p", {"path": "/shop"})
        return {"i": uuid.uuid4().hex, "n": name, "t": 1_000_000, **values}

    def logged(self, columns="event_type, partner_id, campaign_id, properties"):
        self.env.cr.execute(
            # pylint: disable-next=sql-injection
            f"SELECT {columns} FROM marketing_event WHERE source_id = %s ORDER BY id",
            [f"website:{self.website.id}"],
        )
        return self.env.cr.fetchall()

    def token(self, scope, record_id, number=0, seconds=3600):
        return self.signer.sign(scope, record_id, number, expires=time.time() + seconds)

import json

from odoo.tests import HttpCase, tagged

from .push_peer import Device

ENDPOINT = "https://fcm.googleapis.com/fcm/send/device-1"


@tagged("post_install", "-at_install")
class TestPushHttp(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].search([], limit=1)
        cls.company = cls.website.company_id
        cls.website.write({"marketing_push": True, "cookies_bar": False})
        cls.devices = cls.env["marketing.push.device"]
        cls.devices.search([]).unlink()
        cls.consents = cls.env["email.subscription.preference"]

    def _post(self, path, values, origin=None, **options):
        body = values if isinstance(values, bytes) else json.dumps(values)
        headers = {"Origin": self.base_url() if origin is None else origin}
        answer = self.url_open(path, data=body, headers=headers, **options)
        self.env.invalidate_all()
        return answer.status_code

    def _subscribe(self, endpoint=ENDPOINT, **changes):
        values = {**Device(endpoint).subscription, **changes}
        return self._post("/mm/push/subscribe", values)

    def _find_consent(self, endpoint=ENDPOINT):
        key = self.consents._address_key("push", endpoint)
        return self.consents._find_row(self.company.id, "push", key)

    def test_a_yes_is_kept_with_what_was_asked(self):
        self.assertEqual(self._subscribe(), 204)
        device = self.devices.search([])
        self.assertEqual(device.endpoint, ENDPOINT)
        self.assertEqual(
            (device.company_id, device.website_id), (self.company, self.website)
        )
        self.assertFalse(device.partner_id)
        consent = self._find_consent()
        self.assertTrue(consent.is_subscribed)
        self.assertEqual(consent.consent_source, "website_push")
        self.env.cr.execute(
            """SELECT text_shown FROM email_subscription_history
                WHERE address_key = %s""",
            [consent.address_key],
        )
        self.assertEqual(self.env.cr.fetchall(), [(self.website._get_push_question(),)])

    def test_again_is_the_same_device(self):
        self._subscribe()
        self._subscribe()
        self.assertEqual(self.devices.search_count([]), 1)

    def test_whoever_is_logged_in_is_known(self):
        self.authenticate("admin", "admin")
        self._subscribe()
        partner = self.env.ref("base.user_admin").partner_id
        self.assertEqual(self.devices.search([]).partner_id, partner)
        self.assertEqual(self._find_consent().partner_id, partner)
        self.logout()
        self._subscribe()
        self.assertEqual(self.devices.search([]).partner_id, partner, "not forgotten")

    def test_wrong_values_are_one_404(self):
        good = Device(ENDPOINT).subscription
        keys = good["keys"]
        for values in (
            {},
            [],
            "x",
            b"{",
            b"\xff",
            b"[" * 5000,
            {**good, "endpoint": None},
            {**good, "endpoint": "https://127.0.0.1/x"},
            {**good, "endpoint": "http://fcm.googleapis.com/x"},
            {**good, "keys": None},
            {**good, "keys": {**keys, "p256dh": "x"}},
            {**good, "keys": {**keys, "p256dh": "A" * 87}},
            {**good, "keys": {**keys, "auth": "AAAA"}},
            {**good, "keys": {**keys, "auth": 5}},
        ):
            self.assertEqual(self._post("/mm/push/subscribe", values), 404, values)
        self.assertFalse(self.devices.search([]))
        self.assertFalse(self._find_consent())

    def test_odd_times_of_expiry_do_no_harm(self):
        for value in (-1, 1e400, "tomorrow", True, {}, float("nan"), 10**30):
            self.assertEqual(self._subscribe(expirationTime=value), 204, value)
            self.assertFalse(self.devices.search([]).expires_at)
        self._subscribe(expirationTime=4000000000000)
        self.assertEqual(self.devices.search([]).expires_at.year, 2096)

    def test_only_our_own_pages_may_ask(self):
        good = Device(ENDPOINT).subscription
        for origin in ("https://evil.example", "null", ""):
            self.assertEqual(
                self._post("/mm/push/subscribe", good, origin), 404, origin
            )
        self.assertEqual(self.url_open("/mm/push/subscribe").status_code, 404)
        self.assertFalse(self.devices.search([]))

    def test_not_where_nobody_is_asked(self):
        self.website.marketing_push = False
        self.assertEqual(self._subscribe(), 404)
        self.assertNotIn("marketing_push", self.url_open("/").text)

    def test_a_no_ends_it(self):
        self._subscribe()
        values = {"endpoint": ENDPOINT}
        self.assertEqual(self._post("/mm/push/unsubscribe", values), 204)
        self.assertFalse(self.devices.search([]))
        self.assertFalse(self._find_consent().is_subscribed)
        self.assertEqual(self._post("/mm/push/unsubscribe", values), 404)
        for wrong in ({}, {"endpoint": 5}, {"endpoint": "x"}):
            self.assertEqual(self._post("/mm/push/unsubscribe", wrong), 404)

    def test_a_person_has_so_many_devices(self):
        self.authenticate("admin", "admin")
        intake = type(self.env["marketing.push.intake"])
        self.patch(intake, "_has_enough", lambda *_args: True)
        self.assertEqual(self._subscribe(), 404)
        self.assertFalse(self.devices.search([]))

    def test_the_worker_is_ours_alone(self):
        answer = self.url_open("/mm/push/sw.js")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("text/javascript", answer.headers["Content-Type"])
        self.assertIn("notificationclick", answer.text)
        self.assertNotIn("Service-Worker-Allowed", answer.headers)

    def test_the_page_says_nothing_about_a_visitor(self):
        first = self.url_open("/").text
        self.assertIn('id="marketing_push"', first)
        vapid = self.devices._get_vapid(self.company)
        self.assertIn(vapid.public_key, first)
        self.assertNotIn(ENDPOINT, first)

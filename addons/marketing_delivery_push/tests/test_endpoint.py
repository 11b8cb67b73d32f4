from odoo.tests import BaseCase, tagged

from ..sender import endpoint
from ..sender.endpoint import Blocked, find_origin, is_public, resolve_public

GOOD = (
    "https://fcm.googleapis.com/fcm/send/abc:def",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
    "https://updates.push.services.mozilla.com:443/wpush/v2/gAAA",
    "https://wns2-by3p.notify.windows.com/w/?token=abc%2b",
    "https://web.push.apple.com/QGub",
)
BAD = (
    None,
    "",
    5,
    "fcm.googleapis.com/x",
    "http://fcm.googleapis.com/x",
    "ftp://fcm.googleapis.com/x",
    "https://fcm.googleapis.com",
    "https://fcm.googleapis.com:8080/x",
    "https://fcm.googleapis.com:0/x",
    "https://fcm.googleapis.com:99999/x",
    "https://user@fcm.googleapis.com/x",
    "https://fcm.googleapis.com@127.0.0.1/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://0x7f.1/x",
    "https://localhost/x",
    "https://evil.example/fcm.googleapis.com",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evilfcm.googleapis.com/x",
    "https://fcm.googleapis.com\\@evil.example/x",
    "https://fcm.googleapis.com/x y",
    "https://fcm.googleapis.com/x\r\nHost: evil",
    "https://fcm.googleapis.com/é",
    "https://169.254.169.254/latest",
    "https://fcm.googleapis.com/" + "x" * 3000,
)


@tagged("post_install", "-at_install")
class TestEndpoint(BaseCase):
    def test_push_services_and_nothing_else(self):
        for text in GOOD:
            self.assertTrue(find_origin(text), text)
        for text in BAD:
            self.assertIsNone(find_origin(text), text)

    def test_public_addresses(self):
        for address in ("8.8.8.8", "142.250.1.95", "2a00:1450:4001:82a::200a"):
            self.assertTrue(is_public(address), address)
        for address in (
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1%eth0",
            "fd00:ec2::254",
            "::ffff:10.0.0.1",
            "2002:7f00:1::",
            "ff02::1",
            "no address",
        ):
            self.assertFalse(is_public(address), address)

    def _resolve_to(self, *addresses):
        found = [(2, 1, 6, "", (address, 443)) for address in addresses]
        self.patch(endpoint.socket, "getaddrinfo", lambda *_args, **_names: found)
        return resolve_public("fcm.googleapis.com", 443)

    def test_a_name_that_leads_inside_is_not_called(self):
        self.assertEqual(self._resolve_to("8.8.8.8", "8.8.8.8"), ["8.8.8.8"])
        with self.assertRaises(Blocked):
            self._resolve_to("127.0.0.1")
        with self.assertRaises(Blocked):
            self._resolve_to("8.8.8.8", "10.0.0.1")

from odoo.tests import BaseCase, tagged

from odoo.addons.marketing_base.links import LinkSigner
from odoo.addons.marketing_base.masking import mask_email
from odoo.addons.marketing_base.networks import cut_network

from ..tracking import user_agents
from ..tracking.recipient_links import RecipientLinks
from ..tracking.targets import is_own, own_host, safe_target, with_utm
from ..tracking.visit import Visit

_CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/126.0.0.0 Safari/537.36"
)
_IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
_APPLE_MAIL = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"
    " (KHTML, like Gecko)"
)
_CUBOT = (
    "Mozilla/5.0 (Linux; Android 11; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/120.0.0.0 Mobile Safari/537.36"
)
_GMAIL = (
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0"
    " (via ggpht.com GoogleImageProxy)"
)


@tagged("post_install", "-at_install")
class TestUserAgents(BaseCase):
    def test_device_and_client(self):
        cases = {
            _CHROME: ("desktop", "chrome"),
            _IPAD: ("tablet", "safari"),
            _APPLE_MAIL: ("desktop", "apple_mail"),
            _CUBOT: ("mobile", "chrome"),
            _GMAIL: ("unknown", "gmail"),
            "Mozilla/5.0": ("unknown", "apple_mail_privacy"),
            "": ("unknown", "unknown"),
            "Mozilla/4.0 (compatible; ms-office; MSOffice 16)": ("unknown", "outlook"),
        }
        for agent, expected in cases.items():
            with self.subTest(agent=agent):
                found = user_agents.device_type(agent), user_agents.email_client(agent)
                self.assertEqual(found, expected)

    def test_bots(self):
        bots = (
            "",
            "Googlebot/2.1 (+http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; bingbot/2.0)",
            "BarracudaCentral",
            "facebookexternalhit/1.1",
            "curl/8.5.0",
            "python-requests/2.32",
            "Microsoft Office Existence Discovery",
            "Mozilla/5.0 HeadlessChrome/120",
        )
        for agent in bots:
            self.assertTrue(user_agents.is_bot(agent), agent)
        for agent in (_CHROME, _IPAD, _APPLE_MAIL, _CUBOT, _GMAIL):
            self.assertFalse(user_agents.is_bot(agent), agent)

    def test_clean_makes_any_header_storable(self):
        self.assertEqual(user_agents.clean(None), "")
        self.assertEqual(user_agents.clean("a\x00b\x1b\ud800c\n"), "abc")
        self.assertEqual(len(user_agents.clean("x" * 10_000)), user_agents.MAX_LENGTH)


@tagged("post_install", "-at_install")
class TestVisit(BaseCase):
    def test_network_is_cut(self):
        cases = {
            "203.0.113.77": "203.0.113.0/24",
            "2001:db8:1:2::5": "2001:db8:1::/48",
            "::ffff:203.0.113.77": "203.0.113.0/24",
            "": None,
            "unknown": None,
            "203.0.113.77, 10.0.0.1": None,
        }
        for address, network in cases.items():
            self.assertEqual(cut_network(address), network, address)

    def test_suspicion(self):
        self.assertIsNone(Visit("GET", _CHROME, None, False).suspicion())
        self.assertEqual(Visit("HEAD", _CHROME, None, False).suspicion(), "head")
        self.assertEqual(Visit("GET", _CHROME, None, True).suspicion(), "prefetch")
        self.assertEqual(Visit("GET", "curl/8", None, False).suspicion(), "bot_agent")


@tagged("post_install", "-at_install")
class TestTargets(BaseCase):
    def test_only_plain_web_addresses(self):
        for url in (
            "//evil.example",
            "\\\\evil.example",
            "https:\\\\evil.example",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "ftp://shop.example",
            "https://shop.example@evil.example/",
            "https://user:pw@evil.example/",
            "https://",
            "https:///path",
            "https://a b.example",
            "https://shop.example:99999/",
            "https://[::1",
            "https://shop.example/\r\nSet-Cookie: a=b",
            "/local",
            "",
            None,
            "https://shop.example/" + "x" * 5000,
        ):
            self.assertIsNone(safe_target(url), url)

    def test_good_addresses_stay(self):
        for url in (
            "https://shop.example/p/1?a=1&b=%20#top",
            "http://shop.example:8080/",
        ):
            self.assertEqual(safe_target(url), url)
        self.assertEqual(
            safe_target("https://münchen.example/ä"),
            "https://xn--mnchen-3ya.example/%C3%A4",
        )

    def test_own_hosts(self):
        hosts = {own_host("https://www.shop.example/")}
        self.assertTrue(is_own("https://shop.example/", hosts))
        self.assertTrue(is_own("https://www.shop.example/", hosts))
        self.assertTrue(is_own("https://blog.shop.example/", hosts))
        self.assertFalse(is_own("https://notshop.example/", hosts))
        self.assertFalse(is_own("https://shop.example.evil.example/", hosts))
        self.assertEqual(own_host("shop.example"), "shop.example")
        self.assertIsNone(own_host(False))
        self.assertIsNone(own_host("http://[::1"))

    def test_utm_keeps_what_is_there(self):
        utm = {"utm_source": "N L", "utm_campaign": "S&S", "utm_medium": None}
        added = "utm_source=N+L&utm_campaign=S%26S"
        cases = {
            "https://s.example/": f"https://s.example/?{added}",
            "https://s.example/?": f"https://s.example/?{added}",
            "https://s.example/?a=%2F&a=2#x?y": (
                f"https://s.example/?a=%2F&a=2&{added}#x?y"
            ),
            "https://s.example/#top": f"https://s.example/?{added}#top",
            "https://s.example/?UTM_source=own": (
                "https://s.example/?UTM_source=own&utm_campaign=S%26S"
            ),
        }
        for url, expected in cases.items():
            self.assertEqual(with_utm(url, utm), expected)
        self.assertEqual(with_utm("https://s.example/", {}), "https://s.example/")


@tagged("post_install", "-at_install")
class TestMaskingAndLinks(BaseCase):
    def test_mask(self):
        self.assertEqual(mask_email("anna.smith@mail.example.com"), "a•••@m•••.com")
        for odd in (None, "", "anna", "@example.com", "anna@", "anna@localhost"):
            self.assertEqual(mask_email(odd), "•••")

    def test_links_are_absolute_scoped_and_verifiable(self):
        signer = LinkSigner(b"k" * 32)
        links = RecipientLinks("https://shop.example/", signer, 7, 4_000_000_000)
        cases = {
            links.click(3): ("/mm/c/", "click", (7, 3)),
            links.pixel(): ("/mm/o/", "open", (7, 0)),
            links.unsubscribe(): ("/mm/u/", "unsubscribe", (7, 0)),
            links.one_click(): ("/mm/1/", "unsubscribe", (7, 0)),
            links.view(): ("/mm/v/", "view", (7, 0)),
        }
        for url, (path, scope, found) in cases.items():
            prefix = f"https://shop.example{path}"
            self.assertTrue(url.startswith(prefix))
            token = url.removeprefix(prefix).removesuffix(".gif")
            self.assertEqual(signer.verify(scope, token), found)

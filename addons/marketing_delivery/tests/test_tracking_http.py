from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_base import sealing
from odoo.addons.marketing_base.links import LinkSigner

from .tracking_common import BROWSER, SHOP, TrackingMixin

ROUTES = {
    "/mm/o/%s.gif": "open",
    "/mm/c/%s": "click",
    "/mm/u/%s": "unsubscribe",
    "/mm/1/%s": "unsubscribe",
    "/mm/v/%s": "view",
}
UTM = "utm_source=Newsletter&utm_medium=Email&utm_campaign=Spring"


@tagged("post_install", "-at_install")
class TestTrackingRoutes(TrackingMixin, HttpCase):
    def _get(self, path, agent=BROWSER, method="GET", **headers):
        return self.url_open(
            path,
            headers={"User-Agent": agent, **headers},
            allow_redirects=False,
            method=method,
        )

    def test_pixel(self):
        before = self._state()
        answer = self._get(f"/mm/o/{self._token('open')}.gif")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "image/gif")
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertTrue(answer.content.startswith(b"GIF89a"))
        self.assertNotIn("Set-Cookie", answer.headers)
        [[event_type, properties]] = self._events()
        self.assertEqual(event_type, "email_opened")
        self.assertEqual(properties["user_agent"], BROWSER)
        self.assertEqual(properties["ip"], "127.0.0.0/24")
        self.assertEqual(properties["device"], "mobile")
        self.assertEqual(properties["client"], "safari")
        self.assertEqual(properties["method"], "GET")
        self.assertNotIn("suspect", properties)
        self.assertEqual(self._state(), before)

    def test_click_goes_to_the_stored_target(self):
        before = self._state()
        answer = self._get(f"/mm/c/{self._token('click', 2)}?url=https://evil.example")
        self.assertEqual(answer.status_code, 302)
        location = answer.headers["Location"]
        self.assertTrue(location.startswith(f"{SHOP}/p/2?a=1&{UTM}"), location)
        self.assertTrue(location.endswith("#top"), location)
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertNotIn("Set-Cookie", answer.headers)
        [[event_type, properties]] = self._events()
        self.assertEqual(
            (event_type, properties["link_position"]), ("email_clicked", 2)
        )
        self.assertEqual(self._state(), before)

    def test_links_of_others_stay_as_they_are(self):
        link = self.env["marketing.link"].search(
            [("campaign_id", "=", self.campaign.id)], limit=1
        )
        link.url = "https://partner.example/x?b=%20"
        answer = self._get(f"/mm/c/{self._token('click', link.position)}")
        self.assertEqual(answer.headers["Location"], "https://partner.example/x?b=%20")

    def test_unsafe_stored_target_is_not_followed(self):
        for url in ("javascript:alert(1)", "//evil.example", "https://a@b.example"):
            # past the ORM's own check, as an import by SQL would be
            self.env.cr.execute(
                "UPDATE marketing_link SET url = %s WHERE campaign_id = %s",
                [url, self.campaign.id],
            )
            answer = self._get(f"/mm/c/{self._token('click', 1)}")
            self.assertEqual(answer.status_code, 404, url)
        self.assertFalse(self._events())

    def test_head_is_nobody(self):
        before = self._state()
        for path in (
            f"/mm/o/{self._token('open')}.gif",
            f"/mm/c/{self._token('click', 1)}",
        ):
            answer = self._get(path, method="HEAD")
            self.assertIn(answer.status_code, (200, 302))
        self.assertEqual({p["suspect"] for _type, p in self._events()}, {"head"})
        self.assertEqual(self._state(), before)

    def test_other_methods_are_refused(self):
        with mute_logger("odoo.http"):
            for method in ("POST", "PUT", "DELETE"):
                answer = self._get(f"/mm/c/{self._token('click', 1)}", method=method)
                self.assertEqual(answer.status_code, 405)
        self.assertFalse(self._events())

    def test_marks_at_the_door(self):
        cases = (
            ("Mozilla/5.0 (compatible; Googlebot/2.1)", {}, "bot_agent"),
            (BROWSER, {"Sec-Purpose": "prefetch;prerender"}, "prefetch"),
            ("Mozilla/5.0", {}, "bot_agent"),
        )
        for position, (agent, headers, suspect) in enumerate(cases, 1):
            self._get(f"/mm/c/{self._token('click', position)}", agent, **headers)
            self.assertEqual(self._events()[-1][1]["suspect"], suspect)
        self._get(f"/mm/o/{self._token('open')}.gif", "Mozilla/5.0")
        self.assertEqual(self._events()[-1][1]["suspect"], "privacy_proxy")

    def test_too_early_for_a_person(self):
        self.recipient.sent_at = self.env.cr.now()
        self.env.flush_all()
        self._get(f"/mm/c/{self._token('click', 1)}")
        self.assertEqual(self._events()[-1][1]["suspect"], "early")

    def test_repeated_hits_do_not_fill_the_log(self):
        path = f"/mm/c/{self._token('click', 1)}"
        self.assertEqual({self._get(path).status_code for _ in range(20)}, {302})
        self.assertLessEqual(len(self._events()), 3)  # one each ten seconds

    def test_odd_headers_are_stored_or_dropped(self):
        for agent in (
            "<script>alert(1)</script>",
            "x" * 5000,
            "\xe9\xff",
            "a@b.example",
        ):
            answer = self._get(
                f"/mm/o/{self._token('open')}.gif", agent.encode("latin1")
            )
            self.assertEqual(answer.status_code, 200)
        stored = [p["user_agent"] for _type, p in self._events()]
        self.assertEqual(max(map(len, stored)), 256)
        self.assertNotIn("a@b.example", stored)


@tagged("post_install", "-at_install")
class TestWrongTokens(TrackingMixin, HttpCase):
    def _wrong_tokens(self, scope):
        good = self._token(scope, 1)
        other = "view" if scope != "view" else "open"
        changed = good[:5] + ("A" if good[5] != "A" else "B") + good[6:]
        gone = self.signer.sign(scope, 2**40, 1, expires=4_000_000_000)
        return {
            "empty": "",
            "one character": "a",
            "not ASCII": "é" * 43,
            "not UTF-8": "%FF%FE",
            "NUL": "%00" * 43,
            "5 KB": "x" * 5000,
            "cut": good[:-1],
            "longer": good + "A",
            "changed": changed,
            "padding": good + "%3D",
            "expired": self._token(scope, 1, seconds=-5),
            "other scope": self._token(other, 1),
            "other database": self._token(scope, 1, signer=LinkSigner(b"x" * 32)),
            "no such message": gone,
            "SQL": "' OR 1=1 --",
        }

    def test_every_wrong_token_gets_the_same_answer(self):
        before = self._state()
        for path, scope in ROUTES.items():
            for name, token in self._wrong_tokens(scope).items():
                with self.subTest(path=path, token=name):
                    answer = self.url_open(path % token, allow_redirects=False)
                    self.assertEqual(answer.status_code, 404)
                    self.assertIn("This link is not valid", answer.text)
                    self.assertNotIn("Set-Cookie", answer.headers)
        self.assertEqual(self._state(), before)
        self.assertFalse(self._events())

    def test_a_database_without_what_opens_its_secret(self):
        """Restored elsewhere: nothing can be verified, and nothing breaks."""
        paths = [path % self._token(scope) for path, scope in ROUTES.items()]
        with patch.object(sealing, "_get_secrets", lambda: ("another one" * 4,)):
            for path in paths:
                answer = self.url_open(path, allow_redirects=False)
                self.assertEqual(answer.status_code, 404, path)
        self.assertFalse(self._events())

    def test_wrong_tokens_by_post(self):
        before = self._state()
        for path in ("/mm/u/%s", "/mm/1/%s"):
            for name, token in self._wrong_tokens("unsubscribe").items():
                with self.subTest(path=path, token=name):
                    answer = self.url_open(
                        path % token,
                        data={"List-Unsubscribe": "One-Click"},
                        allow_redirects=False,
                    )
                    self.assertEqual(answer.status_code, 404)
        self.assertEqual(self._state(), before)

    def test_unknown_position(self):
        answer = self.url_open(f"/mm/c/{self._token('click', 99)}")
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(self._events())

    def test_pixel_needs_its_ending(self):
        for ending in ("", ".png", ".gif.gif", ".GIF"):
            answer = self.url_open(f"/mm/o/{self._token('open')}{ending}")
            self.assertEqual(answer.status_code, 404, ending)

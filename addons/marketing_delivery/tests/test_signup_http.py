import time

from odoo.tests import HttpCase, tagged

from odoo.addons.marketing_base.links import LinkSigner

from .sender_common import SenderCase
from .test_signup import ANN, TEXT, SignupMixin


@tagged("post_install", "-at_install")
class TestSignupPage(SignupMixin, SenderCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.sign_up()
        self.path = f"/mm/s/{self.signup()._get_token()}"

    def ask(self, data=None, path=None, **kwargs):
        answer = self.url_open(path or self.path, data, allow_redirects=False, **kwargs)
        self.env.invalidate_all()
        return answer

    def test_looking_confirms_nothing(self):
        for method in ("GET", "HEAD"):
            answer = self.ask(method=method, headers={"Purpose": "prefetch"})
            self.assertEqual(answer.status_code, 200)
            self.assertNotIn("Set-Cookie", answer.headers)
        self.assertFalse(self.consent())
        self.assertEqual(self.signup().state, "pending")

    def test_the_page_shows_what_is_confirmed_and_hides_the_address(self):
        answer = self.ask()
        self.assertIn(TEXT, answer.text)
        self.assertIn("News", answer.text)
        self.assertIn("a•••@s•••.example", answer.text)
        self.assertNotIn(ANN, answer.text)
        self.assertNotIn("<script", answer.text)
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])

    def test_confirming_without_cookies(self):
        self.opener.cookies.clear()
        answer = self.ask({"x": "1"})
        self.assertEqual(answer.status_code, 200)
        self.assertIn("You are subscribed", answer.text)
        self.assertTrue(self.consent().is_subscribed)
        self.assertEqual(self.consent().history_ids[-1:].actor, "person")
        link = answer.text.partition('href="/mm/p/')[2].partition('"')[0]
        self.assertEqual(self.ask(path=f"/mm/p/{link}").status_code, 200)

    def test_confirming_twice_shows_the_same(self):
        first, second = self.ask({"x": "1"}), self.ask({"x": "1"})
        self.assertEqual(second.status_code, 200)
        self.assertIn("You are subscribed", second.text)
        self.assertEqual(first.text.count("<h1"), second.text.count("<h1"))

    def test_wrong_tokens_are_not_found(self):
        signer, hour = LinkSigner.from_env(self.env), int(time.time()) + 3600
        signup = self.signup()
        for token in (
            "",
            "x",
            "x" * 43,
            "%00",
            "ü" * 43,
            "x" * 5000,
            signer.sign("signup", signup.id, expires=int(time.time()) - 5),
            signer.sign("preferences", signup.id, expires=hour),
            signer.sign("unsubscribe", signup.id, expires=hour),
            signer.sign("signup", 2**31 - 1, expires=hour),
            LinkSigner(b"another database's").sign("signup", signup.id, expires=hour),
        ):
            for data in (None, {"x": "1"}):
                answer = self.ask(data, path=f"/mm/s/{token}")
                self.assertEqual(answer.status_code, 404, token[:50])
        self.assertFalse(self.consent())

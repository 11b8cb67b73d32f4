from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .tracking_common import BROWSER, TrackingMixin


@tagged("post_install", "-at_install")
class TestUnsubscribePage(TrackingMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.preference = cls.env["email.subscription.preference"]._opt_in(
            cls.company, "anna.secret@example.com", source="test"
        )
        cls.env.flush_all()

    def _path(self, route="u"):
        return f"/mm/{route}/{self._token('unsubscribe')}"

    def _ask(self, route="u", data=None, **kwargs):
        headers = {"User-Agent": BROWSER, **kwargs.pop("headers", {})}
        answer = self.url_open(
            self._path(route), data, headers=headers, allow_redirects=False, **kwargs
        )
        self.env.invalidate_all()
        return answer

    def test_looking_changes_nothing(self):
        before = self._state()
        for route in ("u", "1"):
            for method in ("GET", "HEAD"):
                answer = self._ask(route, method=method)
                self.assertEqual(answer.status_code, 200)
                self.assertNotIn("Set-Cookie", answer.headers)
        self.assertEqual(self._state(), before)
        self.assertFalse(self._events())

    def test_page_hides_the_address_and_needs_no_script(self):
        answer = self._ask()
        self.assertNotIn("anna", answer.text)
        self.assertIn("a•••@e•••.com", answer.text)
        self.assertNotIn("<script", answer.text)
        self.assertTrue(answer.text.lstrip().startswith("<!DOCTYPE html>"))
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")

    def test_leaving_with_a_reason(self):
        answer = self._ask(data={"action": "unsubscribe", "reason": "too_many"})
        self.assertEqual(answer.status_code, 200)
        self.assertIn("You are unsubscribed", answer.text)
        self.assertFalse(self.preference.is_subscribed)
        self.assertEqual(self.preference.unsubscribe_reason, "too_many")
        self.assertEqual(self.preference.consent_ip_address, "127.0.0.0/24")
        [[event_type, properties]] = self._events()
        self.assertEqual(event_type, "email_unsubscribed")
        self.assertEqual(properties["reason"], "too_many")
        self.assertEqual(properties["via"], "unsubscribe_page")

    def test_unknown_values_of_the_form_mean_leaving_without_reason(self):
        answer = self._ask(
            data={"action": "<x>", "reason": "<script>", "email": "b@c.d"}
        )
        self.assertEqual(answer.status_code, 200)
        self.assertFalse(self.preference.is_subscribed)
        self.assertFalse(self.preference.unsubscribe_reason)
        self.assertNotIn("<script>", answer.text)

    def test_twice_is_once(self):
        for _attempt in range(2):
            self._ask(data={"action": "unsubscribe"})
        self.assertEqual(len(self._events("email_unsubscribed")), 1)
        self.assertEqual(
            self.env["mail.blacklist"].search_count(
                [("email", "=", "anna.secret@example.com")]
            ),
            1,
        )

    def test_it_was_a_mistake(self):
        self._ask(data={"action": "unsubscribe"})
        answer = self._ask()
        self.assertIn('value="resubscribe"', answer.text)
        answer = self._ask(data={"action": "resubscribe"})
        self.assertIn("You are subscribed again", answer.text)
        self.assertNotIn('value="unsubscribe"', answer.text)
        self.assertTrue(self.preference.is_subscribed)
        self.assertEqual(self.preference.consent_source, "unsubscribe_page")
        self.assertFalse(
            self.env["mail.blacklist"].search(
                [("email", "=", "anna.secret@example.com")]
            )
        )

    def test_no_consent_out_of_nothing(self):
        """Subscribing again undoes an opt-out; it never makes a first consent."""
        stranger = self._make_recipient("stranger@example.com", customer_id=False)
        path = f"/mm/u/{self._token('unsubscribe', recipient=stranger)}"
        before = self._state()
        answer = self.url_open(path, {"action": "resubscribe"})
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self._state(), before)

    def test_one_click(self):
        answer = self._ask("1", {"List-Unsubscribe": "One-Click"})
        self.assertEqual((answer.status_code, answer.text), (200, "OK"))
        self.assertNotIn("Location", answer.headers)
        self.assertNotIn("Set-Cookie", answer.headers)
        self.assertFalse(self.preference.is_subscribed)
        self.assertEqual(self._events()[0][1]["via"], "one_click")
        self.assertEqual(self._ask("1", {"List-Unsubscribe": "One-Click"}).text, "OK")
        self.assertEqual(len(self._events()), 1)

    def test_one_click_as_multipart(self):
        answer = self._ask("1", files={"List-Unsubscribe": (None, "One-Click")})
        self.assertEqual(answer.status_code, 200)
        self.assertFalse(self.preference.is_subscribed)

    def test_erased_address_can_still_leave(self):
        self.recipient.write({"email_address": False, "customer_id": False})
        self.env.flush_all()
        answer = self._ask(data={"action": "unsubscribe"})
        self.assertEqual(answer.status_code, 200)
        self.assertFalse(self.preference.is_subscribed)
        self.assertNotIn('value="resubscribe"', answer.text)
        self.assertIn("•••", answer.text)

    def test_other_company_keeps_its_consent(self):
        other = self.env["email.subscription.preference"]._opt_in(
            self.other_company, "anna.secret@example.com", source="test"
        )
        self._ask("1", {"List-Unsubscribe": "One-Click"})
        self.assertFalse(self.preference.is_subscribed)
        self.assertTrue(other.is_subscribed)

    def test_too_large_a_form(self):
        before = self._state()
        with mute_logger("odoo.http"):
            answer = self._ask(data={"reason": "x" * 20_000})
        self.assertEqual(answer.status_code, 413)
        self.assertEqual(self._state(), before)

    def test_odd_bodies_never_fail(self):
        for body in (
            b"\x00\xff=\xfe",
            b"{",
            b"action=%00&reason=%ED%A0%80",
            b"a" * 9000,
        ):
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self._ask(data=body, headers=headers)
            self.assertLess(answer.status_code, 500, body)

    def test_page_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.env.flush_all()
        self.assertIn('lang="fr-FR"', self._ask().text)

    def test_sender_is_named(self):
        self.company.marketing_postal_address = "1 Main Street\nSpringfield"
        self.env.flush_all()
        answer = self._ask()
        self.assertIn(self.company.name, answer.text)
        self.assertIn("1 Main Street\nSpringfield", answer.text)


@tagged("post_install", "-at_install")
class TestBrowserView(TrackingMixin, HttpCase):
    class Renderer:
        def contexts(self, cr, rows):
            return {row.id: {"name": row.customer_name} for row in rows}

        def render(self, row, context, links):
            html = f"<p>Hello {context['name']}</p><a href='{links.click(1)}'>x</a>"
            return type("Content", (), {"html": html})()

    def _view(self, renderer):
        model = type(self.env["email.campaign"])
        with patch.object(model, "_get_renderer", lambda self: renderer):
            return self.url_open(f"/mm/v/{self._token('view')}")

    def test_message_in_a_sandbox(self):
        before = self._state()
        answer = self._view(self.Renderer())
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Hello Anna", answer.text)
        self.assertIn("/mm/c/", answer.text)
        policy = answer.headers["Content-Security-Policy"]
        self.assertTrue(policy.startswith("sandbox"))
        self.assertNotIn("allow-scripts", policy)
        self.assertNotIn("allow-same-origin", policy)
        self.assertEqual(self._state(), before)

    def test_nothing_to_show(self):
        class Broken(self.Renderer):
            def render(self, row, context, links):
                raise ZeroDivisionError

        self.assertEqual(self._view(Broken()).status_code, 404)
        # the header alone has no content
        self.assertEqual(self.url_open(f"/mm/v/{self._token('view')}").status_code, 404)
        self.recipient.state = "queued"
        self.env.flush_all()
        self.assertEqual(self._view(self.Renderer()).status_code, 404)
        self.recipient.write({"state": "sent", "email_address": False})
        self.env.flush_all()
        self.assertEqual(self._view(self.Renderer()).status_code, 404)

import json
import re
from html import unescape

from odoo.tests import HttpCase, tagged

from odoo.addons.marketing_base.links import LinkSigner

from .test_preference_http import ADDRESS, PreferenceMixin

MESSAGE, CONSENT = 0, 1


@tagged("post_install", "-at_install")
class TestDataPage(PreferenceMixin, HttpCase):
    def private(self, suffix="", record=None, kind=MESSAGE, seconds=3600):
        token = self._token(
            "data", kind, recipient=record or self.recipient, seconds=seconds
        )
        return f"/mm/d/{token}{suffix}"

    def mails(self):
        return self.env["mail.mail"].search([("email_to", "=", ADDRESS)])

    def buy(self):
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'sale' WHERE id = %s", order.ids
        )

    def delete(self, **kwargs):
        return self.ask({"confirm": "yes"}, path=self.private("/delete"), **kwargs)

    # === THE LINK ===#

    def test_the_link_goes_to_the_address_itself(self):
        text = self.ask({"action": "data"})
        self.assertIn("We have sent you a private link.", text)
        self.assertNotIn("/mm/d/", text, "whoever holds a newsletter gets no data")
        mail = self.mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.state, "outgoing")
        self.assertIn("Auto-Submitted", mail.headers)
        [path] = set(re.findall(r"/mm/d/[\w-]{43}", unescape(mail.body_html)))
        self.assertIn("What we hold about you", self.ask(path=path))

    def test_the_link_is_sent_three_times_a_day(self):
        for _n in range(3):
            self.assertIn("sent you a private link", self.ask({"action": "data"}))
        self.assertIn("several links today", self.ask({"action": "data"}))
        self.assertEqual(len(self.mails()), 3)

    def test_asking_for_data_needs_an_address(self):
        self.recipient.email_address = False
        self.assertNotIn('value="data"', self.ask())
        self.ask({"action": "data"})
        self.assertFalse(self.mails())

    def test_other_links_do_not_open_the_data(self):
        for token in (
            self._token("unsubscribe"),
            self._token("view"),
            self._token("data", seconds=-5),
            self._token("data", CONSENT, recipient=self.preferences.browse(2**30)),
            "x" * 43,
            "%FF",
        ):
            for suffix in ("", "/delete"):
                for data in (None, {"action": "download", "confirm": "yes"}):
                    answer = self.url_open(f"/mm/d/{token}{suffix}", data)
                    self.assertEqual(answer.status_code, 404, (token, suffix))
        self.assertEqual(self.customer.email, ADDRESS)

    def test_a_link_of_a_consent(self):
        path = self.private(record=self.preference, kind=CONSENT)
        self.assertIn("What we hold about you", self.ask(path=path))

    # === READING ===#

    def test_what_the_page_shows(self):
        self._log("email_opened")
        text = self.ask(path=self.private())
        self.assertIn("Anna", text)
        self.assertIn(self.campaign.name, text)
        self.assertIn("Subscribed", text)
        self.assertIn("Your consents", text)
        self.assertNotIn("<script", text)

    def test_looking_at_the_data_changes_nothing(self):
        before = self._state()
        for suffix in ("", "/delete"):
            for method in ("GET", "HEAD"):
                self.ask(path=self.private(suffix), method=method)
        self.assertEqual(self._state(), before)
        self.assertEqual(self.customer.email, ADDRESS)

    def test_the_file(self):
        self._log("email_opened", partner_id=self.customer.id)
        self._add_number()
        answer = self.url_open(self.private(), {"action": "download"})
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn("no-store", answer.headers["Cache-Control"])
        data = json.loads(answer.content)
        self.assertEqual(data["company"], self.company.name)
        self.assertEqual(data["address"]["address"], ADDRESS)
        self.assertEqual(data["customer"]["name"], "Anna")
        self.assertEqual({row["channel"] for row in data["consents"]}, {"email", "sms"})
        self.assertEqual(data["consent_history"][0]["change"], "Subscribed")
        [message] = data["messages"]
        self.assertEqual(message["campaign"], self.campaign.name)
        self.assertEqual(message["sent_on"], "2026-03-02T09:00:00Z")
        self.assertIn("email_opened", {row["type"] for row in data["events"]})

    def test_the_file_is_given_ten_times_an_hour(self):
        for _n in range(10):
            self.ask({"action": "download"}, path=self.private())
        text = self.ask({"action": "download"}, path=self.private(), status=429)
        self.assertIn("try again in an hour", text)

    def test_nothing_of_others_and_of_other_companies(self):
        stranger = self._make_recipient("stranger@example.com", customer_id=False)
        elsewhere = self._make_campaign(self.other_company, 1)
        elsewhere.name = "Elsewhere"
        self._make_recipient(ADDRESS, campaign=elsewhere)
        self.preferences._opt_in(self.other_company, ADDRESS, source="Their shop")
        self._log("email_opened", recipient=stranger)
        answer = self.url_open(self.private(), {"action": "download"})
        self.assertNotIn("stranger", answer.text)
        self.assertNotIn("Elsewhere", answer.text)
        self.assertNotIn("Their shop", answer.text)

    def test_an_old_link_says_nothing_about_a_customer_who_moved_on(self):
        self.customer.email = "anna.new@example.com"
        self._log("page_view", partner_id=self.customer.id)
        data = self.url_open(self.private(), {"action": "download"}).json()
        self.assertFalse(data["customer"] or data["events"])
        self.assertNotIn("anna.new", json.dumps(data))

    def test_two_hundred_messages_cost_no_more_queries(self):
        person = self.env["marketing.addressee"]._find_message(self.recipient.id)
        page = self.env["marketing.data.page"]
        page._render(person, "token")
        self.env.invalidate_all()
        self.env.cr.execute(
            """INSERT INTO campaign_recipient (company_id, campaign_id, channel, state,
                      address_key, step_key, email_address, customer_id)
               SELECT company_id, campaign_id, channel, state, address_key,
                      'step-' || n, email_address, customer_id
                 FROM campaign_recipient, generate_series(1, 200) n WHERE id = %s""",
            [self.recipient.id],
        )
        with self.assertQueryCount(60):
            html = page._render(person, "token")
        self.assertIn("more in the file", html)

    # === DELETING ===#

    def test_deleting_asks_first(self):
        text = self.ask(path=self.private("/delete"))
        self.assertIn("Delete your data?", text)
        text = self.ask({}, path=self.private("/delete"), method="POST", status=422)
        self.assertRegex(text, 'role="alert"')
        self.assertIn('href="#confirm"', text)
        self.assertIn('aria-invalid="true"', text)
        self.assertEqual(self.customer.email, ADDRESS)
        self.assertTrue(self.preference.is_subscribed)

    def test_deleting(self):
        key = self.preference.address_key
        self._log(
            "email_opened",
            partner_id=self.customer.id,
            properties={"ip": "203.0.113.0/24"},
        )
        text = self.delete()
        self.assertIn("Your marketing data is deleted.", text)
        self.assertFalse(self.customer.active or self.customer.email)
        self.assertFalse(self.preference.email_address)
        self.assertFalse(self.preference.is_subscribed)
        self.assertFalse(self.recipient.email_address or self.recipient.customer_id)
        self.assertEqual(self.recipient.address_key, key)
        self.env.cr.execute(
            """SELECT partner_id, properties FROM marketing_event
                WHERE recipient_id = %s""",
            [self.recipient.id],
        )
        self.assertEqual(self.env.cr.fetchall(), [(None, {})])
        request = self.env["marketing.erasure.request"].search(
            [("address_key", "=", key)]
        )
        self.assertEqual((request.state, request.source), ("done", "page"))

    def test_pressing_twice_is_pressing_once(self):
        self.delete()
        self.assertIn("is deleted", self.delete())
        self.assertIn("is deleted", self.ask(path=self.private()))
        self.assertEqual(
            self.env["marketing.erasure.request"].search_count(
                [("address_key", "=", self.recipient.address_key)]
            ),
            1,
        )

    def test_invoices_are_kept_and_the_person_is_told(self):
        self.buy()
        text = self.delete()
        self.assertIn("cannot be deleted without a decision", text)
        self.assertEqual(self.customer.name, "Anna")
        self.assertFalse(self.recipient.email_address)
        request = self.env["marketing.erasure.request"].search(
            [("address_key", "=", self.recipient.address_key)]
        )
        self.assertEqual(request.state, "received")
        self.assertTrue(request.activity_ids)

    def test_the_link_of_the_newsletter_still_stops_messages_afterwards(self):
        self.delete()
        text = self.ask()
        self.assertIn("You are unsubscribed here", text)
        self.assertNotIn('value="resubscribe"', text)
        self.ask({"action": "resubscribe"})
        self.assertFalse(self.preference.is_subscribed)

    def test_another_database_cannot_open_it(self):
        other = LinkSigner(b"another database's secret")
        token = self._token("data", signer=other)
        for suffix in ("", "/delete"):
            self.ask({"confirm": "yes"}, path=f"/mm/d/{token}{suffix}", status=404)

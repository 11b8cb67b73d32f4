import re

from odoo.tests import HttpCase, tagged

ANN = "ann@newsletter.example"


@tagged("post_install", "-at_install")
class TestNewsletter(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].get_current_website()
        cls.company = cls.website.company_id
        cls.other_company = cls.env["res.company"].create({"name": "Other shop"})
        topics = cls.env["marketing.topic"]
        topics.search([]).active = False
        cls.news, cls.tips, cls.foreign = topics.create(
            [
                {"name": "News", "description": "Once a month"},
                {"name": "Tips"},
                {"name": "Foreign", "company_id": cls.other_company.id},
            ]
        )
        cls.preferences = cls.env["email.subscription.preference"]
        cls.env.cr.execute("DELETE FROM marketing_api_bucket")

    def ask(self, data=None, status=200, **kwargs):
        self.env.flush_all()
        answer = self.url_open("/newsletter", data, **kwargs)
        self.assertEqual(answer.status_code, status)
        self.env.invalidate_all()
        return answer.text

    def sign_up(self, email=ANN, status=200, headers=None, **values):
        data = {"step": "sign_up", "email": email, **values}
        return self.ask(data, status, headers=headers)

    def signups(self, email=ANN):
        return self.env["marketing.signup"].search([("email_address", "=", email)])

    def mails(self, email=ANN):
        return self.env["mail.mail"].search([("email_to", "=", email)])

    def main(self, text):
        """Return the part of the page that is ours."""
        body = text.partition('id="wrap"')[2].partition("<footer")[0]
        return re.sub(r"\s+", " ", body)

    def test_looking_signs_nobody_up(self):
        before = self.env["marketing.signup"].search_count([])
        for method in ("GET", "HEAD"):
            self.ask(method=method)
        text = self.ask(params={"email": ANN, "step": "sign_up"}, method="GET")
        self.assertNotIn("One more step", text)
        self.assertEqual(self.env["marketing.signup"].search_count([]), before)

    def test_the_form_offers_the_topics_of_the_company_and_ticks_none(self):
        text = self.main(self.ask())
        self.assertIn("Once a month", text)
        self.assertNotIn("Foreign", text)
        self.assertNotIn("checked", text)
        self.assertIn(f"{self.company.name} may send me offers", text)

    def test_each_field_has_its_label(self):
        text = self.main(self.ask())
        shown = re.findall(r'<input[^>]* id="([^"]+)"', text)
        self.assertEqual(len(shown), 4)
        for name in shown:
            self.assertIn(f'for="{name}"', text)

    def test_signing_up_and_confirming(self):
        shown = self.main(self.ask())
        text = self.sign_up(topic=[self.tips.id, self.foreign.id])
        self.assertIn("One more step", text)
        signup = self.signups()
        self.assertEqual(signup.topic_ids, self.tips)
        self.assertEqual(signup.company_id, self.company)
        self.assertIn(signup.text_shown, shown, "what was read is what is recorded")
        self.assertFalse(self.preferences.search([("email_address", "=", ANN)]))
        path = re.search(r"/mm/s/[\w-]{43}", self.mails().body_html)[0]
        self.url_open(path)
        self.assertEqual(signup.state, "pending")
        self.url_open(path, {"yes": "1"})
        self.env.invalidate_all()
        consent = self.preferences.search([("email_address", "=", ANN)])
        self.assertTrue(consent.is_subscribed)
        self.assertEqual(consent.consent_source, "double_opt_in")
        self.assertEqual(consent.topic_ids, self.tips)

    def test_the_answer_is_the_same_for_each_address(self):
        known, left = "known@newsletter.example", "left@newsletter.example"
        self.preferences._opt_in(self.company, known, source="test")
        self.preferences._opt_in(self.company, left, source="test")
        self.preferences._opt_out(
            self.company.id,
            "email",
            self.preferences._address_key("email", left),
            source="one_click",
        )
        answers = set()
        for _n in range(2):
            for address in (ANN, known, left):
                answers.add(self.main(self.sign_up(address)))
        [answer] = answers
        self.assertNotIn("newsletter.example", answer)
        self.assertEqual(len(self.mails(left)), 1)

    def test_what_is_no_address_is_pointed_at(self):
        for odd in ("", "ann", "a@b.co,c@d.co", "a@b.co\r\nBcc: c@d.co", "x" * 3000):
            text = self.main(self.sign_up(odd, status=422))
            self.assertIn('role="alert"', text)
            self.assertIn('href="#newsletter_email"', text)
            self.assertIn('aria-invalid="true"', text)
        text = self.main(self.sign_up('"><script>x</script>', 422, topic=self.news.id))
        self.assertNotIn("<script>x", text)
        self.assertRegex(text, rf'value="{self.news.id}" checked="checked"')

    def test_what_only_a_program_fills_in_ends_it(self):
        text = self.sign_up(nickname="Bot")
        self.assertIn("One more step", text)
        self.assertFalse(self.signups() or self.mails())

    def test_a_network_signs_up_twenty_times_an_hour(self):
        for n in range(20):
            self.sign_up(f"many{n}@newsletter.example", nickname="x")
        text = self.sign_up(status=429)
        self.assertIn("try again in an hour", text)
        self.assertFalse(self.signups())

    def test_the_block_leads_to_the_form_with_the_address(self):
        text = self.main(self.ask({"email": ANN}))
        self.assertIn(f'value="{ANN}"', text)
        self.assertFalse(self.signups(), "the sentence was not shown yet")

    def test_another_site_cannot_sign_anybody_up(self):
        for origin in ("https://evil.example", "null", "http://[::1"):
            self.sign_up(headers={"Origin": origin})
        self.assertFalse(self.signups())
        self.sign_up(headers={"Origin": self.base_url()})
        self.assertTrue(self.signups())

    def test_odd_forms_never_fail(self):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for body in (
            b"\x00\xff=\xfe",
            b"step=sign_up&email=%00%ED%A0%80@b.co",
            b"step=sign_up&topic=99999999999999999999&email=a@b.co",
            b"step[]=x&email[]=y",
        ):
            answer = self.url_open("/newsletter", body, headers=headers)
            self.assertLess(answer.status_code, 500, body)

    def test_the_block_is_offered_to_designers(self):
        view = self.env.ref("website.snippets")
        arch = view.with_context(lang=None)._get_combined_arch()
        self.assertTrue(
            arch.xpath("//t[@t-snippet='marketing_website.s_marketing_signup']")
        )
        html = self.env["ir.qweb"]._render("marketing_website.s_marketing_signup", {})
        self.assertIn('action="/newsletter"', html)
        self.assertIn("aria-label", html)

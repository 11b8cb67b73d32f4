import string

from odoo.tests import HttpCase, TransactionCase, tagged

from ..tracking.short_links import (
    TOKEN_LENGTH,
    WAY_OUT,
    SampleLinks,
    ShortLinks,
    ShortSigner,
)
from .sms_common import SmsCase


@tagged("post_install", "-at_install")
class TestShortSigner(TransactionCase):
    def setUp(self):
        super().setUp()
        self.signer = ShortSigner(b"k" * 32)

    def test_round_trip(self):
        for recipient, position in ((0, 0), (7, 3), (2**40 - 1, WAY_OUT)):
            token = self.signer.sign(recipient, position)
            self.assertEqual(len(token), TOKEN_LENGTH)
            self.assertEqual(self.signer.verify(token), (recipient, position))

    def test_anything_else_is_none(self):
        token = self.signer.sign(7, 3)
        for wrong in ("", "a", token[:-1], token + "a", "é" * 19, " " * 19, None, 5):
            self.assertIsNone(self.signer.verify(wrong))
        self.assertIsNone(ShortSigner(b"x" * 32).verify(token))
        alphabet = string.ascii_letters + string.digits + "-_"
        for place in range(TOKEN_LENGTH):
            others = [c for c in alphabet if c != token[place]]
            for other in others:
                changed = token[:place] + other + token[place + 1 :]
                self.assertIsNone(self.signer.verify(changed), "one link, one spelling")

    def test_what_cannot_be_named_is_refused(self):
        for recipient, position in ((2**40, 0), (-1, 0), (1, 256), (1, -1)):
            with self.assertRaises(ValueError):
                self.signer.sign(recipient, position)

    def test_samples_are_as_long_as_real_ones(self):
        real = ShortLinks("https://shop.example/", self.signer, 123456)
        sample = SampleLinks("https://shop.example/")
        for position in (0, 12):
            self.assertEqual(len(real.click(position)), len(sample.click(position)))
        self.assertEqual(len(real.unsubscribe()), len(sample.unsubscribe()))
        self.assertNotEqual(sample.click(0), sample.click(1))


@tagged("post_install", "-at_install")
class TestShortLinkHttp(SmsCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.row = self._add("+12025550101")
        self.row.state = "sent"
        self.env["marketing.link"].create(
            {
                "campaign_id": self.campaign.id,
                "position": 0,
                "url": "https://elsewhere.example/tea",
            }
        )
        self.links = ShortLinks("", ShortSigner.from_env(self.env), self.row.id)

    def _open(self, url, **options):
        return self.url_open(url, allow_redirects=False, **options)

    def _count(self, event_type):
        self.env.cr.execute(
            """SELECT count(*) FROM marketing_event
                WHERE recipient_id = %s AND event_type = %s""",
            [self.row.id, event_type],
        )
        return self.env.cr.fetchone()[0]

    def test_a_click_leads_on_and_is_counted(self):
        answer = self._open(self.links.click(0))
        self.assertEqual(answer.status_code, 302)
        self.assertEqual(answer.headers["Location"], "https://elsewhere.example/tea")
        self.assertEqual(self._count("email_clicked"), 1)

    def test_the_way_out_shows_a_page_and_changes_nothing(self):
        answer = self._open(self.links.unsubscribe())
        self.assertEqual(answer.status_code, 302)
        page = self._open(answer.headers["Location"])
        self.assertEqual(page.status_code, 200)
        consent = self.env["email.subscription.preference"]
        self.assertTrue(
            consent._find_row(
                self.company.id, "sms", self.row.address_key
            ).is_subscribed
        )
        self.assertEqual(
            self._open(
                answer.headers["Location"], data={"action": "leave"}
            ).status_code,
            200,
        )
        self.env.invalidate_all()
        self.assertFalse(
            consent._find_row(
                self.company.id, "sms", self.row.address_key
            ).is_subscribed
        )

    def test_wrong_old_and_foreign_links_are_one_404(self):
        token = self.links.click(0)
        for url in (token[:-1], token + "x", "/s/" + "a" * 19, "/s/%00", "/s/é"):
            self.assertEqual(self._open(url).status_code, 404, url)
        self.assertEqual(self._open(self.links.click(9)).status_code, 404)
        self.row.queued_at = "2020-01-01"
        self.env.flush_all()
        self.assertEqual(self._open(token).status_code, 404)
        self.assertEqual(self._count("email_clicked"), 0)

    def test_head_is_no_click_of_a_person(self):
        self.assertEqual(
            self._open(self.links.click(0), method="HEAD").status_code, 302
        )
        self.env.cr.execute(
            """SELECT properties ->> 'suspect' FROM marketing_event
                WHERE recipient_id = %s""",
            [self.row.id],
        )
        self.assertEqual(self.env.cr.fetchall(), [("head",)])

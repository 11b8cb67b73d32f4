from collections import Counter

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.marketing_delivery.models import engagement_sql
from odoo.addons.marketing_delivery.sender.content import Recipient
from odoo.addons.marketing_engine.assignment import assign_bucket

from ..wizards.template_preview import PreviewLinks
from .creative_common import PIXEL, CreativeCase


class SpyLinks(PreviewLinks):
    def click(self, position):
        return f"click:{position}"


@tagged("post_install", "-at_install")
class TestCreativeSending(CreativeCase):
    def _render(self, campaign, row):
        renderer = campaign._get_renderer()
        self.env.flush_all()
        target = Recipient(*(row.id if n == "id" else None for n in Recipient._fields))
        context = renderer.contexts(self.env.cr, [target])[row.id]
        return renderer.render(None, context, SpyLinks(renderer.compiled))

    def test_draw_is_the_engines_and_its_chance_is_recorded(self):
        self._create_customers(*(f"c{n}@x.example" for n in range(60)))
        oat = self._create_creative("Oats")
        campaign = self._create_tested(oat, self.ham, self.tea)
        rows = self._send(campaign)
        order = campaign.creative_ids.sorted("id")
        salt = f"{self.company.sudo().marketing_holdout_salt}:creative:{campaign.id}"
        for row in rows:
            place = assign_bucket(salt, row.customer_id.id, 3)
            self.assertEqual(row.creative_id, order[place])
            self.assertAlmostEqual(row.creative_propensity, 1 / 3)
        shares = Counter(rows.mapped("creative_id.id"))
        self.assertEqual(len(shares), 3)
        self.assertGreater(min(rows.mapped("creative_propensity")), 0.3)

    def test_never_drawn_again(self):
        self._create_customers(*(f"c{n}@x.example" for n in range(20)))
        campaign = self._create_tested(self.ham, self.tea)
        rows = self._send(campaign)
        before = {row.id: row.creative_id.id for row in rows}
        self._create_customers("late@x.example")
        campaign.sudo().prepared_at = False
        self.env["email.campaign"]._prepare_recipients(campaign.id)
        self.env.invalidate_all()
        self.assertEqual(len(campaign.recipient_ids), 21)
        self.assertEqual({row.id: row.creative_id.id for row in rows}, before)

    def test_two_campaigns_draw_independently(self):
        self._create_customers(*(f"c{n}@x.example" for n in range(40)))
        draws = []
        for _number in range(2):
            rows = self._send(self._create_tested(self.ham, self.tea))
            draws.append({row.customer_id.id: row.creative_id.id for row in rows})
        self.assertNotEqual(*draws)

    def test_nobody_who_gets_nothing_is_drawn_for(self):
        self.company.marketing_holdout_percent = 50
        self._create_customers(*(f"c{n}@x.example" for n in range(30)))
        self._create_customers("no@x.example", consent=False)
        rows = self._send(self._create_tested(self.ham, self.tea))
        silent = rows.filtered(lambda row: row.state != "queued")
        self.assertEqual(set(silent.mapped("state")), {"held_out", "skipped"})
        self.assertFalse(silent.creative_id)
        self.assertFalse(any(silent.mapped("creative_propensity")))
        self.assertTrue(all(row.creative_id for row in rows - silent))

    def test_one_or_no_creative(self):
        self._create_customers("a@x.example")
        row = self._send(self._create_tested(self.tea))
        self.assertEqual((row.creative_id, row.creative_propensity), (self.tea, 1.0))
        template = self.env.ref("marketing_campaign.template_favourite_category")
        plain = self._create_campaign(template_id=template.id)
        self.assertFalse(self._send(plain).creative_id)
        self.assertFalse(plain._get_draw_sql())

    def test_each_message_shows_its_creative_and_tracks_its_button(self):
        self.tea.image = PIXEL
        self._create_customers(*(f"c{n}@x.example" for n in range(12)))
        campaign = self._create_tested(self.ham, self.tea)
        rows = self._send(campaign)
        links = self.env["marketing.link"].search([("campaign_id", "=", campaign.id)])
        by_creative = {link.creative_id: link for link in links if link.creative_id}
        self.assertIn("utm_campaign", by_creative[self.ham].url)
        self.assertEqual(by_creative[self.tea].url, "https://tea.example.org/x")
        for creative, other in ((self.ham, self.tea), (self.tea, self.ham)):
            row = rows.filtered(lambda r, c=creative: r.creative_id == c)[0]
            content = self._render(campaign, row)
            self.assertEqual(content.subject, creative.headline)
            self.assertIn(f"See {creative.headline}", content.html)
            self.assertIn("<br>", content.html)
            self.assertNotIn(other.headline, content.html)
            link = by_creative[creative]
            self.assertIn(f'href="click:{link.position}"', content.html)
            self.assertEqual("access_token=" in content.html, creative == self.tea)

    def test_without_click_tracking_the_button_is_the_address(self):
        self._create_customers("a@x.example")
        campaign = self._create_tested(self.ham, track_clicks=False)
        content = self._render(campaign, self._send(campaign))
        self.assertIn('href="https://shop.example.com/ham"', content.html)

    def test_text_of_people_is_escaped(self):
        self.ham.write({"headline": "<b>&", "body": "{{ email }}<script>"})
        self._create_customers("a@x.example")
        campaign = self._create_tested(self.ham)
        html = self._render(campaign, self._send(campaign)).html
        self.assertIn("&lt;b&gt;&amp;", html)
        self.assertIn("{{ email }}&lt;script&gt;", html)

    def test_preview_shows_the_first_creative(self):
        campaign = self._create_tested(self.tea, self.ham)
        self.assertEqual(campaign.content_subject, "Ham week")
        self.assertIn("https://shop.example.com/ham", campaign.content_html)
        partner = self._create_customers("a@x.example")
        self.assertIn("Ham week", campaign._render_test(partner).subject)

    def test_template_and_creatives_belong_together(self):
        self._create_customers("a@x.example")
        with self.assertRaisesRegex(UserError, "choose one or several"):
            self._create_tested().action_send_now()
        plain = self.env.ref("marketing_campaign.template_favourite_category")
        campaign = self._create_tested(self.ham)
        campaign.template_id = plain
        with self.assertRaisesRegex(UserError, "shows no creative"):
            campaign.action_send_now()
        mute = self._create_creative("Mute", cta_text=False, cta_url=False)
        with self.assertRaisesRegex(UserError, "where it leads"):
            self._create_tested(self.ham, mute).action_send_now()

    def test_hidden_tag_is_not_offered(self):
        tags = self.env["email.template.marketing"].get_merge_tags()
        keys = {tag["key"] for tag in tags}
        self.assertTrue({"headline", "body", "cta", "cta_url"} <= keys)
        self.assertNotIn("cta_position", keys)

    def test_scanner_that_follows_every_link_of_its_message(self):
        """Links of the other creative are not in the message: three of four are all."""
        self._create_customers("a@x.example")
        campaign = self._create_tested(self.ham, self.tea)
        row = self._send(campaign)
        links = self.env["marketing.link"].search([("campaign_id", "=", campaign.id)])
        self.env.cr.execute(
            """SELECT count(DISTINCT coalesce(place, position::text))
                 FROM marketing_link WHERE campaign_id = %s""",
            campaign.ids,
        )
        self.assertEqual(self.env.cr.fetchone()[0], len(links) - 1)
        self.assertIn("coalesce(l.place", engagement_sql.JUDGED_CLICKS)
        self.assertTrue(row.creative_id)

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .template_common import TemplateCase

ADDRESS = '<p><span data-mm-tag="company_address">x</span></p>'
FOOTER = f'{ADDRESS}<a href="mm://unsubscribe">Unsubscribe</a>'
GOOD = f'<p><a href="mm://shop/new">New this week</a></p>{FOOTER}'


@tagged("post_install", "-at_install")
class TestTemplateChecks(TemplateCase):
    def _find(self, body=GOOD, **values):
        defaults = {"preview_text": "Three things to try", "html_content": body}
        return self._create(**{**defaults, **values})._check_content()

    def _codes(self, body=GOOD, **values):
        return {finding.code for finding in self._find(body, **values)}

    def test_a_good_template_has_no_finding(self):
        self.assertEqual(self._find(), [])

    def test_links(self):
        for link, code in (
            ('<a href="">Shop</a>', "empty_link"),
            ("<a>Shop</a>", "empty_link"),
            ('<a href="#">Shop</a>', "empty_link"),
            ('<a href="#top">Up</a>', "anchor_link"),
            ('<a href="/shop">Shop</a>', "relative_link"),
            ('<a href="http://shop.test-company.com">Shop</a>', "insecure_link"),
            ('<a href="https://localhost/x">Shop</a>', "unreachable_link"),
            ('<a href="https://192.168.0.1/x">Shop</a>', "unreachable_link"),
            ('<a href="https://example.com/x">Shop</a>', "placeholder_link"),
            ('<a href="https://www.example.org/">Shop</a>', "placeholder_link"),
        ):
            with self.subTest(link):
                self.assertEqual(self._codes(f"<p>{link}</p>{GOOD}"), {code})

    def test_links_that_are_right(self):
        for link in (
            '<a href="mailto:shop@company.com">Mail</a>',
            '<a href="tel:+4912345">Call</a>',
            '<a href="mm://view">View</a>',
            '<a href="https://shop.company.com/?a=b#c">Shop</a>',
            '<a name="top"></a>',
        ):
            with self.subTest(link):
                self.assertEqual(self._codes(f"<p>{link}</p>{GOOD}"), set())

    def test_a_link_of_a_repeat_has_its_address_from_the_data(self):
        body = (
            '<p data-mm-for="p in products"><a href="#" data-mm-href="p.url">'
            '<span data-mm-tag="p.name">x</span></a></p>'
        )
        self.assertEqual(self._codes(body + GOOD), set())

    def test_no_link_at_all(self):
        self.assertEqual(self._codes(f"<p>Hello</p>{FOOTER}"), {"no_link"})

    def test_the_place_of_a_finding(self):
        body = f'<p>a</p>\n<p>b</p>\n<p><a href="#">Shop <b>now</b></a></p>{GOOD}'
        [finding] = self._find(body)
        self.assertEqual(finding.severity, "error")
        self.assertEqual(finding.place, "Body, line 3, near “Shop now”")

    def test_worst_first(self):
        body = f'<a href="#top">a</a><a href="/x">b</a><a href="">c</a>{GOOD}'
        severities = [finding.severity for finding in self._find(body)]
        self.assertEqual(severities, ["error", "warning", "info"])

    def test_images(self):
        words = "<p>" + "word " * 30 + "</p>"
        for image, codes in (
            ('<img src="https://a.company.com/a.png" alt="Coffee">', set()),
            ('<img src="https://a.company.com/a.png" alt="">', set()),
            ('<img src="https://a.company.com/a.png">', {"missing_alt"}),
            (
                '<a href="mm://view"><img src="https://a.company.com/" alt=""></a>',
                {"missing_alt"},
            ),
            ('<img src="" alt="Coffee">', {"empty_image"}),
            ('<img src="http://a.company.com/a.png" alt="a">', {"insecure_image"}),
            ('<img src="data:image/gif;base64,AA" alt="a">', {"embedded_image"}),
        ):
            with self.subTest(image):
                self.assertEqual(self._codes(f"{words}<p>{image}</p>{GOOD}"), codes)

    def test_pictures_without_words(self):
        body = (
            '<a href="mm://shop/"><img src="https://a.company.com/a.png" alt="A"></a>'
        )
        self.assertIn("only_images", self._codes(body))

    def test_weight_of_a_picture_of_this_database(self):
        attachment = self.env["ir.attachment"].create(
            {"name": "a.bin", "raw": b"x" * 400 * 1024, "public": True}
        )
        words = "<p>" + "word " * 30 + "</p>"
        image = f'<img src="/web/image/{attachment.id}" alt="a">'
        self.assertEqual(self._codes(words + image + GOOD), {"heavy_image"})
        self.assertEqual(
            self._codes(words + image * 3 + GOOD), {"heavy_image", "heavy_images"}
        )

    def test_weight_of_the_message(self):
        filling = "<p>" + "x" * 90 * 1024 + "</p>"
        self.assertEqual(self._codes(filling + GOOD), {"nearly_clipped"})
        loop = '<p data-mm-for="p in products">{}</p>'.format("x" * 60 * 1024)
        self.assertEqual(self._codes(loop + GOOD), {"clipped"})

    def test_subject(self):
        for subject, code in (
            ("x" * 61, "long_subject"),
            ("EVERYTHING IS CHEAPER", "capitals"),
            ("New today!!", "exclamation"),
            ("Re: your order", "false_reply"),
        ):
            with self.subTest(subject):
                self.assertEqual(self._codes(subject_template=subject), {code})
        self.assertEqual(self._codes(subject_template="{{ first_name }}, NEW"), set())

    def test_preview_text(self):
        for preview, code in (
            (False, "missing_preview"),
            ("Hello", "repeated_subject"),
            ("x " * 71, "long_preview"),
            ("ONLY TODAY, ONLY HERE", "capitals"),
        ):
            with self.subTest(preview):
                self.assertEqual(self._codes(preview_text=preview), {code})

    def test_lines_of_a_campaign_replace_those_of_the_template(self):
        template = self._create(html_content=GOOD)
        codes = {
            finding.code
            for finding in template._check_content(
                subject="WE SHOUT AT YOU", preview="a"
            )
        }
        self.assertEqual(codes, {"capitals"})

    def test_what_the_law_asks_for(self):
        link = '<a href="mm://shop/">Shop</a>'
        self.assertEqual(self._codes(ADDRESS + link), {"unsubscribe_added"})
        body = f'{link}<a href="mm://unsubscribe">Unsubscribe</a>'
        self.assertEqual(self._codes(body), {"no_address"})
        self.assertEqual(self._codes(link, template_type="transactional"), set())

    def test_a_broken_template_is_one_finding(self):
        template = self._create()
        [finding] = template._check_content(subject="Hi {{ nobody }}")
        self.assertEqual((finding.severity, finding.code), ("error", "broken"))
        self.assertIn("Subject", finding.message)


@tagged("post_install", "-at_install")
class TestTemplateChecksOfAudience(TemplateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.marketing_postal_address = "1 High Street"
        cls.partners = cls.env["res.partner"].create(
            [
                {"name": "Anna Brown", "city": "Rome"},
                {"name": "Berta Green", "city": " "},
                {"name": "Shop Ltd", "is_company": True},
            ]
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            """INSERT INTO customer_profile (partner_id, company_id, currency_id,
                   order_count)
               SELECT id, %s, %s, 4711 FROM res_partner WHERE id = ANY(%s)
               ON CONFLICT (partner_id, company_id) DO UPDATE SET order_count = 4711""",
            (cls.company.id, cls.company.currency_id.id, cls.partners.ids),
        )
        cls.segment = cls.env["customer.segment"].create(
            {"name": "Three", "filter_domain": "[('order_count', '=', 4711)]"}
        )

    def _missing(self, body, segments=None):
        template = self._create(html_content=body + GOOD, preview_text="Read this")
        found = template._check_content(segments or self.segment)
        return [
            (
                finding.severity,
                finding.message.partition(" customers")[0],
                finding.place,
            )
            for finding in found
            if finding.code == "empty_tag"
        ]

    def test_customers_without_a_value(self):
        body = '<p><span data-mm-tag="first_name">x</span></p>'
        expected = [("warning", "1 of 3", "Tag “First name”")]
        self.assertEqual(self._missing(body), expected)

    def test_blanks_are_no_value(self):
        body = '<p><span data-mm-tag="city">x</span></p>'
        self.assertEqual(self._missing(body)[0][:2], ("warning", "2 of 3"))

    def test_fallback_and_condition_take_care(self):
        chip = '<span data-mm-tag="city"{}>x</span>'
        for body in (
            chip.format(' data-mm-default="town"'),
            f'<p data-mm-if="city">{chip.format("")}</p>',
            f"<div data-mm-if=\"city != 'Rome'\"><p>{chip.format('')}</p></div>",
        ):
            with self.subTest(body):
                self.assertEqual(self._missing(body)[0][:2], ("info", "2 of 3"))
        other = f'<p data-mm-if="first_name">{chip.format("")}</p>'
        self.assertIn(("warning", "2 of 3", "Tag “City”"), self._missing(other))

    def test_one_statement_for_all_tags_and_segments(self):
        chips = "".join(
            f'<i data-mm-tag="{key}">x</i>'
            for key in ("first_name", "city", "total_orders", "favourite_category")
        )
        template = self._create(html_content=chips + GOOD)
        renderer = template._get_renderer(self.company)
        segments = self.segment | self.segment.copy({"name": "Again"})
        queries = []
        execute = type(self.env).execute_query

        def count(env, query):
            queries.append(query)
            return execute(env, query)

        self.patch(type(self.env), "execute_query", count)
        found = template._check_values(renderer, segments, self.company)
        self.assertEqual(len([q for q in queries if "FILTER" in q.code]), 1)
        self.assertTrue(all("of 3 customers" in finding.message for finding in found))

    def test_window(self):
        template = self._create(
            html_content=f'<p><span data-mm-tag="city">x</span></p>{GOOD}',
            preview_text="Read this",
        )
        analyst = new_test_user(
            self.env, "mm_analyst", "base.group_user,marketing_base.group_analyst"
        )
        for user in (self.marketer, analyst):
            window = self.env["marketing.template.check"].with_user(user)
            check = window.create({"template_id": template.id})
            self.assertFalse(check.findings)
            check.segment_ids = self.segment
            self.assertEqual(
                [finding["code"] for finding in check.findings], ["empty_tag"]
            )

    def test_segments_of_another_company_are_not_counted(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        foreign = self.env["customer.segment"].create(
            {"name": "Foreign", "company_id": other.id}
        )
        template = self._create()
        with self.assertRaises(AccessError):
            template._check_content(foreign.with_user(self.marketer))
        stranger = new_test_user(
            self.env,
            "mm_stranger",
            "base.group_user,marketing_base.group_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        window = self.env["marketing.template.check"].with_user(stranger)
        with self.assertRaises(AccessError):
            window.create({"template_id": template.id}).mapped("findings")

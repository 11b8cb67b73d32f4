import json

from lxml import html as lxml_html

from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import file_open

from .template_common import FakeLinks, TemplateCase

DESIGNS = (
    "template_favourite_category",
    "design_launch",
    "design_sale",
    "template_we_miss_you",
    "design_loyalty",
    "design_event",
)
WIDTHS = (320, 375, 480, 600, 800)
DARK = "@media (prefers-color-scheme:dark)"
MEASURE = "marketing_campaign/static/tests/designs/measure_mail.js"
# what the measure must find, so that a test that finds nothing means something
BAD = {
    "wider": '<div style="width:900px;height:9px"></div>',
    "letters": '<p style="font-size:12px">Small</p>',
    "contrast": '<p style="color:#999999">Pale</p>',
    "link": '<a href="https://a.company.com">x</a>',
}
_CODE = """(async () => {
    %(measure)s
    const { mails, bad, widths } = %(data)s;
    const wrong = [];
    for (const [name, html] of Object.entries(mails)) {
        for (const width of widths) {
            const found = await window.measureMail(html, width);
            const good = bad.includes(name)
                ? found.some((problem) => problem.includes(name))
                : !found.length;
            if (!good) wrong.push([name, width, ...found].join(" | "));
        }
    }
    if (wrong.length) console.error(wrong.join("\\n"));
    else console.log("test successful");
})()"""


def get_designs(env):
    return [env.ref(f"marketing_campaign.{name}") for name in DESIGNS]


@tagged("post_install", "-at_install")
class TestTemplateDesigns(TemplateCase):
    def test_the_editor_takes_its_blocks_for_current_ones(self):
        """An outdated block is offered a replacement, which would empty it."""
        for design in get_designs(self.env):
            page = lxml_html.document_fromstring(design.body_arch)
            for block in page.xpath("//*[@data-snippet]"):
                name = block.get("data-snippet")
                stock = self.env["ir.qweb"]._render(f"mass_mailing.{name}")
                current = lxml_html.fragment_fromstring(str(stock).strip())
                with self.subTest(design.name, block=block.get("data-name")):
                    for version in ("data-vxml", "data-vcss", "data-vjs"):
                        self.assertEqual(block.get(version), current.get(version))

    def test_all_are_supplied_for_all_companies(self):
        supplied = self.env["email.template.marketing"].search(
            [("is_system", "=", True)]
        )
        self.assertLessEqual(set(get_designs(self.env)), set(supplied))
        self.assertFalse(supplied.company_id)

    def test_ready_to_send(self):
        """Nothing to correct, light, and readable without a name or an order."""
        for design in get_designs(self.env):
            with self.subTest(design.name):
                self.assertEqual(design._check_content(), [])
                self.assertFalse(
                    design._compile().bare_tags
                    - {"company_name", "company_address", "email", "total_spent"}
                )
                context = dict.fromkeys(design._compile().tags)
                content = design._compile().render(context, FakeLinks())
                self.assertLess(len(content.html), 40_000)
                self.assertNotIn("None", content.text)

    def test_what_mail_programs_need_survives_the_sanitiser(self):
        for design in get_designs(self.env):
            with self.subTest(design.name):
                html = str(design.html_content)
                sample = design._render_sample(design._get_renderer()).html
                head, __, body = sample.partition("</head>")
                for text in (DARK, "max-width:620px", 'name="color-scheme"'):
                    self.assertIn(text, head)
                self.assertNotIn(".kicker", html)  # written into the elements
                self.assertIn("<!--[if mso]>", body)
                self.assertIn('role="presentation"', body)
                self.assertIn("o_mail_wrapper_td", str(design.body_arch))

    def test_thumbnail(self):
        for design in get_designs(self.env):
            with self.subTest(design.name):
                size = len(design.with_context(bin_size=False).thumbnail) * 3 // 4
                self.assertGreater(size, 5_000)
                self.assertLess(size, 40_000)

    def test_saving_a_copy_again_changes_nothing(self):
        for design in get_designs(self.env):
            copy = design.with_user(self.marketer).copy({"company_id": self.company.id})
            with self.subTest(design.name):
                self.assertEqual(str(copy.html_content), str(design.html_content))
                copy.html_content = str(copy.html_content)
                self.assertEqual(str(copy.html_content), str(design.html_content))

    def test_read_only_for_people(self):
        design = get_designs(self.env)[0]
        manager = new_test_user(
            self.env, "mm_manager", "base.group_user,marketing_base.group_manager"
        )
        admin = self.env.ref("base.user_admin")
        for user in (manager, admin):
            with self.subTest(user.login):
                own = design.with_user(user)
                for vals in (
                    {"name": "Mine"},
                    {"html_content": "<p>Mine</p>"},
                    {"company_id": self.company.id},
                    {"active": False, "name": "Mine"},
                ):
                    with self.assertRaises(UserError) as error:
                        own.write(vals)
                    self.assertIn("Use this design", str(error.exception))
                with self.assertRaises(UserError):
                    own.unlink()
        design.with_user(manager).active = False
        self.assertFalse(design.active)

    def test_use_this_design(self):
        design = get_designs(self.env)[1].with_user(self.marketer)
        action = design.action_use_design()
        copy = self.templates.browse(action["res_id"])
        self.assertFalse(copy.is_system)
        self.assertEqual(copy.company_id, self.company)
        self.assertEqual(copy.category, design.category)
        self.assertFalse(copy.thumbnail)
        copy.name = "Mine"
        copy.unlink()

    def test_changes_are_tracked(self):
        template = self._create()
        self.env.cr.flush()
        template.subject_template = "Good morning"
        self.env.flush_all()
        self.env.cr.flush()
        values = template.message_ids.sudo().tracking_value_ids
        self.assertIn("Good morning", values.mapped("new_value_char"))

    def test_nobody_declares_a_template_supplied(self):
        """Not by a call of the API either: it would lock out all others."""
        template = self._create()
        with self.assertRaises(UserError):
            template.write({"is_system": True})
        with self.assertRaises(UserError):
            self._create(is_system=True)
        self.assertFalse(get_designs(self.env)[0].copy().is_system)


@tagged("post_install", "-at_install")
class TestTemplateDesignsOnScreens(HttpCase):
    """Measured in a browser: light and dark, from a small phone to a desktop."""

    def test_measures(self):
        mails = {name: f"<body>{html}</body>" for name, html in BAD.items()}
        for design in get_designs(self.env):
            html = design._render_sample(design._get_renderer()).html
            mails[f"{design.name}, light"] = html.replace(DARK, "@media not all")
            mails[f"{design.name}, dark"] = html.replace(DARK, "@media all")
        with file_open(MEASURE) as file:
            measure = file.read()
        data = json.dumps({"mails": mails, "bad": list(BAD), "widths": WIDTHS})
        # "</" would end the script that a browser may wrap around this code
        code = _CODE % {"measure": measure, "data": data.replace("</", "<\\/")}
        self.browser_js("/web/login", code)

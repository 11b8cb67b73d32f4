import datetime

from odoo.tests import BaseCase, TransactionCase, new_test_user

from odoo.addons.marketing_campaign.rendering import Site, Tag, compile_template

TAGS = {
    tag.key: tag
    for tag in (
        Tag("first_name", "First name", "Anna"),
        Tag("city", "City", "Paris"),
        Tag("company_address", "Company address", "1 Road\nTown", "multiline"),
        Tag("total_orders", "Orders", 3, "integer"),
        Tag("last_order_date", "Last order", None, "date"),
        Tag("page", "Page", "https://example.com/me", "url"),
        Tag("unsubscribe_url", "Unsubscribe link", "#", "link", "unsubscribe"),
        Tag("view_url", "View link", "#", "link", "view"),
        Tag(
            "products",
            "Products",
            (),
            "list",
            fields={
                "name": Tag("name", "Product name", "Tea"),
                "price": Tag("price", "Price", 2.5, "money"),
                "url": Tag("url", "Product page", "https://example.com/1", "url"),
            },
        ),
    )
}
SITE = Site("https://odoo.example.com", "https://shop.example.com")


PRODUCTS = [
    {"name": "Tea & <b>", "price": "$3.50", "price__raw": 3.5, "url": "https://x/1"},
    {"name": "", "price": "$1.00", "price__raw": 1.0, "url": "javascript:alert(1)"},
]
CONTEXT = {
    "first_name": "Ann<a",
    "city": None,
    "company_address": "1 Road\nTown <x>",
    "total_orders": "3",
    "total_orders__raw": 3,
    "last_order_date": "March 1, 2026",
    "last_order_date__raw": datetime.date(2026, 3, 1),
    "page": "https://example.com/me?a=1&b=2",
    "products": PRODUCTS,
}


class FakeLinks:
    """Links of one recipient, readable in a test."""

    def __init__(self, name="r1"):
        self.name = name

    def click(self, position):
        return f"https://t.example.com/c/{self.name}/{position}"

    def pixel(self):
        return f"https://t.example.com/o/{self.name}.gif"

    def unsubscribe(self):
        return f"https://t.example.com/u/{self.name}"

    def view(self):
        return f"https://t.example.com/v/{self.name}"


def compile_body(html, *, subject="Hello", text="", preview="", tags=TAGS):
    """CompiledTemplate of a body, with the tags and addresses of these tests."""
    return compile_template(
        subject, html, text, tags=tags, preview=preview, site=SITE, lang="en-US"
    )


def body_of(content):
    """What stands between the preheader and the pixel of a rendered message."""
    start = content.html.index("<body")
    return content.html[content.html.index(">", start) + 1 :].rpartition("<img src")[0]


class RenderingCase(BaseCase):
    def _body(self, html, **context):
        content = compile_body(html).render({**CONTEXT, **context}, FakeLinks())
        return body_of(content)

    def _text(self, html, **options):
        return compile_body(html, **options).render(CONTEXT, FakeLinks()).text


class TemplateCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.marketer = new_test_user(
            cls.env, "mm_marketer", "base.group_user,marketing_base.group_user"
        )
        cls.templates = cls.env["email.template.marketing"].with_user(cls.marketer)

    def _create(self, **values):
        defaults = {
            "name": "Test",
            "subject_template": "Hello",
            "html_content": "<p>Hello</p>",
        }
        return self.templates.create({**defaults, **values})

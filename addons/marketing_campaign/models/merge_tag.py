import datetime

from odoo import api, models
from odoo.tools.translate import LazyTranslate

from odoo.addons.marketing_engine import rfm

from ..rendering import Tag

_lt = LazyTranslate(__name__)

# first word of a person's name; a company or an address is no first name
_FIRST_NAME = """
    CASE WHEN partner.is_company OR partner.name LIKE '%%@%%' THEN NULL
         ELSE NULLIF(split_part(btrim(partner.name), ' ', 1), '') END
"""
_COMPANY_ADDRESS = """
    COALESCE(NULLIF(btrim(company.marketing_postal_address), ''), concat_ws(
        E'\\n', NULLIF(company_partner.street, ''),
        NULLIF(concat_ws(' ', company_partner.zip, company_partner.city), '')))
"""
_PRODUCTS = """
    (SELECT jsonb_agg(jsonb_build_object(
                'name', COALESCE(t.name ->> partner.lang, t.name ->> 'en_US'),
                'category', c.name, 'price', t.list_price,
                'url', COALESCE(NULLIF(company_partner.website, ''),
                                base_url.value) || '/shop/' || t.id)
            ORDER BY best.revenue DESC, t.id)
       FROM (SELECT product.product_tmpl_id, sum(line.price_subtotal) AS revenue
               FROM sale_order_line line
               JOIN sale_order orders ON orders.id = line.order_id
               JOIN res_partner buyer ON buyer.id = orders.partner_id
               JOIN product_product product ON product.id = line.product_id
              WHERE buyer.commercial_partner_id = partner.commercial_partner_id
                AND orders.company_id = target.company_id
                AND orders.state = 'sale' AND line.price_subtotal > 0
              GROUP BY product.product_tmpl_id
              ORDER BY revenue DESC, product.product_tmpl_id LIMIT 4) best
       JOIN product_template t ON t.id = best.product_tmpl_id
       LEFT JOIN product_category c ON c.id = t.categ_id)
"""
_JOINS = {
    "company": (
        (),
        "LEFT JOIN res_company company ON company.id = target.company_id",
    ),
    "company_partner": (
        ("company",),
        """LEFT JOIN res_partner company_partner
                  ON company_partner.id = company.partner_id""",
    ),
    "profile": (
        (),
        """LEFT JOIN customer_profile profile
                  ON profile.partner_id = partner.commercial_partner_id
                 AND profile.company_id = target.company_id""",
    ),
    "category": (
        ("profile",),
        """LEFT JOIN product_category category
                  ON category.id = profile.favourite_category_id""",
    ),
    "base_url": (
        (),
        """LEFT JOIN ir_config_parameter base_url ON base_url.key = 'web.base.url'""",
    ),
}
_PROFILE_COLUMNS = {
    "total_orders": "order_count",
    "total_spent": "revenue",
    "last_order_date": "last_order_date",
}
_PRODUCT_FIELDS = (
    Tag("name", _lt("Product name"), "Ground coffee"),
    Tag("category", _lt("Product category"), "Hot drinks"),
    Tag("price", _lt("Product price"), 4.5, "money"),
    Tag("url", _lt("Product page"), "https://example.com/shop/1", "url"),
)
_SAMPLE_PRODUCTS = (
    {"name": "Ground coffee", "category": "Hot drinks", "price": 4.5},
    {"name": "Oat biscuits", "category": "Snacks", "price": 2.25},
)


class MarketingMergeTag(models.AbstractModel):
    """Registry of the merge tags.

    An addon adds its own by `_inherit`: it extends `_get_tags` (and `_get_joins` when
    its source needs another table) and returns what super() returns plus its own.
    """

    _name = "marketing.merge.tag"
    _description = "Registry of merge tags"

    @api.model
    def _get_tags(self):
        """Mapping key -> rendering.Tag, in the order people see them."""
        tags = (
            *self._get_person_tags(),
            *self._get_shopping_tags(),
            *self._get_company_tags(),
        )
        return {tag.key: tag for tag in tags}

    @api.model
    def _get_person_tags(self):
        return (
            Tag("first_name", _lt("First name"), "Anna", source=_FIRST_NAME),
            Tag("customer_name", _lt("Full name"), "Anna Brown", source="partner.name"),
            Tag("email", _lt("Email"), "anna@example.com", source="target.email"),
            Tag("city", _lt("City"), "Springfield", source="partner.city"),
        )

    @api.model
    def _get_shopping_tags(self):
        return (
            Tag(
                "favourite_category",
                _lt("Favourite category"),
                "Hot drinks",
                source="category.name",
                joins=("category",),
            ),
            self._profile_tag("total_orders", _lt("Orders"), 7, "integer"),
            self._profile_tag("total_spent", _lt("Total spent"), 312.4, "money"),
            self._profile_tag(
                "last_order_date",
                _lt("Last order"),
                datetime.date(2026, 3, 14),
                "date",
            ),
            Tag(
                "rfm_segment",
                _lt("RFM segment"),
                "champions",
                "choice",
                "profile.rfm_segment",
                ("profile",),
                choices={key: item.label for key, item in rfm.SEGMENTS.items()},
            ),
            Tag(
                "products",
                _lt("Best bought products"),
                _SAMPLE_PRODUCTS,
                "list",
                _PRODUCTS,
                ("company_partner", "base_url"),
                fields={tag.key: tag for tag in _PRODUCT_FIELDS},
            ),
        )

    @api.model
    def _profile_tag(self, key, label, sample, kind):
        column = _PROFILE_COLUMNS[key]
        return Tag(key, label, sample, kind, f"profile.{column}", ("profile",))

    @api.model
    def _get_company_tags(self):
        return (
            Tag(
                "company_name",
                _lt("Company name"),
                "Corner Shop",
                source="company.name",
                joins=("company",),
            ),
            Tag(
                "company_address",
                _lt("Company address"),
                "1 High Street\nSpringfield",
                "multiline",
                _COMPANY_ADDRESS,
                ("company_partner",),
            ),
            Tag("unsubscribe_url", _lt("Unsubscribe link"), "#", "link", "unsubscribe"),
            Tag("view_url", _lt("View in browser link"), "#", "link", "view"),
        )

    @api.model
    def _get_joins(self):
        """Mapping name -> (names it needs, LEFT JOIN text) for the sources of tags."""
        return _JOINS

    @api.model
    def _get_choice_words(self, langs):
        """Mapping (tag key, language) -> {value: word}."""
        choices = [tag for tag in self._get_tags().values() if tag.kind == "choice"]
        return {
            (tag.key, lang): {
                value: self.with_context(lang=lang).env._(label)
                for value, label in tag.choices.items()
            }
            for tag in choices
            for lang in langs
        }

    @api.model
    def _describe(self, tag):
        """A tag as plain texts in the user's language."""
        sample = "" if tag.kind == "list" else tag.sample
        return {
            "key": tag.key,
            "label": self.env._(tag.label),
            "kind": tag.kind,
            "sample": str(tag.choices.get(sample, sample)),
            "fields": [self._describe(field) for field in tag.fields.values()],
        }

    @api.model
    def _get_sample_context(self, tags, formatter):
        """Context of sample values, for a preview without a customer."""
        context = {}
        for tag in tags:
            formatter.fill(context, tag, tag.sample, None)
        return context

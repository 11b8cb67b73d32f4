"""Where the values of the merge tags come from: SQL over the rows of messages."""

# first word of a person's name; a company or an address is no first name
FIRST_NAME = """
    CASE WHEN partner.is_company OR partner.name LIKE '%%@%%' THEN NULL
         ELSE NULLIF(split_part(btrim(partner.name), ' ', 1), '') END
"""
COMPANY_ADDRESS = """
    COALESCE(NULLIF(btrim(company.marketing_postal_address), ''), concat_ws(
        E'\\n', NULLIF(company_partner.street, ''),
        NULLIF(concat_ws(' ', company_partner.zip, company_partner.city), '')))
"""
PRODUCTS = """
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
JOINS = {
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

"""Customers and products of the demo, set-based."""

from odoo.tools import SQL

from demo_job import names
from demo_job.clone import clone_rows

PEOPLE = """
    CREATE TEMP TABLE person (household_id int PRIMARY KEY,
        partner_id int DEFAULT nextval('res_partner_id_seq'),
        name text, email text, city text, first_seen timestamp)
"""
CUSTOMER = {
    "id": "s.partner_id",
    "name": "s.name",
    "complete_name": "s.name",
    "commercial_partner_id": "s.partner_id",
    "email": "nullif(s.email, '')",
    "email_normalized": "nullif(s.email, '')",
    "city": "s.city",
    "ref": "'household ' || s.household_id",
    "create_date": "s.first_seen",
}
ARTICLES = """
    CREATE TEMP TABLE article AS
    SELECT p.*, c.id categ_id,
           nextval('product_template_id_seq')::int template_id,
           nextval('product_product_id_seq')::int variant_id,
           initcap(p.product_type) || coalesce(' ' || nullif(p.package_size, ''), '')
               AS label
    FROM stage_product p
    JOIN product_category c ON c.name = initcap(p.category) AND c.parent_id = %s
"""
TEMPLATE = {
    "id": "s.template_id",
    "name": "jsonb_build_object('en_US', s.label)",
    "categ_id": "s.categ_id",
    "list_price": "s.price",
    "default_code": "s.product_id::text",
}
VARIANT = {
    "id": "s.variant_id",
    "product_tmpl_id": "s.template_id",
    "default_code": "s.product_id::text",
    "standard_price": "jsonb_build_object('1', round(s.price * 0.7, 2))",
}


def load_customers(env) -> int:
    """Insert one customer a household, with an invented name and address."""
    cr = env.cr
    cr.execute(PEOPLE)
    cr.execute(
        "SELECT household_id, min(bought_at) FROM stage_basket GROUP BY 1 ORDER BY 1"
    )
    rows = [
        (number, *names.person(number), names.city(number), first)
        for number, first in cr.fetchall()
    ]
    cr.execute_values(
        "INSERT INTO person (household_id, name, email, city, first_seen) VALUES %s",
        rows,
    )
    model = env["res.partner"].create(
        {
            "name": "Demo customer",
            "lang": "en_US",
            "country_id": env.ref("base.us").id,
            "customer_rank": 1,
        }
    )
    env.flush_all()
    people = SQL("SELECT * FROM person")
    count = clone_rows(cr, "res_partner", model.id, people, CUSTOMER)
    model.unlink()
    return count


def load_products(env):
    """Insert the products bought; return (count, the record they were copied from)."""
    cr = env.cr
    cr.execute("SELECT DISTINCT initcap(category) FROM stage_product ORDER BY 1")
    categories = [name for (name,) in cr.fetchall()]
    parent = env["product.category"].create({"name": "Groceries"})
    env["product.category"].create(
        [{"name": name, "parent_id": parent.id} for name in categories]
    )
    model = env["product.product"].create(
        {"name": "Demo product", "type": "consu", "taxes_id": False}
    )
    env.flush_all()
    cr.execute(ARTICLES, [parent.id])
    cr.execute("CREATE UNIQUE INDEX ON article (product_id)")
    articles = SQL("SELECT * FROM article")
    template = model.product_tmpl_id.id
    clone_rows(cr, "product_template", template, articles, TEMPLATE)
    return clone_rows(cr, "product_product", model.id, articles, VARIANT), model

"""The page and the customers of the delivery benchmark."""

from odoo.tools import SQL

TAGS = ("first_name", "customer_name", "email", "city", "favourite_category") + (
    "total_orders",
    "total_spent",
    "last_order_date",
    "rfm_segment",
    "company_name",
)
PEER_FIELDS = ("name", "display_name", "email", "city", "street") + (
    "zip",
    "phone",
    "ref",
    "lang",
    "company_name",
)
PAGE_BYTES = 20_000
WORDS = "Fresh offers for your kitchen, chosen with care, while stocks last. "


def page(tags):
    """Return about 20 kB of HTML with a link beside each of ten tags."""
    filler = WORDS * (PAGE_BYTES // 10 // len(WORDS) - 2)
    rows = "".join(
        f'<p style="margin: 0 0 12px; color: #333333">Dear {tag}, {filler}'
        f'<a href="https://shop.example/offer/{number}?from=mail">Offer {number}</a>'
        "</p>\n"
        for number, tag in enumerate(tags)
    )
    return f'<div style="font-family: Arial, sans-serif">{rows}</div>'


def create_customers(env, company, number, prefix):
    """Insert customers with consent and a profile, set-based, and commit."""
    _insert_partners(env.cr, company, number, prefix)
    _insert_consents(env, company)
    _insert_profiles(env.cr, company)
    env.cr.commit()
    env.cr.execute(
        "ANALYZE res_partner, email_subscription_preference, customer_profile"
    )
    env.cr.commit()


def _insert_partners(cr, company, number, prefix):
    domain = f"{company.name.replace(' ', '').lower()}.example"
    cr.execute(
        """
        INSERT INTO res_partner (name, active, type, autopost_bills, email,
               email_normalized, city, company_id, lang)
        SELECT 'Anna Customer ' || n, TRUE, 'contact', 'ask', address, address,
               'Springfield', %s, 'en_US'
          FROM (SELECT n, %s || n || '@' || %s AS address
                  FROM generate_series(1, %s) n) listed
        """,
        [company.id, prefix, domain, number],
    )
    cr.execute(
        """UPDATE res_partner SET commercial_partner_id = id, complete_name = name
            WHERE company_id = %s AND commercial_partner_id IS NULL""",
        [company.id],
    )


def _insert_consents(env, company):
    key = env["email.subscription.preference"]._address_key_sql(
        "email", SQL("partner.email")
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO email_subscription_preference (company_id, channel,
                   address_key, email_address, partner_id, is_subscribed,
                   preferred_frequency)
            SELECT company_id, 'email', %s, email, id, TRUE, 'normal'
              FROM res_partner partner WHERE company_id = %s AND email LIKE '%%@%%'
                ON CONFLICT DO NOTHING
            """,
            key,
            company.id,
        )
    )


def _insert_profiles(cr, company):
    cr.execute(
        """
        INSERT INTO customer_profile (partner_id, company_id, currency_id,
               order_count, revenue, last_order_date, rfm_segment)
        SELECT id, company_id, %s, 3, 120, now(), 'champions' FROM res_partner
         WHERE company_id = %s ON CONFLICT DO NOTHING
        """,
        [company.currency_id.id, company.id],
    )

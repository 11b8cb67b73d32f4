"""What a soak needs inside Odoo: customers, a provider, campaigns, and the recount."""

import time

import events_work

from delivery_stage import create_customers, page

TAGS = ("first_name", "city", "favourite_category")


def prepare(env, options):
    """Write customers with consent, a provider and a template; return what to send."""
    stamp = str(time.time_ns())
    company = env.company  # that of the administrator, who sends
    # at any hour, and one campaign after the other to the same customers
    company.write(
        {
            "marketing_quiet_hours": False,
            "marketing_cap_day": 1000,
            "marketing_cap_week": 1000,
            "marketing_cap_gap": 0,
        }
    )
    server = env["ir.mail_server"].create(
        {
            "name": f"Sink {stamp}",
            "smtp_host": "127.0.0.1",
            "smtp_port": options["port"],
        }
    )
    provider = env["delivery.provider"].create(
        {"name": "Sink", "mail_server_id": server.id, "company_id": company.id}
    )
    create_customers(env, company, options["audience"], f"s{stamp}")
    _insert_orders(env.cr, company)
    campaign = {
        "name": "Soak",
        "company_id": company.id,
        "provider_id": provider.id,
        "template_id": _create_template(env, company).id,
        "segment_ids": _create_segment(env, company).ids,
        "from_email": "shop@soak.example",
    }
    env.cr.commit()
    return campaign


def _insert_orders(cr, company):
    """One for each customer: the nightly refresh would forget who has none."""
    cr.execute(
        """
        INSERT INTO sale_order (name, partner_id, partner_invoice_id,
            partner_shipping_id, company_id, currency_id, currency_rate, state,
            date_order, amount_untaxed)
        SELECT 'S', partner_id, partner_id, partner_id, company_id, currency_id, 1,
               'sale', now() - interval '40 days', 120
          FROM customer_profile profile
         WHERE company_id = %s AND NOT EXISTS (
               SELECT FROM sale_order o WHERE o.partner_id = profile.partner_id)
        """,
        [company.id],
    )


def _create_template(env, company):
    html = page([f'<span data-mm-tag="{tag}">x</span>' for tag in TAGS])
    html += '<p><a href="#" data-mm-href="unsubscribe_url">Unsubscribe</a></p>'
    return env["email.template.marketing"].create(
        {
            "name": "Soak",
            "subject_template": "{{ first_name }}, our offers",
            "body_arch": html,
            "html_content": html,
            "company_id": company.id,
        }
    )


def _create_segment(env, company):
    return env["customer.segment"].create(
        {
            "name": "Everybody",
            "segment_type": "dynamic",
            "filter_domain": "[('order_count', '>=', 1)]",
            "company_id": company.id,
        }
    )


def recount(env, ids):
    """Return {send key: state} of the campaigns, and where counters disagree."""
    env.cr.execute(
        """SELECT send_key, state FROM campaign_recipient
            WHERE campaign_id = ANY(%s) AND state NOT IN ('skipped', 'held_out')""",
        [ids],
    )
    states = dict(env.cr.fetchall())
    wrong = []
    for campaign in env["email.campaign"].browse(ids):
        counted = campaign._count_states()
        if sum(counted.values()) != campaign.audience_size:
            wrong.append(f"{campaign.id}: {counted} of {campaign.audience_size}")
    return {"states": states, "wrong": wrong}


def make_key(env, _options):
    """Return (token, source) of a key for the program that sends events."""
    token = events_work.make_key(env, 100_000)
    key = env["marketing.api.key"]._find(f"Bearer {token}")
    return [token, f"api:{key.id}"]


def count_events(env, source):
    """Return {number of a batch: (rows in the log, different events)}."""
    env.cr.execute(
        """SELECT split_part(event_id, ':', 2), count(*), count(DISTINCT event_id)
             FROM marketing_event WHERE source_id = %s GROUP BY 1""",
        [source],
    )
    return {number: [rows, events] for number, rows, events in env.cr.fetchall()}

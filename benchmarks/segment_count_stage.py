"""What the benchmark of counts needs besides customers and orders."""

MESSAGES = 2  # for each customer, in the last 180 days
EVENTS = 2  # likewise, in the last 45 days
HIDDEN = 100  # one customer in so many is archived, one is of another company


def prepare(env, company):
    """Add messages, events and hidden customers once; return a user who counts."""
    if not _has_messages(env, company):
        _hide_customers(env, company)
        _insert_messages(env, company)
        _insert_events(env, company)
        env.cr.commit()
        env.cr.execute("ANALYZE res_partner, campaign_recipient, marketing_event")
        env.cr.commit()
    return _get_user(env, company)


def _has_messages(env, company):
    env.cr.execute(
        "SELECT EXISTS (SELECT FROM campaign_recipient WHERE company_id = %s)",
        [company.id],
    )
    return env.cr.fetchone()[0]


def _get_user(env, company):
    """Return a marketing user, to whom record rules apply."""
    login = f"count-{company.id}"
    users = env["res.users"].with_context(no_reset_password=True)
    return users.search([("login", "=", login)]) or users.create(
        {
            "name": "Counting",
            "login": login,
            "company_id": company.id,
            "company_ids": [(6, 0, company.ids)],
            "group_ids": [(4, env.ref("marketing_base.group_manager").id)],
        }
    )


def _hide_customers(env, company):
    other = env["res.company"].create({"name": f"Beside {company.id}"})
    env.flush_all()
    for column, value, rest in (("active", False, 0), ("company_id", other.id, 1)):
        env.cr.execute(
            f"""UPDATE res_partner SET {column} = %s WHERE id IN (
                    SELECT partner_id FROM customer_profile
                     WHERE company_id = %s AND partner_id %% %s = %s)""",
            [value, company.id, HIDDEN, rest],
        )


def _insert_messages(env, company):
    """One in four was opened, one in twenty clicked."""
    env.cr.execute(
        """
        INSERT INTO campaign_recipient (company_id, campaign_id, customer_id,
            address_key, state, sent_at, opened_at, clicked_at)
        SELECT company_id, 0, partner_id, 'count-' || partner_id || '-' || n, 'sent',
               at, CASE WHEN chance < .25 THEN at + interval '3 hours' END,
               CASE WHEN chance < .05 THEN at + interval '3 hours' END
          FROM (SELECT company_id, partner_id, n, random() AS chance,
                       now() - random() * interval '180 days' AS at
                  FROM customer_profile, generate_series(1, %s) n
                 WHERE company_id = %s) message
        """,
        [MESSAGES, company.id],
    )


def _insert_events(env, company):
    """Nine in ten are views of products."""
    env.cr.execute(
        """
        INSERT INTO marketing_event (source_id, event_id, event_type, occurred_at,
            company_id, partner_id, properties)
        SELECT 'benchmark', 'count-' || partner_id || '-' || n,
               CASE WHEN random() < .9 THEN 'product_view' ELSE 'add_to_cart' END,
               now() - random() * interval '45 days', company_id, partner_id,
               '{"product_id": 1, "session": "0123456789abcdef", "device": "mobile"}'
          FROM customer_profile, generate_series(1, %s) n
         WHERE company_id = %s
        """,
        [EVENTS, company.id],
    )

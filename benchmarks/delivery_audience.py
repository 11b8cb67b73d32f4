"""The rows of a large audience: ours, and by a bare statement."""

import time

from odoo import SUPERUSER_ID, api

from delivery_stage import create_customers


def write_audience(work):
    """Time the rows of a large audience with its reasons, ours and by hand."""
    create_customers(work.env, work.company, work.options["audience"], "a")
    segment = work.env["customer.segment"].create(
        {
            "name": "Everybody",
            "segment_type": "dynamic",
            "filter_domain": "[('order_count', '>=', 1)]",
            "company_id": work.company.id,
        }
    )
    campaign = work.create_campaign()
    campaign.segment_ids = segment
    work.env.cr.commit()
    elapsed = _time_committed(work.env, lambda env: _list_all(env, campaign.id))
    work.look_again()
    assert campaign.audience_size >= work.options["audience"]
    by_hand = work.create_campaign()
    bound = _time_committed(
        work.env, lambda env: _write_by_hand(env, by_hand.id, work.company.id)
    )
    return {"audience_seconds": elapsed, "by_hand_seconds": bound}


def _list_all(env, campaign_id):
    """Each part, as its jobs do."""
    campaign = env["email.campaign"].browse(campaign_id)
    while not campaign.prepared_at:
        campaign._prepare_recipients(campaign_id)


def _time_committed(env, work):
    with env.registry.cursor() as cr:
        start = time.perf_counter()
        work(api.Environment(cr, SUPERUSER_ID, {}))
        cr.commit()
        return time.perf_counter() - start


def _write_by_hand(env, campaign_id, company_id):
    """The rows of the same customers, for one who trusts all their data.

    Consent is joined by customer, so no address is normalised or hashed, none is
    told apart from another, and no customer is in a control group.
    """
    env.cr.execute(
        """
        INSERT INTO campaign_recipient (campaign_id, company_id, customer_id,
               address_key, email_address, state, reason)
        SELECT %s, person.company_id, person.id,
               COALESCE(consent.address_key, 'partner:' || person.id),
               person.email_normalized,
               CASE WHEN sendable THEN 'queued' ELSE 'skipped' END,
               CASE WHEN NOT sendable THEN 'no_consent' END
          FROM customer_profile profile
          JOIN res_partner person ON person.id = profile.partner_id
          LEFT JOIN email_subscription_preference consent
            ON consent.partner_id = person.id AND consent.channel = 'email'
          LEFT JOIN mail_blacklist stop
            ON stop.active AND stop.email = person.email_normalized
         CROSS JOIN LATERAL (SELECT COALESCE(consent.is_subscribed, FALSE)
                                    AND stop.id IS NULL AS sendable) judged
         WHERE profile.company_id = %s AND profile.order_count >= 1
         ORDER BY person.id
        """,
        [campaign_id, company_id],
    )

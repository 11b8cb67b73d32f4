"""What there is to do, as SQL on ``campaign_recipient``; reads only."""

# The statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection

from .outbox import NOW, ROUTED, prepare_route


def has_due(cr, campaign_id, route):
    """Whether a message is due that may go this way."""
    cr.execute(
        f"""
        SELECT FROM campaign_recipient message
         WHERE message.campaign_id = %(campaign_id)s AND message.state = 'queued'
           AND (message.not_before IS NULL OR message.not_before <= {NOW})
           AND {ROUTED} LIMIT 1
        """,
        {"campaign_id": campaign_id, **prepare_route(route)},
    )
    return bool(cr.rowcount)


def next_due(cr, campaign_id):
    """Return seconds until more can be done, or None when nothing is open."""
    cr.execute(
        f"""
        SELECT EXTRACT(epoch FROM min(CASE state
                   WHEN 'queued' THEN COALESCE(not_before, {NOW})
                   ELSE COALESCE(lease_until, {NOW}) END) - {NOW})::float
          FROM campaign_recipient
         WHERE campaign_id = %s AND state IN ('queued', 'claimed', 'submitting')
        """,
        [campaign_id],
    )
    return cr.fetchone()[0]


def find_submitting_tokens(cr):
    """Return the lease tokens whose journals may still be needed."""
    cr.execute(
        "SELECT DISTINCT lease_token FROM campaign_recipient WHERE state = 'submitting'"
    )
    return {token for (token,) in cr.fetchall()}


def find_work(cr):
    """Return ids of campaigns (with due messages, without open ones, to cancel)."""
    cr.execute(
        f"""
        SELECT campaign.id, campaign.status,
               EXISTS (SELECT FROM campaign_recipient m
                        WHERE m.campaign_id = campaign.id AND m.state = 'queued'
                          AND (m.not_before IS NULL OR m.not_before <= {NOW})),
               EXISTS (SELECT FROM campaign_recipient m
                        WHERE m.campaign_id = campaign.id
                          AND m.state IN ('queued', 'claimed', 'submitting')),
               EXISTS (SELECT FROM campaign_recipient m
                        WHERE m.campaign_id = campaign.id)
          FROM email_campaign campaign
         WHERE campaign.status = 'running'
            OR campaign.status = 'cancelled'
               AND campaign.write_date > {NOW} - interval '1 day'
        """
    )
    due, finished, cancelled = [], [], []
    for campaign_id, status, is_due, is_open, has_any in cr.fetchall():
        if status == "cancelled":
            cancelled.append(campaign_id)
        elif is_due:
            due.append(campaign_id)
        elif has_any and not is_open:
            finished.append(campaign_id)
    return due, finished, cancelled

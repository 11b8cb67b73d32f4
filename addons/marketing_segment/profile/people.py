"""Who they are in the mailbox: provider, device, and what they did with messages."""

# Ids of the log that were merged into a customer count for it. The counters are those
# of `customer.engagement`, which reads the log once.
PEOPLE = """
addresses AS (
    SELECT p.id AS logged_id, p.commercial_partner_id AS partner_id,
           CASE WHEN p.id = p.commercial_partner_id
                THEN NULLIF(SPLIT_PART(p.email_normalized, '@', 2), '') END AS domain
      FROM res_partner p
     WHERE %(customers)s
     UNION ALL
    SELECT identity.partner_id, p.commercial_partner_id, NULL
      FROM marketing_identity identity
      JOIN res_partner p ON p.id = identity.canonical_partner_id
     WHERE %(customers)s
), engaged AS (
    SELECT a.partner_id, MAX(a.domain) AS domain,
           COALESCE(SUM(e.delivered_count - e.returned_count), 0)::int
               AS delivered_count,
           COALESCE(SUM(e.open_count), 0)::int AS open_count,
           COALESCE(SUM(e.click_count), 0)::int AS click_count,
           COALESCE(SUM(e.conversion_count), 0)::int AS conversion_count,
           COALESCE(SUM(e.unsubscribe_count), 0)::int AS unsubscribe_count,
           MAX(e.last_open_at) AS last_open_at, MAX(e.last_click_at) AS last_click_at,
           SUM(e.desktop_count) AS desktop, SUM(e.mobile_count) AS mobile,
           SUM(e.tablet_count) AS tablet
      FROM addresses a
      LEFT JOIN customer_engagement e
        ON e.partner_id = a.logged_id AND e.company_id = %(company)s
     GROUP BY a.partner_id
), people AS (
    SELECT partner_id, %(mailbox)s AS mailbox_provider,
           CASE WHEN GREATEST(desktop, mobile, tablet, 0) = 0 THEN NULL
                WHEN mobile >= GREATEST(desktop, tablet) THEN 'mobile'
                WHEN desktop >= tablet THEN 'desktop'
                ELSE 'tablet' END AS device,
           delivered_count, open_count, click_count, conversion_count,
           unsubscribe_count, last_open_at, last_click_at
      FROM engaged
)"""

#: Columns of the profile that come from the log alone.
ENGAGEMENT = (
    "device",
    "delivered_count",
    "open_count",
    "click_count",
    "conversion_count",
    "unsubscribe_count",
    "last_open_at",
    "last_click_at",
)

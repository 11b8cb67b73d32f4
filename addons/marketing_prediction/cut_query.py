"""The SQL that readings as of several days share: the days, and the clicks before."""

CUTS = """
cuts AS (
    SELECT cut, number::int
      FROM unnest(%(cuts)s::date[]) WITH ORDINALITY AS cuts (cut, number)
)"""

#: Human clicks in messages of the 90 days before each cut.
CLICKS = """
clicks AS (
    SELECT person.commercial_partner_id AS partner_id, cuts.number, COUNT(*) AS clicks
      FROM cuts
      JOIN delivery_click click
        ON click.clicked_at >= cuts.cut - 90 AND click.clicked_at < cuts.cut
      JOIN res_partner person ON person.id = click.customer_id
     WHERE click.verdict = 'human' AND click.company_id = %(company)s
     GROUP BY 1, 2
)"""

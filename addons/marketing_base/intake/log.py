"""Judged events into the log: one statement, and a verdict for each of them."""

from ..events import IDENTIFYING_PROPERTIES

ACCEPTED, DUPLICATE, CONFLICT = "accepted", "duplicate", "conflict"
# Positions are those of the rows given: the first of two with one identifier counts.
_GIVEN = """
    unnest(%(ids)s::text[], %(types)s::text[], %(times)s::timestamp[],
           %(partners)s::int[], %(campaigns)s::int[], %(bodies)s::jsonb[])
    WITH ORDINALITY AS given(
        event_id, event_type, occurred_at, partner_id, campaign_id, properties,
        position)
"""
_BODY = "hashtextextended(event_type || properties::text, 0)"
_WRITE = f"""
    WITH incoming AS MATERIALIZED (
        SELECT DISTINCT ON (event_id) * FROM {_GIVEN} ORDER BY event_id, position
    ), accepted AS (
        INSERT INTO marketing_event_key (source_id, event_id, body)
        SELECT %(source)s, event_id, {_BODY} FROM incoming ORDER BY event_id
            ON CONFLICT DO NOTHING
        RETURNING event_id
    ), written AS (
        INSERT INTO marketing_event (source_id, event_id, event_type, occurred_at,
               company_id, partner_id, campaign_id, properties)
        SELECT %(source)s, event_id, event_type, occurred_at, %(company)s,
               incoming.partner_id, campaign_id,
               CASE WHEN erased.id IS NULL THEN properties
                    ELSE properties - %(identifying)s::text[] END
          FROM incoming
          JOIN accepted USING (event_id)
          LEFT JOIN marketing_identity erased
            ON erased.partner_id = incoming.partner_id AND erased.erased_at IS NOT NULL
    )
    SELECT position FROM incoming JOIN accepted USING (event_id)
"""
# A conflict is counted on the key row; rows are locked in order, as two batches with
# the same conflicts would else wait for each other in a circle.
_COUNT_CONFLICTS = f"""
    WITH other AS MATERIALIZED (
        SELECT given.position, given.event_id
          FROM {_GIVEN}
          JOIN marketing_event_key known
            ON known.source_id = %(source)s AND known.event_id = given.event_id
         WHERE NOT given.position = ANY(%(accepted)s) AND known.body <> {_BODY}
    ), locked AS MATERIALIZED (
        SELECT event_id FROM marketing_event_key
         WHERE source_id = %(source)s AND event_id IN (SELECT event_id FROM other)
         ORDER BY event_id FOR UPDATE
    ), counted AS (
        UPDATE marketing_event_key known SET conflicts = known.conflicts + again.number
          FROM (SELECT event_id, count(*) AS number
                  FROM other JOIN locked USING (event_id) GROUP BY event_id) again
         WHERE known.source_id = %(source)s AND known.event_id = again.event_id
    )
    SELECT position FROM other
"""


def log_rows(cr, rows, source_id, company_id):
    """Insert :class:`.judge.Row` s of one source; return a verdict for each, in order.

    Call it in READ COMMITTED: a lost race is then a duplicate and not an error.
    """
    if not rows:
        return []
    names = ("ids", "types", "times", "partners", "campaigns", "bodies")
    values = {
        **dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)),
        "source": source_id,
        "company": company_id,
        "identifying": list(IDENTIFYING_PROPERTIES),
    }
    cr.execute(_WRITE, values)
    verdicts = [DUPLICATE] * len(rows)
    accepted = [position for (position,) in cr.fetchall()]
    for position in accepted:
        verdicts[position - 1] = ACCEPTED
    if len(accepted) < len(rows):
        cr.execute(_COUNT_CONFLICTS, {**values, "accepted": accepted})
        for (position,) in cr.fetchall():
            verdicts[position - 1] = CONFLICT
    return verdicts

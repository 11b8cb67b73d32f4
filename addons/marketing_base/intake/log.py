"""Judged events into the log: one statement, and a verdict for each of them."""

from json.encoder import encode_basestring

from ..events import IDENTIFYING_PROPERTIES

ACCEPTED, DUPLICATE, CONFLICT = "accepted", "duplicate", "conflict"
# One text for all rows: an array a column would make the server parse and check each
# value as an expression of its own, which took longer than storing it.
_GIVEN = """
    jsonb_to_recordset(%(given)s::jsonb) AS given(
        n int, id text, type text, at timestamp, partner int, campaign int, body jsonb)
"""
_BODY = "hashtextextended(type || body::text, 0)"
_WRITE = f"""
    WITH incoming AS MATERIALIZED (
        SELECT * FROM {_GIVEN}
    ), accepted AS (
        INSERT INTO marketing_event_key (source_id, event_id, body)
        SELECT %(source)s, id, {_BODY} FROM incoming ORDER BY n
            ON CONFLICT DO NOTHING
        RETURNING event_id
    ), written AS (
        INSERT INTO marketing_event (source_id, event_id, event_type, occurred_at,
               company_id, partner_id, campaign_id, properties)
        SELECT %(source)s, incoming.id, type, at, %(company)s, partner, campaign,
               CASE WHEN erased.id IS NULL THEN incoming.body
                    ELSE incoming.body - %(identifying)s::text[] END
          FROM incoming
          JOIN accepted ON accepted.event_id = incoming.id
          LEFT JOIN marketing_identity erased
            ON erased.partner_id = incoming.partner AND erased.erased_at IS NOT NULL
    )
    SELECT n FROM incoming
     WHERE NOT EXISTS (SELECT FROM accepted WHERE accepted.event_id = incoming.id)
"""
# A conflict is counted on the key row; rows are locked in order, as two batches with
# the same identifiers would otherwise wait for each other in a circle.
_COUNT_CONFLICTS = f"""
    WITH other AS MATERIALIZED (
        SELECT given.n, given.id
          FROM {_GIVEN}
          JOIN marketing_event_key known
            ON known.source_id = %(source)s AND known.event_id = given.id
         WHERE known.body <> {_BODY.replace("body", "given.body")}
    ), locked AS MATERIALIZED (
        SELECT event_id FROM marketing_event_key
         WHERE source_id = %(source)s AND event_id IN (SELECT id FROM other)
         ORDER BY event_id COLLATE "C" FOR UPDATE
    ), counted AS (
        UPDATE marketing_event_key known SET conflicts = known.conflicts + again.number
          FROM (SELECT id, count(*) AS number
                  FROM other JOIN locked ON locked.event_id = other.id
                 GROUP BY id) again
         WHERE known.source_id = %(source)s AND known.event_id = again.id
    )
    SELECT n FROM other
"""


def log_rows(cr, rows, source_id, company_id):
    """Insert :class:`.judge.Row` s of one source; return a verdict for each, in order.

    Of two with one identifier the first counts. Call it in READ COMMITTED: a lost race
    is then a duplicate and not an error.
    """
    if not rows:
        return []
    first = {}
    for position, row in enumerate(rows):
        first.setdefault(row.event_id, position)
    # in one order everywhere: two batches then never wait for each other in a circle
    chosen = [first[event_id] for event_id in sorted(first)]
    values = {
        "source": source_id,
        "company": company_id,
        "identifying": list(IDENTIFYING_PROPERTIES),
    }
    cr.execute(_WRITE, {**values, "given": _pack(rows, chosen)})
    known = {chosen[number] for (number,) in cr.fetchall()}
    verdicts = [DUPLICATE] * len(rows)
    for position in chosen:
        if position not in known:
            verdicts[position] = ACCEPTED
    again = [p for p, verdict in enumerate(verdicts) if verdict == DUPLICATE]
    if again:
        cr.execute(_COUNT_CONFLICTS, {**values, "given": _pack(rows, again)})
        for (number,) in cr.fetchall():
            verdicts[again[number]] = CONFLICT
    return verdicts


def _pack(rows, positions):
    """Return the rows at these positions, numbered, as the text of a JSON array."""
    return f"[{','.join(_pack_row(n, rows[p]) for n, p in enumerate(positions))}]"


def _pack_row(number, row):
    return (
        f'{{"n":{number},"id":{encode_basestring(row.event_id)},'
        f'"type":{encode_basestring(row.event_type)},"at":"{row.occurred_at}",'
        f'"partner":{row.partner_id or "null"},'
        f'"campaign":{row.campaign_id or "null"},"body":{row.properties}}}'
    )

"""Write events in one statement, without the ORM, from any cursor.

Used by request code, by the sender's own short cursors and by crons alike. The key
table decides which of two events with one identifier counts: the first committed.
"""

import json
from datetime import datetime
from typing import NamedTuple

from odoo.tools import SQL

from .scrub import clean_properties, clean_text

MAX_IDENTIFIER = 128
# what says who or where a person was: removed from the events of an erased customer
IDENTIFYING_PROPERTIES = ("ip", "user_agent", "client", "device", "city", "query") + (
    "detail",  # what a mail server said of an address
)


class Event(NamedTuple):
    """One thing that happened; times are UTC without zone, ids are plain integers."""

    event_type: str
    event_id: str
    occurred_at: datetime | None = None
    company_id: int | None = None
    partner_id: int | None = None
    campaign_id: int | None = None
    recipient_id: int | None = None
    properties: dict | None = None
    source_id: str = "odoo"


_COLUMNS = (
    ("source_id", "text"),
    ("event_id", "text"),
    ("event_type", "text"),
    ("occurred_at", "timestamp"),
    ("company_id", "int"),
    ("partner_id", "int"),
    ("campaign_id", "int"),
    ("recipient_id", "int"),
    ("properties", "jsonb"),
)
_NAMES = ", ".join(name for name, _type in _COLUMNS)
_ARRAYS = ", ".join(f"%s::{kind}[]" for _name, kind in _COLUMNS)
_GIVEN = f"unnest({_ARRAYS}) WITH ORDINALITY AS incoming({_NAMES}, position)"
_SELECTED = f"(SELECT {_NAMES}, 1 FROM %s given) AS incoming({_NAMES}, position)"


def _insert_from(source):
    return f"""
    WITH incoming AS (
        SELECT DISTINCT ON (source_id COLLATE "C", event_id COLLATE "C") *
          FROM {source}
         ORDER BY source_id COLLATE "C", event_id COLLATE "C", position
    ), accepted AS (
        INSERT INTO marketing_event_key (source_id, event_id, body)
        SELECT source_id, event_id,
               hashtextextended(event_type || properties::text, 0)
          FROM incoming ORDER BY source_id COLLATE "C", event_id COLLATE "C"
            ON CONFLICT DO NOTHING
        RETURNING source_id, event_id
    )
    INSERT INTO marketing_event ({_NAMES})
    SELECT source_id, event_id, event_type,
           COALESCE(occurred_at, now() AT TIME ZONE 'UTC'),
           incoming.company_id, incoming.partner_id, campaign_id, recipient_id,
           CASE WHEN erased.id IS NULL THEN properties ELSE properties - %s::text[] END
      FROM incoming
      JOIN accepted USING (source_id, event_id)
      LEFT JOIN marketing_identity erased
        ON erased.partner_id = incoming.partner_id AND erased.erased_at IS NOT NULL
"""


_INSERT = _insert_from(_GIVEN)
_INSERT_SELECTED = _insert_from(_SELECTED)

_COUNT_CONFLICTS = f"""
    UPDATE marketing_event_key known
       SET conflicts = known.conflicts + again.count
      FROM (SELECT source_id, event_id, body, count(*) AS count
              FROM (SELECT source_id, event_id,
                           hashtextextended(event_type || properties::text, 0) AS body
                      FROM unnest({_ARRAYS}) AS given({_NAMES})) hashed
          GROUP BY source_id, event_id, body) again
     WHERE known.source_id = again.source_id AND known.event_id = again.event_id
       AND known.body <> again.body
"""


def insert_events(cr, events):
    """Insert the events whose (source, id) is new; return how many that were.

    The keys are inserted in sorted order, so two batches never wait for each other in
    a circle. Under REPEATABLE READ a lost race raises SerializationFailure, which
    Odoo's request retry absorbs.
    """
    rows = [_prepare_row(event) for event in events]
    if not rows:
        return 0
    cr.execute(
        _INSERT,
        [list(column) for column in zip(*rows, strict=True)]
        + [list(IDENTIFYING_PROPERTIES)],
    )
    return cr.rowcount


def insert_selected_events(cr, select):
    """Insert the events that the SQL ``select`` yields; return how many were new.

    For many at once. The columns are named like the fields of :class:`Event`. Nothing
    is scrubbed: properties may hold our own numbers and words only.
    """
    cr.execute(SQL(_INSERT_SELECTED, SQL("(%s)", select), list(IDENTIFYING_PROPERTIES)))
    return cr.rowcount


def count_conflicts(cr, events):
    """Note on the key rows which known events came again with another content."""
    rows = [_prepare_row(event) for event in events]
    cr.execute(_COUNT_CONFLICTS, [list(column) for column in zip(*rows, strict=True)])
    return cr.rowcount


def _prepare_row(event):
    identifier = str(event.event_id)
    if not identifier or len(identifier) > MAX_IDENTIFIER:
        raise ValueError("an event identifier has 1 to 128 characters")
    properties = clean_properties(event.properties or {})
    return (
        clean_text(event.source_id),
        clean_text(identifier),
        event.event_type,
        event.occurred_at,
        event.company_id or None,
        event.partner_id or None,
        event.campaign_id or None,
        event.recipient_id or None,
        json.dumps(properties, allow_nan=False),
    )

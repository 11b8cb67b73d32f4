"""SQL over counters of fixed UTC windows: this minute, this hour, today.

A table of counters has ``<window>_start`` and ``<window>_used`` for each; the limits
come in as ``<window>_cap``, where 0 and NULL mean none.
"""

WINDOWS = ("minute", "hour", "day")
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
NOW = "(clock_timestamp() AT TIME ZONE 'UTC')"


def used_sql(alias):
    """What of each window is used up; a window that is over counts as new."""
    return ", ".join(
        f"CASE WHEN {alias}.{w}_start = date_trunc('{w}', {NOW}) "
        f"THEN {alias}.{w}_used ELSE 0 END AS {w}_used"
        for w in WINDOWS
    )


def ends_in_sql(window):
    """Seconds until the current window is over."""
    return (
        f"EXTRACT(epoch FROM date_trunc('{window}', {NOW}) + interval '1 {window}'"
        f" - {NOW})::float"
    )


# What is left in the tightest window, NULL for no limit at all.
LEFT = "LEAST({})".format(
    ", ".join(f"CASE WHEN {w}_cap > 0 THEN {w}_cap - {w}_used END" for w in WINDOWS)
)
# When the last of the windows that are used up is over, NULL for none.
OVER = "GREATEST({})".format(
    ", ".join(
        f"CASE WHEN {w}_cap > 0 AND {w}_used >= {w}_cap "
        f"THEN date_trunc('{w}', {NOW}) + interval '1 {w}' END"
        for w in WINDOWS
    )
)


def count_sql(source, number):
    """Assignments that count ``number`` more, from the row ``source`` of used_sql."""
    return ", ".join(
        f"{w}_start = date_trunc('{w}', {NOW}), {w}_used = {source}.{w}_used + {number}"
        for w in WINDOWS
    )


def give_back_sql(number, moment):
    """Assignments that take back ``number``, counted at ``moment`` (NULL: just now).

    Only of windows that still last: what is gone with a window leaves no room.
    """
    return ", ".join(
        f"{w}_used = {w}_used - CASE WHEN {w}_start ="
        f" date_trunc('{w}', COALESCE({moment}, {NOW})) THEN {number} ELSE 0 END"
        for w in WINDOWS
    )

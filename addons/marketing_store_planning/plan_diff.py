"""Two states of a plan's lines side by side: plain rows in, plain rows out."""

from collections import Counter
from typing import Any, NamedTuple

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


class Difference(NamedTuple):
    """A line that is not the same: ``names`` are the keys whose values differ."""

    kind: str
    store: Any
    old: dict
    new: dict
    names: tuple = ()


def pair(old, new):
    """Yield (old row or None, new row or None), each row once.

    Rows with the same ``id`` belong together; of the others those of a store that has
    one of them on each side: a line that was deleted and added again.
    """
    by_id = {row["id"]: row for row in new}
    left = []
    for row in old:
        if match := by_id.pop(row["id"], None):
            yield row, match
        else:
            left.append(row)
    rest = list(by_id.values())
    olds, news = (Counter(row["store_id"] for row in rows) for rows in (left, rest))
    alone = {
        row["store_id"]: row
        for row in rest
        if olds[row["store_id"]] == news[row["store_id"]] == 1
    }
    for row in left:
        yield row, alone.get(row["store_id"])
    for row in rest:
        if row["store_id"] not in alone:
            yield None, row


def compare(old, new, names):
    """Return the :class:`Difference` of each line of which one of ``names`` differs."""
    found = []
    for before, after in pair(old, new):
        if not before:
            found.append(Difference(ADDED, after["store_id"], {}, after))
        elif not after:
            found.append(Difference(REMOVED, before["store_id"], before, {}))
        elif changed := tuple(name for name in names if before[name] != after[name]):
            found.append(Difference(CHANGED, after["store_id"], before, after, changed))
    return found

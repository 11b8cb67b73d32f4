"""Did planners' choices pay? Matched lines, by author and by reason; no database."""

from collections import defaultdict

import numpy as np

from odoo.addons.marketing_engine.override_gains import describe_gains, pair_overrides

#: Fewer pairs than that tell nothing.
SUPPORT = 10
_REASONS = 20
_FEATURES = ("rate", "value", "pieces", "score")


def compare(rows) -> list[dict]:
    """Return what overridden lines earned beyond like ones that followed the advice.

    ``rows`` are dicts of lines with a complete result: profit (of a piece), kind (what
    was decided otherwise, None for nothing), author, reason, lot, cohort (market, month
    and recommended creative) and the features that lines are matched by.
    """
    found = _compare_all([row for row in rows if not row["lot"]])
    drawn = [row for row in rows if row["lot"]]
    if any(row["kind"] for row in drawn):
        found += [{**one, "scope": "lot"} for one in _compare_all(drawn)[:1]]
    return found


def _compare_all(rows):
    changed = np.array([row["kind"] is not None for row in rows], dtype=bool)
    if not changed.any():
        return []
    features = np.array([[row[name] for name in _FEATURES] for row in rows], float)
    cohort = [row["cohort"] for row in rows]
    overridden, like = pair_overrides(features, changed, cohort)
    profit = np.array([row["profit"] for row in rows], float)
    gain = dict(
        zip(overridden.tolist(), profit[overridden] - profit[like], strict=True)
    )
    groups = _grouped(rows, np.flatnonzero(changed))
    return [
        {"scope": scope, "label": label, "user": user, **_describe(members, gain)}
        for (scope, label, user), members in groups
    ]


def _grouped(rows, changed):
    """Return [(scope, label, user), rows]: all, what was changed, author, reason."""
    groups = defaultdict(list)
    names = {}
    for place in changed.tolist():
        row = rows[place]
        groups["all", "", 0].append(place)
        groups["kind", row["kind"], 0].append(place)
        if row["author"]:
            groups["author", "", row["author"]].append(place)
        if reason := (row["reason"] or "").strip():
            names.setdefault(reason.lower(), reason)
            groups["reason", names[reason.lower()], 0].append(place)
    reasons = [key for key in groups if key[0] == "reason"]
    reasons.sort(key=lambda key: (-len(groups[key]), key[1]))
    for key in reasons[_REASONS:]:
        del groups[key]
    return list(groups.items())


def _describe(members, gain):
    gains = [gain[place] for place in members if place in gain]
    figures = {"lines": len(members), "pairs": len(gains), "verdict": "few"}
    if len(gains) < 2:
        return figures
    found = describe_gains(gains)
    figures |= {
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
        "wins": found.wins,
        "win_low": found.win_low,
        "win_high": found.win_high,
    }
    if len(gains) >= SUPPORT:
        above, below = found.low > 0, found.high < 0
        figures["verdict"] = "better" if above else "worse" if below else "unclear"
    return figures

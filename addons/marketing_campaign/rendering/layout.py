"""A compiled template as a skeleton with numbered values that a provider fills in."""

import re

from odoo.addons.marketing_delivery.sender.content import Skeleton

BLANK_RE = re.compile(r"\n{3,}")
_EDGE_RE = re.compile(r"(\n*)(.*?)(\n*)", re.DOTALL)


class Layout:
    """The skeleton of a template, and where the values of a message come from.

    A run is what one value is joined from: indexes of filled parts, and line breaks
    between them. With ``folds``, a message's text has no run of more than two line
    breaks: then those around an open place belong to its value, which is folded alone.
    """

    def __init__(self, html, text, *, folds):
        self._reads = []
        self._numbers = {}
        self._folds = folds
        html_runs = _get_runs(*html)
        text_runs = _merge_breaks(_get_runs(*text)) if folds else _get_runs(*text)
        self.skeleton = Skeleton(
            self._number(0, html_runs, dict(html[1])),
            self._number(1, text_runs, dict(text[1])),
        )

    def _number(self, part, runs, fills):
        """Replace each run by the number of its value; equal ones share it."""
        pieces = []
        for run in runs:
            if not isinstance(run, str):
                # the same slot has the same value, another block its own
                key = (part, *(fills.get(item, item) for item in run))
                if key not in self._numbers:
                    self._numbers[key] = len(self._reads)
                    self._reads.append((part, run))
                run = self._numbers[key]
            pieces.append(run)
        return pieces

    def read(self, html, text):
        """Return the values of a message from its filled parts."""
        both = (html, text)
        return tuple(self._join(run, both[part], part) for part, run in self._reads)

    def _join(self, run, parts, part):
        if len(run) == 1:
            value = parts[run[0]]
        else:
            value = "".join(i if isinstance(i, str) else parts[i] for i in run)
        return BLANK_RE.sub("\n\n", value) if part and self._folds else value


def _get_runs(parts, fills):
    """Return the static texts and a run for each open place, in order."""
    places = {index for index, _fill in fills}
    return [
        (index,) if index in places else part
        for index, part in enumerate(parts)
        if index in places or part
    ]


def _merge_breaks(runs):
    """Move the line breaks beside open places into their runs."""
    merged = [""]
    for run in runs:
        if not isinstance(run, str):
            _append_run(merged, run)
            continue
        lead, middle, trail = _EDGE_RE.fullmatch(BLANK_RE.sub("\n\n", run)).groups()
        if isinstance(merged[-1], str):
            merged[-1] += run
        elif middle:
            merged[-1] += (lead,)
            merged.append(middle + trail)
        else:
            merged[-1] += (lead + trail,)
    return [run for run in merged if run]


def _append_run(merged, run):
    if not isinstance(merged[-1], str):
        merged[-1] += run
        return
    text = BLANK_RE.sub("\n\n", merged[-1])
    static = text.rstrip("\n")
    merged[-1] = static
    merged.append((text[len(static) :], *run))

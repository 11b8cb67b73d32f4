"""One line a family of faults: what was injected, and what became of it."""

import os
from dataclasses import dataclass

COLUMNS = ("family", "injections", "duplicates", "losses", "in doubt", "verdict")


def is_full():
    """Whether the long form was asked for."""
    return os.environ.get("MARKETING_FAULTS") == "full"


def volume(short, full):
    """Return how much of something to do in the form that runs."""
    return full if is_full() else short


@dataclass
class Line:
    family: str
    injections: int = 0
    duplicates: int = 0
    losses: int = 0
    in_doubt: int = 0
    failed: bool = False

    def cells(self):
        is_good = not (self.failed or self.duplicates or self.losses)
        verdict = "holds" if is_good else "BROKEN"
        return (
            self.family,
            self.injections,
            self.duplicates,
            self.losses,
            self.in_doubt,
            verdict,
        )


class Ledger:
    """The lines of a run; tests of one family add to the same line."""

    def __init__(self):
        self._lines = {}

    def line(self, family):
        return self._lines.setdefault(family, Line(family))

    def note(self, family, injections, account=None):
        """Add injections and, of a campaign, its :class:`account.Account`."""
        line = self.line(family)
        line.injections += injections
        if account:
            line.duplicates += len(account.duplicates)
            line.losses += len(account.losses)
            line.in_doubt += len(account.in_doubt)

    def table(self):
        """Return the lines of a Markdown table, in order of the families."""
        rows = [self._lines[name].cells() for name in sorted(self._lines, key=_order)]
        table = [COLUMNS, *rows]
        widths = [max(len(str(row[n])) for row in table) for n in range(len(COLUMNS))]
        lines = [_format(row, widths) for row in table]
        return [
            lines[0],
            _format(["-" * width for width in widths], widths),
            *lines[1:],
        ]


LEDGER = Ledger()  # of this run


def _order(family):
    """F2 before F10."""
    number = family.split(" ")[0].lstrip("F")
    return (int(number) if number.isdigit() else 99, family)


def _format(row, widths):
    cells = (str(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
    return f"| {' | '.join(cells)} |"

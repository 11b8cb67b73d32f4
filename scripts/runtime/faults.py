"""``scripts/faults``: the fault harness in its long form.

``scripts/test faults`` is the same in a few minutes. Both print one line a family of
faults: injections, duplicates, losses, doubts and the verdict.
"""

import os

from . import tests


def main(arguments: list[str]) -> int:
    """Run it; what follows ``--`` goes to pytest."""
    os.environ["MARKETING_FAULTS"] = "full"
    return tests.main(["faults", *arguments])

"""Where public data sets lie that may not be committed."""

import gzip
import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def find(pattern):
    """Return the files of the pattern, ``"cdnow/*.csv"``.

    ``MM_DATA_DIR`` names the folder; without it a folder ``data`` next to the checkout
    is looked for.
    """
    named = os.environ.get("MM_DATA_DIR")
    folders = [Path(named)] if named else sorted(CHECKOUT.parent.glob("*/data"))
    return [path for folder in folders for path in sorted(folder.glob(pattern))]


def needed(pattern):
    """Return the first file of the pattern, or skip the test saying what is missing."""
    files = find(pattern)
    if not files:
        pytest.skip(f"{pattern} is not at hand: set MM_DATA_DIR to its folder")
    return files[0]


def text(path):
    """Return the content of a file, compressed or not."""
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()

"""Where the commands keep what they create: below ``.run/``, deletable any time."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUN = Path(os.environ.get("MM_RUN_DIR") or ROOT / ".run")
ADDONS = ROOT / "addons"
CONFIG = ROOT / "config"
LOGS = RUN / "logs"
VENV = RUN / "venv"
PYTHON = VENV / "bin" / "python"
ODOO_CONF = RUN / "odoo.conf"
DATA = RUN / "data"
FILESTORE = DATA / "filestore"
MAIL = RUN / "mail"
CACHE = (
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    / "measured-marketing"
)


def ensure_run_folders() -> None:
    """Create the folders every command expects."""
    for folder in (RUN, LOGS, CACHE):
        folder.mkdir(parents=True, exist_ok=True)


def fingerprint(*files: Path, extra: str = "") -> str:
    """Return a short hash of the content of ``files`` and of ``extra``."""
    digest = hashlib.sha256(extra.encode())
    for file in sorted(files):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]

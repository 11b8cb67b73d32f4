"""SES's peer of the tests in a process of its own. Prints its port."""

import signal
import sys
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[1] / "addons"
sys.path.insert(0, str(ADDONS / "marketing_delivery_ses" / "tests"))

from ses_peer import SesPeer  # noqa: E402

peer = SesPeer(keeps=False)
print(peer.port, flush=True)
signal.pause()

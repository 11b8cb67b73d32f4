"""Keep a connection below its share of the account's sending rate."""

import time

LONGEST = 10.0  # seconds between two messages
FIRST = 0.1  # after the first complaint, where no rate is known


class Pace:
    """``connections`` share the rate; each keeps its own time."""

    def __init__(self, connections=1):
        self._connections = max(1, connections)
        self.interval = 0.0
        self._next = 0.0

    def set_rate(self, rate):
        """Take over the rate of the account, in messages a second; None: no limit."""
        if rate:
            wanted = min(LONGEST, self._connections / rate)
            self.interval = max(self.interval, wanted)

    def slow_down(self):
        """Two campaigns at once, or another program, use up the same rate."""
        self.interval = min(LONGEST, max(FIRST, self.interval * 2))
        self._next = time.monotonic() + self.interval

    def wait(self):
        """Return when the next message may leave."""
        pause = self._next - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._next = time.monotonic() + self.interval

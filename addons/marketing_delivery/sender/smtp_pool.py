"""SMTP connections that wait for the next pump of this process.

A connection costs three to eight round trips, with TLS and login, and pumps follow each
other every 50 s. Nothing here is needed for correctness: a connection that turns out to
be dead is opened again.
"""

import os
import threading
import time
from collections import defaultdict

from . import settings
from .replies import BrokenReply

MAX_KEPT = 32  # for one server


class Pool:
    """Idle sessions by server; safe for threads, empty after a fork."""

    def __init__(self):
        self._lock = threading.Lock()
        self._kept = defaultdict(list)  # server -> [(session, since)], oldest first
        self._timer = None

    def take(self, server):
        """Return a session that has just answered, None when there is none."""
        while session := self._pop(server):
            if _is_alive(session):
                return session
            session.close(politely=False)
        return None

    def _pop(self, server):
        self.close_idle()
        with self._lock:
            kept = self._kept.get(server)
            return kept.pop()[0] if kept else None

    def put(self, server, session):
        """Keep a session that waits for a command."""
        with self._lock:
            kept = self._kept[server]
            is_full = len(kept) >= MAX_KEPT
            if not is_full:
                kept.append((session, time.monotonic()))
                self._start_timer()
        if is_full:
            session.close(politely=True)

    def _start_timer(self):
        if self._timer and self._timer.is_alive():
            return
        self._timer = threading.Timer(settings.IDLE, self._close_late)
        self._timer.daemon = True
        self._timer.start()

    def _close_late(self):
        self.close_idle()
        with self._lock:
            self._timer = None
            if any(self._kept.values()):
                self._start_timer()

    def close_idle(self):
        """Close what has waited too long."""
        limit = time.monotonic() - settings.IDLE
        late = []
        with self._lock:
            for server, kept in list(self._kept.items()):
                late += [session for session, since in kept if since <= limit]
                self._kept[server] = [pair for pair in kept if pair[1] > limit]
                if not self._kept[server]:
                    del self._kept[server]
        for session in late:
            session.close(politely=True)

    def clear(self, server):
        """Close all idle sessions of one server, so that the next one is new."""
        with self._lock:
            kept = self._kept.pop(server, [])
        for session, _since in kept:
            session.close(politely=True)

    def forget(self):
        """Give up what the parent process goes on using, without a word to it."""
        kept, self._kept = self._kept, defaultdict(list)
        self._lock = threading.Lock()  # a thread that is not here may have held it
        self._timer = None
        for sessions in kept.values():
            for session, _since in sessions:
                session.close(politely=False)


def _is_alive(session):
    """Ask; a server that closed an idle connection has not told us."""
    try:
        session.write(b"NOOP\r\n", settings.CONNECT)
        return session.read(settings.CONNECT).is_yes
    except (OSError, BrokenReply):
        return False


POOL = Pool()
os.register_at_fork(after_in_child=POOL.forget)

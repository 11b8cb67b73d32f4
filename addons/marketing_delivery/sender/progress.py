"""Tell open screens that a campaign has moved on: its id, at most every 2 s."""

import threading
import time

from odoo import SUPERUSER_ID, api

PAUSE = 2.0  # seconds
MESSAGE = "marketing_delivery/progress"
GROUPS = ("group_analyst", "group_user", "group_compliance")

# (database, campaign) -> when to tell again; all connections of a process share it,
# as each announcement is two transactions and a notification of PostgreSQL's
_next = {}
_lock = threading.Lock()


class Progress:
    def __init__(self, registry, campaign_id):
        self._registry = registry
        self._campaign_id = campaign_id
        self._key = (registry.db_name, campaign_id)

    def announce(self):
        if not self._is_due():
            return
        with self._registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for name in GROUPS:
                group = env.ref(f"marketing_base.{name}", raise_if_not_found=False)
                if group:
                    group._bus_send(MESSAGE, {"id": self._campaign_id})

    def _is_due(self):
        """Return whether the caller is the one to tell now."""
        moment = time.monotonic()
        with _lock:
            if moment < _next.get(self._key, moment):
                return False
            for key in [key for key, due in _next.items() if due <= moment]:
                del _next[key]
            _next[self._key] = moment + PAUSE
        return True

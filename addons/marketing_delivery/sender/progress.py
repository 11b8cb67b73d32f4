"""Tell open screens that a campaign has moved on: its id, at most every 2 s."""

import time

from odoo import SUPERUSER_ID, api

PAUSE = 2.0  # seconds
MESSAGE = "marketing_delivery/progress"
GROUPS = ("group_analyst", "group_user", "group_compliance")


class Progress:
    def __init__(self, registry, campaign_id):
        self._registry = registry
        self._campaign_id = campaign_id
        self._next = 0.0

    def announce(self):
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + PAUSE
        with self._registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for name in GROUPS:
                group = env.ref(f"marketing_base.{name}", raise_if_not_found=False)
                if group:
                    group._bus_send(MESSAGE, {"id": self._campaign_id})

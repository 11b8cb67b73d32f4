"""One request to a tracked address, reduced to what the event log may keep."""

from typing import NamedTuple

from odoo.addons.marketing_base.networks import cut_network

from . import user_agents

_PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


class Visit(NamedTuple):
    """`network` is the cut address; the full one is never stored."""

    method: str
    agent: str
    network: str | None
    prefetch: bool

    def properties(self, suspect=None):
        """Return the context that an open or a click carries in the log."""
        values = {
            "method": self.method,
            "user_agent": self.agent,
            "ip": self.network,
            "device": user_agents.device_type(self.agent),
            "client": user_agents.email_client(self.agent),
        }
        return {**values, "suspect": suspect} if suspect else values

    def suspicion(self):
        """Return why no person made this request, None when nothing shows it."""
        if self.method != "GET":
            return "head"
        if self.prefetch:
            return "prefetch"
        return "bot_agent" if user_agents.is_bot(self.agent) else None

    def fingerprint(self):
        """Return what tells two visitors of one link apart."""
        return "|".join((self.method, self.network or "", self.agent))


def read_visit(httprequest):
    """Reduce a werkzeug request; never raises on odd headers."""
    headers = httprequest.headers
    return Visit(
        method=httprequest.method,
        agent=user_agents.clean(headers.get("User-Agent")),
        network=cut_network(httprequest.remote_addr or ""),
        prefetch=any(
            "prefetch" in headers.get(name, "").lower() for name in _PREFETCH_HEADERS
        ),
    )

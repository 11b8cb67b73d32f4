from typing import NamedTuple

from odoo import models
from odoo.fields import Domain

from ..sender import allowance, backlog
from ..sender.outbox import Route

# Below this reputation, and with enough behind it, others are asked first.
BAD_REPUTATION = 50.0
ENOUGH_MESSAGES = 1000


class Way(NamedTuple):
    """The provider of the next pump; None: nothing can go for ``wait`` seconds."""

    provider: object | None
    wait: float = 0.0
    scope: str | None = None  # of the allowance that is used up


class EmailCampaign(models.Model):
    """Which provider sends the messages of a campaign.

    One pump uses one provider. Messages belong to none until they are claimed, and what
    comes back into the queue provably did not leave: so the next pump may well be
    another provider's, and no message goes twice.
    """

    _inherit = "email.campaign"

    def _pick_provider(self):
        """Return the provider that would be asked first."""
        return self._list_providers()[:1]

    def _list_providers(self):
        """Return the providers that may send it, the one to be asked first first."""
        self.ensure_one()
        # sudo: sending is the system's work; the company is in the domain
        if self.provider_id:
            return self.provider_id.sudo().filtered("active")
        found = self.env["delivery.provider"].sudo().search(self._get_provider_domain())
        return found.filtered(self._may_use).sorted(self._rank_provider)

    def _get_provider_domain(self):
        return Domain("company_id", "in", (self.company_id.id, False)) & Domain(
            "channel", "=", self.channel
        )

    def _may_use(self, provider):
        domains = provider._get_sender_domains()
        return not domains or self.sender_domain in domains

    def _rank_provider(self, provider):
        """Those in trouble last; then the order of the list, the price, the age."""
        is_bad = (
            provider.reputation_sent >= ENOUGH_MESSAGES
            and provider.reputation < BAD_REPUTATION
        )
        price = provider.currency_id._convert(
            provider.cost_per_message,
            self.company_id.currency_id,
            self.company_id,
            round=False,
        )
        is_down = provider.state == "down" and (
            not provider.retry_at or provider._get_retry_seconds() > 0
        )
        return (is_down, is_bad, provider.sequence, price, provider.id)

    def _find_way(self):
        """Return the :class:`Way` of the next pump.

        A provider that is down, has used up an allowance, or has no message that may go
        through it, is passed over.
        """
        holds = []
        for provider in self._list_providers():
            if seconds := provider._get_retry_seconds():
                holds.append(Way(None, seconds))
                continue
            room = allowance.look(self.env.cr, self._get_pools(provider), 1)
            if not room.number:
                holds.append(Way(None, room.wait, room.scope))
            elif backlog.has_due(self.env.cr, self.id, self._get_route(provider)):
                return Way(provider)
        return min(holds, key=lambda way: way.wait, default=Way(None))

    def _pass_on(self, scope, provider, wait):
        """Return when to go on after a pump that an allowance ended.

        If it was the provider's, another one may have some left.
        """
        if scope == "provider" and self._find_way().provider:
            return True
        self._tell_hold(scope, provider)
        return wait

    def _get_route(self, provider):
        """Return the recipients' domains that may, or must not, go through a provider.

        What another provider is there for goes through that one while it works.
        """
        if self.provider_id:
            return Route()
        if provider.mailbox_ids:
            return Route(only=_list_domains(provider))
        others = self._list_providers().filtered(
            lambda other: other.mailbox_ids and not other._get_retry_seconds()
        )
        return Route(skip=_list_domains(others))

    def _has_no_way(self):
        """Whether no provider takes what is due; it says so, a person has to act."""
        if not backlog.has_due(self.env.cr, self.id, Route()):
            return False  # another pump has claimed it meanwhile
        self.status_reason = self.env._(
            "No provider takes messages to these recipients: each is there for certain"
            " mailbox providers only."
        )
        return True


def _list_domains(providers):
    # sorted: the same statement for the same providers
    names = " ".join(providers.mailbox_ids.mapped("domains")).split()
    return tuple(sorted(set(names)))

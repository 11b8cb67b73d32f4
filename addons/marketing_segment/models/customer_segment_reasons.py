from typing import NamedTuple

from odoo import models
from odoo.tools import SQL, format_date

from ..segment_answer import Fact
from ..segment_tree import Condition
from ..segment_witness import Witness


class Reason(NamedTuple):
    """One line of the explanation, as people read it; groups have no own value."""

    text: str
    depth: int
    is_met: bool
    decides: bool
    own: str


class CustomerSegment(models.Model):
    """Why a customer is in a segment or not, in words."""

    _inherit = "customer.segment"

    def _tell_reasons(self, customer, lines):
        """Return the reasons of the lines that judged `customer`, without the first."""
        witness = Witness(self.with_company(self.company_id).env)
        profile = self._get_profiles(customer)
        facts = {
            "active": self._tell_active,
            "bought": self._tell_bought,
            "company": self._tell_company,
            "listed": self._tell_listed,
            **self._get_pattern_tellers(),
        }
        reasons = []
        for line in lines[1:]:
            node, own = line.node, ""
            if isinstance(node, Fact):
                text, own = facts[node.key](customer)
            else:
                text = witness.tell_part(node)
                if isinstance(node, Condition):
                    own = witness.tell_own(profile, node)
            reasons.append(Reason(text, line.depth - 1, line.answer, line.decides, own))
        return reasons

    # === FACTS: (what is asked, what the customer has) === #

    def _tell_bought(self, customer):
        own = self.env._("no order")
        if profile := self._get_profiles(customer):
            count = profile.order_count
            one, many = self.env._("1 order"), self.env._("%s orders", count)
            own = one if count == 1 else many
        return self.env._("who bought from %s", self.company_id.name), own

    def _tell_active(self, customer):
        own = self.env._("active") if customer.active else self.env._("archived")
        if not customer.active and (erased_at := self._get_erasure_date(customer)):
            own = self.env._("erased on %s", format_date(self.env, erased_at))
        return self.env._("who are not archived"), own

    def _tell_company(self, customer):
        # superuser: the contact, which the user may read, names its company
        own = customer.company_id.sudo().name or self.env._("all companies")
        return self.env._("who belong to no other company"), own

    def _tell_listed(self, customer):
        latest = self._get_latest_membership(customer)
        own = latest._tell() if latest else self.env._("never")
        return self.env._("who are on the list"), own

    def _get_latest_membership(self, customer):
        return self.env["segment.membership"].search(
            [("segment_id", "=", self._origin.id), ("partner_id", "=", customer.id)],
            limit=1,
        )

    def _get_erasure_date(self, customer):
        # superuser: readers of segments may not read identities; a date names nobody
        identity = self.env["marketing.identity"].sudo()
        return identity.search([("partner_id", "=", customer.id)], limit=1).erased_at

    # === BESIDES THE RULE === #

    def _tell_besides(self, customer, is_member):
        """Return sentences on what the rule does not say: its last count, consent."""
        sentences = [self._tell_noted(customer, is_member)]
        if is_member and self.env["marketing.masked"]._reads_pii():
            sentences.append(self._tell_refusal(customer))
        return [sentence for sentence in sentences if sentence]

    def _tell_noted(self, customer, is_member):
        """Say what the last refresh noted, where it may differ from this moment."""
        if self.segment_type == "static" or not self.track_members:
            return False
        latest = self._get_latest_membership(customer)
        if bool(latest and not latest.left_at) is is_member:
            told = latest._tell() if latest else self.env._("none")
            return self.env._("Entries and exits: %s.", told)
        if is_member:
            return self.env._(
                "The last count did not find this customer yet; the next one will note "
                "the entry."
            )
        return self.env._(
            "The last count still found this customer; the next one will note the exit."
        )

    def _tell_refusal(self, customer):
        """Say whether a member may be written to: a segment gives no consent."""
        [reason] = self._read_reasons(SQL("(SELECT %s::int)", customer.id))
        if not reason:
            return self.env._("E-mail may be sent to this customer.")
        return self.env._(
            "In the segment, but no e-mail may be sent: %s.",
            self._get_reason_labels().get(reason, reason),
        )

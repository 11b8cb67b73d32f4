from odoo import models

from ..segment_answer import Fact
from ..segment_tree import Condition
from ..segment_witness import Witness


class CustomerSegment(models.Model):
    """Why each of many members is in a segment, in one line each."""

    _inherit = "customer.segment"

    def _tell_members(self, customers):
        """Return {customer id: what decides, with the customer's own values}.

        :raises RuleProblem: when the rule is not on the allow-list
        """
        verdicts = self._judge_customers(customers)
        profiles = self._get_profiles(customers)
        witness = Witness(self.with_company(self.company_id).env, profiles)
        by_customer = profiles.grouped("partner_id")
        told = {}
        for customer in customers:
            profile = by_customer.get(customer, profiles.browse())
            lines = verdicts[customer.id]
            parts = list(self._tell_decisive(witness, customer, profile, lines))
            told[customer.id] = " · ".join(parts or [self._tell_bought(customer)[1]])
        return told

    def _tell_decisive(self, witness, customer, profile, lines):
        """Yield what the deciding lines rest on; that somebody bought goes unsaid."""
        tellers = self._get_pattern_tellers()
        for line in lines:
            node = line.node
            if not line.decides:
                continue
            if isinstance(node, Condition):
                yield witness.tell_brief(profile, node)
            elif isinstance(node, Fact) and node.key in tellers:
                _asked, own = tellers[node.key](customer)
                yield own

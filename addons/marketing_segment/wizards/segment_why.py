from odoo import api, fields, models

from ..segment_rules import RuleProblem


class SegmentWhy(models.TransientModel):
    """Say whether a customer is in a segment, and which conditions decide it."""

    _name = "segment.why"
    _description = "Why in the Segment"

    segment_id = fields.Many2one("customer.segment", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade")
    is_member = fields.Boolean(compute="_compute_verdict")
    problem = fields.Char(compute="_compute_verdict")
    verdict = fields.Char(compute="_compute_verdict")
    reasons = fields.Html(compute="_compute_verdict", sanitize=False)

    @api.depends("segment_id", "partner_id")
    @api.depends_context("uid", "su", "allowed_company_ids", "lang", "tz")
    def _compute_verdict(self):
        for wizard in self:
            wizard.update(wizard._get_verdict())

    def _get_verdict(self):
        values = dict.fromkeys(("is_member", "problem", "verdict", "reasons"), False)
        segment = self.segment_id._origin
        if not (segment and self.partner_id):
            return values
        try:
            customer, lines = self._judge(segment, self.partner_id._origin)
        except RuleProblem as problem:
            return values | {"problem": problem.explain(self.env)}
        is_member = lines[0].answer
        return values | {
            "is_member": is_member,
            "verdict": self._tell_verdict(segment, customer, is_member),
            "reasons": self._render(segment, customer, lines),
        }

    def _judge(self, segment, partner):
        """Return (customer, lines): a contact counts as the customer it belongs to."""
        customer = partner.commercial_partner_id
        verdicts = segment._judge_customers(partner | customer)
        # whoever became a contact later may still be in the segment on its own
        if verdicts[partner.id][0].answer:
            customer = partner
        return customer, verdicts[customer.id]

    def _tell_verdict(self, segment, customer, is_member):
        names = {"customer": customer.display_name, "segment": segment.display_name}
        if is_member:
            return self.env._("%(customer)s is in “%(segment)s”.", **names)
        return self.env._("%(customer)s is not in “%(segment)s”.", **names)

    def _render(self, segment, customer, lines):
        is_member = lines[0].answer
        besides = segment._tell_besides(customer, is_member)
        if customer != self.partner_id._origin:
            besides.insert(0, self._tell_contact(customer))
        return self.env["ir.qweb"]._render(
            "marketing_segment.segment_why_reasons",
            {
                "is_member": is_member,
                "reasons": segment._tell_reasons(customer, lines),
                "besides": besides,
            },
        )

    def _tell_contact(self, customer):
        return self.env._(
            "%(contact)s is a contact of %(customer)s; the orders and segments of a "
            "contact are those of its customer.",
            contact=self.partner_id.display_name,
            customer=customer.display_name,
        )

import re
import secrets
from datetime import timedelta

from odoo import fields, models

# Without what people read wrongly: 0 and O, 1 and I and L.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_RANDOM = 5


class CampaignPlan(models.Model):
    """Coupon codes of a plan: one for each store and creative of a wave."""

    _inherit = "campaign.plan"

    coupon_count = fields.Integer("Coupon Codes", compute="_compute_coupon_count")

    def _compute_coupon_count(self):
        # superuser: counted for people who may not read cards; they may read the plan
        groups = (
            self.env["loyalty.card"]
            .sudo()
            ._read_group(
                [("campaign_plan_line_id.plan_id", "in", self.ids)],
                ["campaign_plan_line_id"],
                ["__count"],
            )
        )
        for plan in self:
            plan.coupon_count = sum(
                count for line, count in groups if line.plan_id == plan
            )

    def _get_coupon_lines(self):
        """Return the lines that carry a code."""
        # superuser: orders and codes are of the whole plan
        return self.sudo().line_ids.filtered(
            lambda line: line.is_included and line.creative_id and line.quantity > 0
        )

    def _create_coupons(self, program):
        """Make the codes that are missing; one that exists follows its pieces.

        Returns how many are new.
        """
        self.ensure_one()
        self._check_manager()
        self._check_state("approved", "executed")
        # superuser: marketing managers need no rights of sales managers for this; all
        # of it is of the plan, whose company the program has
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .with_context(loyalty_no_mail=True, tracking_disable=True)
        )
        lines = self._get_coupon_lines()
        found = cards.search([("campaign_plan_line_id", "in", lines.ids)])
        known = {(c.campaign_plan_line_id, c.store_creative_id): c for c in found}
        missing = lines.browse()
        for line in lines:
            card = known.get((line, line.creative_id))
            if not card:
                missing |= line
            elif card.printed_pieces != line.quantity:
                more = line.quantity - card.printed_pieces
                card.write(
                    {
                        "points": max(card.points + more, 0),
                        "printed_pieces": line.quantity,
                    }
                )
        codes = self._draw_codes(missing)
        cards.create(
            [
                line._prepare_coupon(program, code)
                for line, code in zip(missing, codes, strict=True)
            ]
        )
        return len(missing)

    def _draw_codes(self, lines):
        """Return a code for each line that no card has yet."""
        cards = self.env["loyalty.card"].sudo().with_context(active_test=False)
        drawn = {}
        waiting = lines
        while waiting:
            for line in waiting:
                drawn[line] = _draw(line.store_id.number)
            # superuser: a code is unique in all companies
            taken = set(
                cards.search([("code", "in", list(drawn.values()))]).mapped("code")
            )
            seen = set()
            waiting = lines.browse()
            for line, code in drawn.items():
                if code in taken or code in seen:
                    waiting |= line
                seen.add(code)
        return [drawn[line] for line in lines]

    def _get_coupon_expiry(self, wave):
        """Return the last day of a code: when responses are no longer counted."""
        day = wave.date_end or wave.date_start or self.period_end
        return day and day + timedelta(
            days=self.company_id.marketing_plan_response_days
        )

    def action_open_coupons(self):
        """Open the codes, for salespeople."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_store_planning_loyalty.loyalty_card_action"
        )
        return {**action, "domain": [("campaign_plan_line_id.plan_id", "=", self.id)]}


def _draw(number):
    start = re.sub(r"[^A-Z0-9]+", "", number.upper())[:10]
    end = "".join(secrets.choice(ALPHABET) for _place in range(_RANDOM))
    return f"{start}-{end}" if start else end

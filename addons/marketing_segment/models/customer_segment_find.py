import logging

from odoo import api, fields, models, tools
from odoo.tools import SQL

from ..segment_compiler import ask, compile_rules, get_clock
from ..segment_rules import RuleProblem
from .customer_segment_statistics import RULE

_logger = logging.getLogger(__name__)

# What the rules of a company say, so that compiled ones are used until one changes.
_FINGERPRINT = """
    SELECT COALESCE(md5(string_agg(
               concat_ws(' ', id, active, segment_type, rule_version, filter_domain),
               ';' ORDER BY id)), '')
      FROM customer_segment
     WHERE company_id = %s
"""
_LISTED = """
    SELECT listed.partner_id, listed.segment_id
      FROM segment_membership listed
      JOIN customer_segment segment ON segment.id = listed.segment_id
      JOIN res_partner customer ON customer.id = listed.partner_id
     WHERE listed.partner_id = ANY((SELECT ids FROM asked)::int[])
       AND listed.left_at IS NULL
       AND segment.segment_type = 'static' AND segment.active
       AND segment.company_id = %(company)s AND customer.active
       AND COALESCE(customer.company_id, %(company)s) = %(company)s
"""


class CustomerSegment(models.Model):
    """All segments of a few customers at once, by the rules as they are now."""

    _inherit = "customer.segment"

    rule_version = fields.Integer(
        default=0,
        copy=False,
        readonly=True,
        help="Raised by each change of the rule, wherever its fields are.",
    )

    def write(self, vals):
        """Tell compiled rules that they are old; what addons add to `RULE` too."""
        result = super().write(vals)
        if RULE & set(vals):
            self.env.cr.execute(
                SQL(
                    """UPDATE customer_segment SET rule_version = rule_version + 1
                        WHERE id = ANY(%s)""",
                    self.ids,
                )
            )
            self.invalidate_recordset(["rule_version"], flush=False)
        return result

    @api.model
    def _find_segments_of(self, partner):
        """Return the segments of the current company in which a customer is now.

        By their rules at this moment, not by the last refresh; rules with relative
        dates are those of the beginning of this minute. A contact counts as its
        customer. Two statements, whatever the number of segments.
        """
        partner.check_access("read")
        # superuser: whose segment it is does not depend on who asks; the result is
        # confined to the company, and what the user may not read is taken out below
        rows = self.sudo()._find_matches(
            self.env.company, partner.commercial_partner_id.ids
        )
        found = self.browse(sorted(segment_id for _partner, segment_id in rows))
        return found._filtered_access("read")

    @api.model
    def _find_matches(self, company, partner_ids):
        """Return (partner id, segment id) for each segment that a customer is in."""
        self.env.flush_all()
        parts = [SQL(_LISTED, company=company.id)]
        parts += self._get_rule_parts(company)[0]
        return self.env.execute_query(
            SQL("WITH %s %s", ask(partner_ids), SQL(" UNION ALL ").join(parts))
        )

    @api.model
    def _get_rule_parts(self, company):
        """Return SQL selects of (partner_id, segment_id), and of which segments.

        The selects need the WITH item of `ask` in front.
        """
        ((fingerprint,),) = self.env.execute_query(SQL(_FINGERPRINT, company.id))
        moments = {
            "ever": None,
            "day": fields.Date.context_today(self),
            "minute": fields.Datetime.now().replace(second=0),
        }
        parts, covered = [], []
        for clock, moment in moments.items():
            compiled, ids = self._compile_company(
                company.id, fingerprint, clock, moment
            )
            if compiled is not None:
                parts.append(compiled)
            covered += ids
        return parts, covered

    @api.model
    @tools.ormcache(
        "company_id",
        "fingerprint",
        "clock",
        "moment",
        "self.env.lang",
        "str(self.env.tz)",
    )
    def _compile_company(self, company_id, fingerprint, clock, moment):
        """Compile when a rule has changed, and relative ones when time has.

        :return: SQL of the rules with this clock, ids of their segments
        """
        company = self.env["res.company"].sudo().browse(company_id)
        segments = self.sudo()._get_rule_segments(company_id)
        rules = segments.filtered(lambda s: s._get_clock() == clock)._read_rules()
        return compile_rules(company, rules), list(rules)

    @api.model
    def _get_rule_segments(self, company_id):
        return self.search(
            [("company_id", "=", company_id), ("segment_type", "!=", "static")],
            order="id",
        )

    def _get_clock(self):
        if self.segment_type != "dynamic":
            return "ever"
        return get_clock(self.filter_domain or "")

    def _read_rules(self):
        """Return {id: rule}, without those that cannot be read: one stops no other."""
        rules = {}
        for segment in self:
            try:
                rule = segment._get_rule_domain()
                if "segment_ids" in (segment.filter_domain or ""):
                    for needed in segment._get_all_included():
                        needed._get_rule_domain()
            except RuleProblem:
                _logger.info("The rule of segment %s cannot be read.", segment.id)
            else:
                rules[segment.id] = rule
        return rules

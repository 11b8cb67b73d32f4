from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..authentication.examine import CHECKS
from ..authentication.explanation import SENTENCES
from ..authentication.finding import RANK, Finding, worst
from ..domain_names import normalise_domain

LEVELS = [
    ("ok", "Good"),
    ("warning", "Can be better"),
    ("problem", "Problem"),
    ("unknown", "No answer"),
]


def _level(label):
    return fields.Selection(LEVELS, label, readonly=True, copy=False)


class DeliveryDomainCheck(models.Model):
    """Whether receivers can tell that mail of a domain is ours; the last result."""

    _name = "delivery.domain.check"
    _description = "Sender Authentication"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state_rank desc, name, id"

    name = fields.Char("Domain", required=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
        index=True,
    )
    selectors = fields.Char(
        "Selectors of the Mail Server",
        help="If your mail server signs by itself: the s= of its DKIM-Signature,"
        " several with spaces between them.",
    )
    checked_at = fields.Datetime("Looked Up", readonly=True, copy=False)
    state = _level("Result")
    state_rank = fields.Integer(readonly=True, copy=False, aggregator=None)
    spf_state = _level("SPF")
    dkim_state = _level("DKIM")
    dmarc_state = _level("DMARC")
    alignment_state = _level("Alignment")
    mx_state = _level("MX")
    findings = fields.Json(readonly=True, copy=False)
    advice = fields.Html(compute="_compute_advice", sanitize=False)

    _name_uniq = models.Constraint(
        "UNIQUE(name, company_id)", "This domain is in the list already."
    )

    @api.constrains("name")
    def _check_name(self):
        for check in self:
            if normalise_domain(check.name) != check.name:
                raise ValidationError(
                    self.env._(
                        "%(domain)s is not a domain; write it like shop.example.com.",
                        domain=check.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalise(values) for values in vals_list])

    def write(self, vals):
        return super().write(self._normalise(vals))

    @api.model
    def _normalise(self, values):
        name = values.get("name")
        return {**values, "name": normalise_domain(name) or name} if name else values

    # === RESULT ===#

    def _get_findings(self):
        return [Finding(*values) for values in self.findings or ()]

    @api.depends("findings")
    @api.depends_context("lang")
    def _compute_advice(self):
        for check in self:
            check.advice = check._render_advice()

    def _render_advice(self):
        if not self.findings:
            return Markup()
        return self.env["ir.qweb"]._render(
            "marketing_delivery.domain_findings",
            {"groups": self._prepare_groups(), "levels": self._get_level_labels()},
        )

    def _get_level_labels(self):
        return dict(self._fields["state"]._description_selection(self.env))

    def _prepare_groups(self):
        """Return what the page shows: a group a check, the worst finding first."""
        found = self._get_findings()
        groups = []
        for name in CHECKS:
            mine = [finding for finding in found if finding.check == name]
            mine.sort(key=lambda finding: -RANK[finding.level])
            label = self._fields[f"{name}_state"]._description_string(self.env)
            lines = [self._describe(finding) for finding in mine]
            groups.append({"label": label, "level": worst(mine), "lines": lines})
        return groups

    def _describe(self, finding):
        return {
            "level": finding.level,
            "record": finding.record,
            **self._put_into_words(finding),
        }

    def _put_into_words(self, finding):
        words = {}
        for name, sentence in zip(
            ("found", "advice"), SENTENCES[finding.code], strict=True
        ):
            translated = self.env._(sentence) if sentence else ""
            words[name] = translated % finding.values
        return words

    def _note(self, findings):
        """Keep a result; return whether it is worse than the one before."""
        before = self.state
        levels = {
            f"{name}_state": worst([f for f in findings if f.check == name])
            for name in CHECKS
        }
        state = worst(findings)
        self.write(
            {
                **levels,
                "state": state,
                "state_rank": RANK[state],
                "findings": [list(finding) for finding in findings],
                "checked_at": fields.Datetime.now(),
            }
        )
        return bool(before) and RANK[state] > max(RANK[before], RANK["ok"])

from odoo import api, fields, models


class MarketingTemplateCheck(models.TransientModel):
    """What to look at before a template is sent, for chosen segments."""

    _name = "marketing.template.check"
    _description = "Check of a marketing template"

    template_id = fields.Many2one(
        "email.template.marketing", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    segment_ids = fields.Many2many(
        "customer.segment",
        string="Audience",
        domain="[('company_id', '=', company_id)]",
        help="Counts for how many of these customers a tag has no value.",
    )
    findings = fields.Json(compute="_compute_findings")

    @api.depends("template_id", "company_id", "segment_ids")
    def _compute_findings(self):
        for check in self:
            check.findings = [
                finding._asdict()
                for finding in check.template_id._check_content(
                    check.segment_ids._origin, check.company_id
                )
            ]

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rendering import TemplateProblem, partners_target

_POLICY = Markup(
    '<head><meta http-equiv="Content-Security-Policy" content="script-src \'none\'; '
    "object-src 'none'; frame-src 'none'; form-action 'none'\">"
)


class MarketingTemplatePreview(models.TransientModel):
    _name = "marketing.template.preview"
    _description = "Preview of a marketing template for one customer"

    template_id = fields.Many2one(
        "email.template.marketing", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        default=lambda self: self._get_last_customer(),
        ondelete="cascade",
        help="Empty: sample values.",
    )
    subject = fields.Char(compute="_compute_content")
    preview_text = fields.Char(related="template_id.preview_text")
    html = fields.Html(sanitize=False, compute="_compute_content")
    text = fields.Text(compute="_compute_content")
    missing_tags = fields.Char(compute="_compute_content")
    problem = fields.Char(compute="_compute_content")

    @api.depends("template_id", "partner_id", "company_id")
    def _compute_content(self):
        for preview in self:
            preview.update(preview._prepare_values())

    @api.model
    def _get_last_customer(self):
        profile = self.env["customer.profile"].search(
            [("company_id", "=", self.env.company.id)],
            order="last_order_date desc, id desc",
            limit=1,
        )
        return profile.partner_id

    def _prepare_values(self):
        values = dict.fromkeys(("subject", "html", "text", "missing_tags", "problem"))
        if not self.template_id:
            return values
        try:
            renderer = self.template_id._get_renderer(self.company_id)
            context = self._get_context(renderer)
            links = self.template_id._get_preview_links(renderer, self.company_id)
            content = renderer.render(None, context, links)
        except TemplateProblem as problem:
            return {**values, "problem": problem.describe(self.env._)}
        except UserError as problem:
            return {**values, "problem": str(problem)}
        return {
            **values,
            "subject": content.subject,
            "text": content.text,
            "html": guard_preview(content.html),
            "missing_tags": self._get_missing(renderer, context),
        }

    def _get_context(self, renderer):
        """Values of the chosen customer, or sample values."""
        if not self.partner_id:
            registry = self.env["marketing.merge.tag"]
            return registry._get_sample_context(renderer.tags, renderer.formatter)
        self.partner_id.check_access("read")
        self.env.flush_all()
        target = partners_target(self.partner_id.ids, self.company_id.id)
        context = renderer.read(self.env.cr, target)[self.partner_id.id]
        # a template has no creative: only a campaign brings one
        registry = self.env["marketing.merge.tag"]
        registry._fill_creative(context, self.env["email.creative"], renderer)
        return context

    def _get_missing(self, renderer, context):
        """Labels of the tags that have no value for this customer."""
        tags = [tag for tag in renderer.tags if not tag.hidden]
        empty = [tag for tag in tags if not context.get(tag.key)]
        return ", ".join(self.env._(tag.label) for tag in empty)


def guard_preview(html):
    """The page with a policy that lets nothing in it run or load a frame."""
    return Markup(html).replace("<head>", _POLICY, 1)


class PreviewLinks:
    """Links of a preview: the targets themselves, nothing is signed or counted."""

    def __init__(self, compiled):
        self.compiled = compiled

    def click(self, position):
        return self.compiled.links[position]

    def pixel(self):
        return ""

    def unsubscribe(self):
        return "#unsubscribe"

    def view(self):
        return "#view"

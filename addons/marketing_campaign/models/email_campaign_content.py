import re
import unicodedata

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketing_delivery.tracking.targets import (
    is_own,
    own_host,
    with_utm,
)

from ..rendering import TemplateProblem
from ..wizards.template_preview import guard_preview


class EmailCampaign(models.Model):
    """What is sent: the template, frozen at launch, and its renderer."""

    _inherit = "email.campaign"

    content_subject = fields.Char("Subject Shown", compute="_compute_content")
    content_html = fields.Html(sanitize=False, compute="_compute_content")
    content_problem = fields.Char(compute="_compute_content")

    @api.depends("template_id", "sent_template_id", "subject_line", "preview_text")
    def _compute_content(self):
        """The message with sample values, for reading on the form."""
        for campaign in self:
            content, problem = campaign._preview_content()
            campaign.content_subject = content and content.subject
            campaign.content_html = content and guard_preview(content.html)
            campaign.content_problem = problem

    def _preview_content(self):
        """(content or None, words on why there is none, or None)."""
        if not self._get_template():
            return None, None
        try:
            renderer = self._get_renderer()
            context = self._get_sample_context(renderer)
            template = self._get_template()
            links = template._get_preview_links(renderer, self.company_id)
            return renderer.render(None, context, links), None
        except TemplateProblem as problem:
            return None, problem.describe(self.env._)
        except UserError as problem:
            return None, str(problem)

    def _get_launch_problem(self):
        """Why content that compiles still cannot be sent, or None; extended."""
        return None

    def _get_template(self):
        # Superuser: the copy that is sent is archived, and a sender has no user.
        return (self.sent_template_id or self.template_id).sudo()

    def _get_renderer(self):
        """Renderer of the frozen copy once launched, of the template before.

        Raises UserError when there is no template or it is broken.
        """
        self._compile()
        return self._get_template()._get_renderer(
            self.company_id,
            **self._get_own_lines(),
            opens=self.track_opens,
            clicks=self.track_clicks,
        )

    def _get_own_lines(self):
        """The lines that a campaign writes itself instead of its template."""
        return {
            "subject": self.subject_line or None,
            "preview": self.preview_text or None,
        }

    def _compile(self):
        """CompiledTemplate of the content; a mistake becomes a message with a place."""
        self.ensure_one()
        template = self._get_template()
        if not template:
            raise UserError(self.env._("Choose a template."))
        try:
            return template._compile(company=self.company_id, **self._get_own_lines())
        except TemplateProblem as problem:
            raise UserError(
                self.env._(
                    "The template “%(template)s” cannot be sent.\n%(problem)s",
                    template=self.template_id.name,
                    problem=problem.describe(self.env._),
                )
            ) from problem

    def _freeze_content(self):
        if self.sent_template_id:
            return
        # Superuser: a shared template may be sent but not copied by every marketer.
        copy = self.template_id.sudo().copy(
            {
                "name": self.env._("Sent with %(campaign)s", campaign=self.name),
                "active": False,
                "company_id": self.company_id.id,
            }
        )
        self.sudo().sent_template_id = copy
        self._write_links()

    def _write_links(self):
        """List the tracked links; those to our own shop carry the UTM parameters."""
        self._ensure_utm_campaign()
        compiled = self._compile()
        # Superuser: links are written by the launch only, not by people.
        links = self.env["marketing.link"].sudo()
        links.search([("campaign_id", "=", self.id)]).unlink()
        targets = zip(compiled.links, compiled.labels, strict=True)
        links.create(
            [
                {
                    "campaign_id": self.id,
                    "position": position,
                    "url": self._tag_own_link(url),
                    "label": label,
                }
                for position, (url, label) in enumerate(targets)
            ]
        )

    def _tag_own_link(self, url):
        own = {own_host(self.company_id.website), own_host(self.get_base_url())}
        if not is_own(url, own - {None}):
            return url
        return with_utm(
            url,
            {
                "utm_source": self.utm_source,
                "utm_medium": self.utm_medium,
                "utm_campaign": self.utm_campaign_id.name,
            },
        )

    def _ensure_utm_campaign(self):
        """Odoo's own sales reports know campaigns by their UTM record."""
        if self.utm_campaign_id:
            return
        name = self.utm_campaign or self._get_own_utm_name()
        # Superuser: UTM records belong to sales, every marketer may need one.
        records = self.env["utm.campaign"].sudo().with_context(active_test=False)
        record = records.search([("name", "=", name)], limit=1)
        self.sudo().utm_campaign_id = record or records.create(
            {"name": name, "title": self.name}
        )

    def _get_own_utm_name(self):
        """A name of no other campaign, or Odoo's reports would add the two up."""
        name = slug(self.name) or f"campaign-{self.id}"
        # Superuser: UTM names are shared by all companies; nothing is shown of others.
        others = self.sudo().with_context(active_test=False)
        if others.search_count([("utm_campaign_id.name", "=", name)], limit=1):
            return f"{name[:50]}-{self.id}"
        return name


def slug(text):
    """`Été 2026: -20 %` -> `ete-2026-20`; what survives in every link shortener."""
    plain = unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:64]

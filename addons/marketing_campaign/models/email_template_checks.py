import re

from lxml import html as lxml_html

from odoo import models
from odoo.tools import SQL

from .. import content_checks as checks
from ..rendering import TemplateProblem, missing_sql
from ..wizards.template_preview import PreviewLinks
from .creative_merge_tag import CREATIVE_TAGS, POSITION

_IMAGE_RE = re.compile(r"/web/(?:image|content)/(\d+)\b")
_UNSUBSCRIBE = (
    ".//a[starts-with(@href, 'mm://unsubscribe')"
    " or @href='/unsubscribe_from_list' or @data-mm-href='unsubscribe_url']"
)
_ORDER = (checks.ERROR, checks.WARNING, checks.INFO)


class EmailTemplateMarketing(models.Model):
    """What a person should look at before a template is sent."""

    _inherit = "email.template.marketing"

    def _check_content(
        self, segments=None, company=None, *, subject=None, preview=None
    ):
        """List of content_checks.Finding(severity, code, message, place), worst first.

        With `segments` (customer.segment) also how many of their customers have no
        value for a tag of this template. `subject` and `preview` replace those of the
        template when they are not empty. Texts are in the user's language; what cannot
        be sent at all is one finding with the code "broken".
        """
        self.ensure_one()
        company = company or self.company_id or self.env.company
        try:
            renderer = self._get_renderer_of_texts(company, subject, preview)
            content = self._render_sample(renderer)
        except TemplateProblem as problem:
            why = problem.describe(self.env._)
            return [checks.Finding(checks.ERROR, "broken", why)]
        findings = self._check_message(renderer, content, preview)
        if segments:
            findings += self._check_values(renderer, segments, company)
        findings.sort(key=lambda finding: _ORDER.index(finding.severity))
        return [self._translate_finding(finding) for finding in findings]

    def _translate_finding(self, finding):
        place = finding.place and self.env._(finding.place)
        return finding._replace(message=self.env._(finding.message), place=place)

    def _render_sample(self, renderer):
        registry = self.env["marketing.merge.tag"]
        context = registry._get_sample_context(renderer.tags, renderer.formatter)
        company = self.company_id or self.env.company
        links = self._get_preview_links(renderer, company)
        return renderer.render(None, context, links)

    def _get_preview_links(self, renderer, company):
        """The links that a preview shows; nothing is signed or counted."""
        return PreviewLinks(renderer.compiled)

    def _check_message(self, renderer, content, preview):
        """Findings about the message itself; each channel looks at something else."""
        return [
            *self._check_lines(renderer, content, preview),
            *self._check_body(renderer.compiled, content),
        ]

    def _check_lines(self, renderer, content, preview):
        preview = preview or self.preview_text or ""
        return [
            *checks.check_subject(content.subject),
            *checks.check_preview(preview, content.subject),
        ]

    def _check_body(self, compiled, content):
        root = lxml_html.document_fromstring(f"<div>{self.html_content or ''}</div>")
        findings = [
            *checks.check_weight(content.html),
            *checks.check_links(root),
            *checks.check_images(root, self._get_image_weights(root)),
        ]
        if self.template_type != "marketing":
            return findings
        if not root.xpath(_UNSUBSCRIBE):
            message = self.env._(
                "There is no unsubscribe link: a footer with one is added."
            )
            findings.append(checks.Finding(checks.INFO, "unsubscribe_added", message))
        if "company_address" not in compiled.tags:
            message = self.env._("The postal address of the sender is missing.")
            findings.append(checks.Finding(checks.WARNING, "no_address", message))
        return findings

    def _get_image_weights(self, root):
        """Bytes of the pictures that lie in this database, by their src."""
        sources = {}
        for source in root.xpath(".//img/@src"):
            if match := _IMAGE_RE.search(source):
                sources[source] = int(match[1])
        attachments = self.env["ir.attachment"].search(
            [("id", "in", list(set(sources.values())))]
        )
        sizes = {attachment.id: attachment.file_size for attachment in attachments}
        return {source: sizes.get(number, 0) for source, number in sources.items()}

    def _check_values(self, renderer, segments, company):
        """Customers without a value, for each tag; one statement."""
        # the words of a creative are the campaign's, not the customers'
        campaigns = CREATIVE_TAGS | {POSITION}
        tags = [tag for tag in renderer.tags if tag.key not in campaigns]
        if not tags:
            return []
        members = SQL(" UNION ").join(
            SQL("SELECT * FROM %s member", segment._members_sql())
            for segment in segments
        )
        statement = missing_sql(tags, renderer.joins, members, company.id)
        [[total, *missing]] = self.env.execute_query(statement)
        return [
            self._describe_missing(tag, count, total, renderer.compiled)
            for tag, count in zip(tags, missing, strict=True)
            if count
        ]

    def _describe_missing(self, tag, count, total, compiled):
        values = {
            "count": count,
            "total": total,
            "share": max(round(100 * count / total), 1),
        }
        if tag.key in compiled.bare_tags:
            severity = checks.WARNING
            message = self.env._(
                "%(count)s of %(total)s customers (%(share)s %%) have no value and see"
                " nothing in its place: add a fallback.",
                **values,
            )
        else:
            severity = checks.INFO
            message = self.env._(
                "%(count)s of %(total)s customers (%(share)s %%) have no value; a"
                " fallback, condition or repeat of the template takes care of it.",
                **values,
            )
        place = self.env._("Tag “%(tag)s”", tag=self.env._(tag.label))
        return checks.Finding(severity, "empty_tag", message, place)

from odoo import models
from odoo.exceptions import UserError

from ..content_checks import ERROR, WARNING
from .email_campaign_checklist import Check

# Judgements by rule of thumb warn; only what cannot be sent, or must not, blocks.
FINDINGS = (ERROR, WARNING)


class EmailCampaign(models.Model):
    """Checks of subject, template and test mail."""

    _inherit = "email.campaign"

    def _list_content_checks(self):
        if not self.template_id:
            text = self.env._("Choose a template.")
            return [Check("template", "blocking", text, "", {"field": "template_id"})]
        if not (self.subject_line or self._get_template().subject_template):
            text = self.env._("Write a subject.")
            return [Check("subject", "blocking", text, "", {"page": "content"})]
        return [*self._list_template_checks(), *self._list_test_checks()]

    def _list_template_checks(self):
        template = self._get_template()
        place = {"model": template._name, "id": self.template_id.id}
        if self.is_transactional and template.template_type == "marketing":
            # else one tick would send marketing to whoever has not said yes
            text = self.env._("It is transactional, and its template is for marketing.")
            fix = self.env._("Choose a template of another type, or ask for consent.")
            return [Check("transactional", "blocking", text, fix, place)]
        try:
            compiled = self._compile()
        except UserError as problem:
            return [Check("template", "blocking", str(problem), "", place)]
        if problem := self._get_launch_problem():
            return [Check("template", "blocking", problem, "", {"page": "content"})]
        if not self.is_transactional and not template._shows_way_out(compiled):
            text = self.env._("The content has no link to unsubscribe.")
            fix = self.env._("Put one in, or set the template's type to marketing.")
            return [Check("unsubscribe", "blocking", text, fix, place)]
        if found := self._list_finding_checks(place):
            return found
        text = self.env._("The content can be sent; nothing in it catches the eye.")
        return [Check("template", "ok", text, "", place)]

    def _list_finding_checks(self, place):
        """What a reader of the template would remark; mere hints stay on its page."""
        return [
            Check(
                finding.code,
                "warning",
                f"{finding.place}: {finding.message}"
                if finding.place
                else finding.message,
                "",
                place,
            )
            for finding in self._find_in_content()
            if finding.severity in FINDINGS
        ]

    def _find_in_content(self):
        lines = self._get_own_lines()
        check = self._get_template()._check_content
        try:
            return check(self.segment_ids, self.company_id, **lines)
        except UserError:  # a segment that cannot be read is said by its own check
            return check(None, self.company_id, **lines)

    def _list_test_checks(self):
        """A warning only: who knows the template may do without."""
        place = {"button": "t"}
        tested = self.test_hash
        if self.is_testing:
            text = self.env._("A test is on its way.")
            fix = self.env._("Its result appears here and in the notes.")
            return [Check("test", "warning", text, fix)]
        if not tested:
            text = self.env._("No test has been sent.")
        elif tested != self._get_fingerprint(("content", "sender")):
            text = self.env._("The content has changed since the last test.")
        else:
            return [Check("test", "ok", self.env._("A test of this content was sent."))]
        fix = self.env._("Send one to yourself and look at it on a phone.")
        return [Check("test", "warning", text, fix, place)]

from odoo import models

from .email_campaign_approval import ACTIVITY, MANAGER

# Asking thirty managers is asking nobody.
MOST_ASKED = 5


class EmailCampaign(models.Model):
    """When an approval is needed, and who is asked."""

    _inherit = "email.campaign"

    def _get_approval_problem(self, recipients=None):
        """Why this campaign may not be sent yet for lack of an approval, or None.

        `recipients` spares counting them again.
        """
        if not self._needs_approval(recipients):
            return None
        if self.approval_state == "approved":
            if self.approval_hash == self._get_fingerprint():
                return None
            return self.env._(
                "Content, audience, sender or sending hours have changed since the"
                " approval. Ask for approval again."
            )
        return {
            "requested": self.env._("A marketing manager has not approved it yet."),
            "rejected": self.env._(
                "The approval was refused: %(reason)s",
                reason=self.approval_reason or self.env._("no reason given"),
            ),
        }.get(
            self.approval_state,
            self.env._("A marketing manager has to approve it. Ask for approval."),
        )

    def _get_resume_problem(self):
        """Why a campaign that was paused amid its messages may not go on, or None.

        Its audience and content are fixed: what became of segments and templates since
        does not matter, what people change of the campaign itself withdraws the
        approval at once.
        """
        if self.approval_state == "approved":
            return None
        counts = self._count_states()
        left_out = counts.get("skipped", 0) + counts.get("held_out", 0)
        return self._get_approval_problem(sum(counts.values()) - left_out)

    def _needs_approval(self, recipients=None):
        company = self.company_id
        if not company.marketing_approval:
            return False
        if company.marketing_approval_from <= 1:
            return True
        if recipients is None:
            recipients = self._estimate_audience()["sendable"]
        return recipients >= company.marketing_approval_from

    def _ask_managers(self):
        """An activity for each of the first managers who may decide."""
        # Superuser: a marketer need not be able to read users or others' activities.
        campaign = self.sudo()
        campaign.activity_unlink([ACTIVITY])
        managers = campaign.env.ref(MANAGER)._get_people(self.company_id)
        managers -= self._get_authors()
        for manager in managers.sorted("id")[:MOST_ASKED]:
            campaign.activity_schedule(
                ACTIVITY,
                user_id=manager.id,
                summary=self.env._("Approve “%(name)s”", name=self.name),
            )
        if not managers:
            campaign.message_post(
                body=self.env._(
                    "Nobody can approve this: no marketing manager of %(company)s but"
                    " those who wrote it. An administrator appoints one.",
                    company=self.company_id.name,
                )
            )

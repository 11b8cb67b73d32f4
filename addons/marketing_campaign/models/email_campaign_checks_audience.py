from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .email_campaign_checklist import Check

REFUSALS = ("no_consent", "unsubscribed", "blacklisted", "paused_by_person")
MOST_REFUSED = 0.5
MOST_EXCLUDED = 0.8


class EmailCampaign(models.Model):
    """Checks of the audience: is anybody in it, and are they the right ones?"""

    _inherit = "email.campaign"

    def _try_estimate(self):
        """(estimate, None), or (None, why the segments cannot be counted)."""
        try:
            return self._estimate_audience(), None
        except UserError as problem:
            return None, str(problem)

    def _estimate_audience(self):
        return super()._estimate_audience() | {"excluded": self._count_excluded()}

    def _count_excluded(self):
        """Customers of the chosen segments who drop out by a segment left out."""
        # Superuser: as for the audience itself, segments are judged as a whole.
        campaign = self.sudo()
        if not (campaign.segment_ids and campaign.exclude_segment_ids):
            return 0
        include, exclude = (
            SQL(" UNION ").join(segment._members_sql() for segment in segments)
            for segments in (campaign.segment_ids, campaign.exclude_segment_ids)
        )
        statement = SQL(
            "SELECT count(*) FROM ((%s) INTERSECT (%s)) overlap", include, exclude
        )
        return self.env.execute_query(statement)[0][0]

    def _list_audience_checks(self, estimate, problem):
        place = {"field": "segment_ids"}
        if not self.segment_ids:
            return [Check("audience", "blocking", self._say_no_segment(), "", place)]
        if problem:
            return [Check("audience", "blocking", problem, "", place)]
        if not estimate["sendable"]:
            return [Check("audience", "blocking", *self._say_nobody(estimate), place)]
        text = self.env._(
            "%(count)s customers will receive it, as of now.",
            count=self._format_number(estimate["sendable"]),
        )
        return [
            Check("audience", "ok", text, "", {"page": "audience"}),
            *self._list_refusal_checks(estimate),
            *self._list_exclusion_checks(estimate),
        ]

    def _say_nobody(self, estimate):
        """(text, fix) for an audience in which nobody can be sent to."""
        if not estimate["audience"] and estimate["excluded"]:
            return (
                self.env._(
                    "Nobody is in the audience: all %(count)s customers of the segments"
                    " are in a segment that is left out as well.",
                    count=self._format_number(estimate["excluded"]),
                ),
                self.env._("Remove a segment from “Leave Out”."),
            )
        if not estimate["audience"]:
            return (
                self.env._("Nobody is in the audience: the segments are empty."),
                self.env._("Choose other segments, or loosen their conditions."),
            )
        why = [f"{item['label']}: {item['count']}" for item in estimate["reasons"]]
        if estimate["held_out"]:
            why.append(
                self.env._("Control group: %(count)s", count=estimate["held_out"])
            )
        text = self.env._(
            "None of the %(count)s customers in the audience can be sent to."
            "\n%(reasons)s",
            count=estimate["audience"],
            reasons="\n".join(why),
        )
        return text, ""

    def _list_refusal_checks(self, estimate):
        refused = sum(
            item["count"] for item in estimate["reasons"] if item["reason"] in REFUSALS
        )
        if refused < MOST_REFUSED * estimate["audience"]:
            return []
        text = self.env._(
            "%(percent)s %% of the audience has given no consent or withdrawn it.",
            percent=round(100 * refused / estimate["audience"]),
        )
        fix = self.env._("Are these the right segments, and were consents imported?")
        return [Check("refusals", "warning", text, fix, {"page": "audience"})]

    def _list_exclusion_checks(self, estimate):
        excluded = estimate["excluded"]
        if not excluded:
            return []
        place = {"field": "exclude_segment_ids"}
        text = self.env._(
            "“Leave Out” takes %(count)s customers out of the audience.",
            count=self._format_number(excluded),
        )
        if excluded < MOST_EXCLUDED * (excluded + estimate["audience"]):
            return [Check("exclusion", "ok", text, "", place)]
        fix = self.env._("That is nearly everybody: is it meant so?")
        return [Check("exclusion", "warning", text, fix, place)]

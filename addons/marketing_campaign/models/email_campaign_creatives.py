from itertools import combinations

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_engine.assignment import srm
from odoo.addons.marketing_engine.experiments import two_proportions

from . import audience_sql
from .creative_merge_tag import CREATIVE_TAGS
from .rate_comparison import describe_points, is_shown

MISMATCH = 0.001
CONFIDENCE = 0.95


class EmailCampaign(models.Model):
    """One or several creatives: drawn by hash, compared honestly."""

    _inherit = "email.campaign"

    creative_ids = fields.Many2many(
        "email.creative",
        "email_campaign_creative_rel",
        "campaign_id",
        "creative_id",
        "Creatives",
        check_company=True,
        help="Shown by the template's tags Headline, Body text and Call to action. With"
        " several, each customer gets one of them by lot, in equal shares.",
    )
    creative_stats_ids = fields.One2many(
        "email.creative.stats", "campaign_id", "Results by Creative", readonly=True
    )
    creative_verdict = fields.Text(compute="_compute_creative_verdict")

    @api.depends("creative_stats_ids.clicked", "creative_stats_ids.assigned", "status")
    def _compute_creative_verdict(self):
        for campaign in self:
            rows = campaign.creative_stats_ids._by_creative()
            lines = campaign._judge_creatives(rows) if len(rows) > 1 else []
            campaign.creative_verdict = "\n".join(lines)

    def _judge_creatives(self, rows):
        """Sentences about the clicks of everyone assigned; one pair, one sentence."""
        counts = rows.mapped("assigned")
        if not sum(rows.mapped("sent")):
            return [self.env._("Nothing has been sent yet.")]
        if srm(counts, [1 / len(counts)] * len(counts)) < MISMATCH:
            return [
                self.env._(
                    "The groups are not of the planned, equal sizes. Something went"
                    " wrong with the draw: do not read these results."
                )
            ]
        pairs = list(combinations(rows, 2))
        lines = [self._judge_pair(one, two, len(pairs)) for one, two in pairs]
        if len(pairs) > 1:
            lines.append(
                self.env._(
                    "The intervals are widened for %(count)s comparisons.",
                    count=len(pairs),
                )
            )
        if self.status in ("running", "paused"):
            lines.append(
                self.env._(
                    "Still being sent: decide when it is over, not on the first good"
                    " day."
                )
            )
        return lines

    def _judge_pair(self, one, two, comparisons):
        """Bonferroni: with several pairs each interval is wider."""
        if one.clicked * two.assigned < two.clicked * one.assigned:
            one, two = two, one
        found = two_proportions(
            one.clicked,
            one.assigned,
            two.clicked,
            two.assigned,
            confidence=1 - (1 - CONFIDENCE) / comparisons,
        )
        values = {
            "one": one.creative_id.headline,
            "two": two.creative_id.headline,
            "points": describe_points(self.env, found),
        }
        if is_shown(found):
            return self.env._(
                "“%(one)s” was clicked more often than “%(two)s”: %(points)s.", **values
            )
        return self.env._(
            "No difference shown yet between “%(one)s” and “%(two)s”: %(points)s.",
            **values,
        )

    def _get_launch_problem(self):
        if problem := super()._get_launch_problem():
            return problem
        used = self._compile().tags & CREATIVE_TAGS
        if used and not self.creative_ids:
            return self.env._(
                "The template shows a creative: choose one or several on tab “Content”."
            )
        if self.creative_ids and not used:
            return self.env._(
                "The template shows no creative. Put its tags (Headline, Body text,"
                " Call to action) into the template, or remove the creatives."
            )
        if "cta_url" in used and (
            bare := self.creative_ids.filtered(lambda creative: not creative.cta_url)
        ):
            return self.env._(
                "The template has a button, but “%(headline)s” does not say where it"
                " leads to.",
                headline=bare[0].headline,
            )
        return None

    def _get_draw_sql(self):
        """The creative of each row: by hash, in equal shares, once and for all."""
        creatives = self.creative_ids.sorted("id").ids
        if not creatives:
            return super()._get_draw_sql()
        gets_it = SQL("reason IS NULL AND NOT in_holdout")
        salt = f"{self.company_id.sudo().marketing_holdout_salt}:creative:{self.id}"
        bucket = audience_sql.bucket_sql(
            salt, SQL("partner_id::text"), buckets=len(creatives)
        )
        drawn = SQL("(%s::int[])[1 + (%s)]", creatives, bucket)
        return [
            *super()._get_draw_sql(),
            (
                "creative_id",
                SQL(
                    "CASE WHEN %s THEN %s END",
                    gets_it,
                    drawn if len(creatives) > 1 else SQL("%s", creatives[0]),
                ),
            ),
            (
                "creative_propensity",
                SQL("CASE WHEN %s THEN %s::float END", gets_it, 1 / len(creatives)),
            ),
        ]

    def _write_links(self):
        """The button of each creative is a link of its own, in one place."""
        super()._write_links()
        compiled = self._compile()
        if "cta_url" not in compiled.tags or not self.track_clicks:
            return
        # Superuser: links are written by the launch only, not by people.
        self.env["marketing.link"].sudo().create(
            [
                {
                    "campaign_id": self.id,
                    "creative_id": creative.id,
                    "position": len(compiled.links) + number,
                    "place": "cta",
                    "url": self._tag_own_link(creative._get_target_url()),
                    "label": creative.cta_text or creative.headline,
                }
                for number, creative in enumerate(self.creative_ids.sorted("id"))
            ]
        )

    def _get_sample_context(self, renderer):
        """Sample values, and the first creative's own words."""
        registry = self.env["marketing.merge.tag"]
        context = registry._get_sample_context(renderer.tags, renderer.formatter)
        return self._show_creative(context, renderer)

    def _show_creative(self, context, renderer):
        creative = self.creative_ids.sorted("id")[:1]
        self.env["marketing.merge.tag"]._fill_creative(context, creative, renderer)
        return context

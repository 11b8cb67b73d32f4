from odoo import api, fields, models
from odoo.tools import formatLang

from odoo.addons.marketing_engine.experiments import (
    proportion_interval,
    two_proportions,
)

from ..models.rate_comparison import describe_interval, describe_points, is_shown

# Part and whole of the rates that may stand beside each other.
SHOWN = (
    ("total_delivered", "total_sent"),
    ("total_opened", "total_delivered"),
    ("total_clicked", "total_delivered"),
    ("total_unsubscribed", "total_delivered"),
    ("total_complained", "total_delivered"),
)


class EmailCampaignComparison(models.TransientModel):
    """Two to four campaigns side by side; made by `email.campaign.action_compare`."""

    _name = "email.campaign.comparison"
    _description = "Campaigns Side by Side"

    campaign_ids = fields.Many2many("email.campaign", readonly=True)
    table = fields.Html(compute="_compute_table", sanitize=False)

    @api.depends("campaign_ids")
    def _compute_table(self):
        for comparison in self:
            comparison.table = self.env["ir.qweb"]._render(
                "marketing_campaign.campaign_comparison",
                comparison._prepare_values(),
            )

    def _compute_display_name(self):
        for comparison in self:
            comparison.display_name = self.env._("Compare campaigns")

    def _prepare_values(self):
        campaigns = self.campaign_ids.sorted("id")
        return {
            "campaigns": campaigns,
            "rows": [
                *(self._prepare_rate(campaigns, *rate) for rate in SHOWN),
                *self._prepare_money(campaigns),
            ],
            "sentences": [self._judge(campaigns[0], other) for other in campaigns[1:]],
            "is_experiment": self._is_experiment(campaigns),
        }

    def _is_experiment(self, campaigns):
        """Whether chance decided who got which: no two campaigns are that so far."""
        return False

    def _prepare_rate(self, campaigns, part, whole):
        names = self.env["email.campaign"].fields_get([part, whole], ["string"])
        # a bounced message may have been opened
        counts = [(min(one[part], one[whole]), one[whole]) for one in campaigns]
        label = self.env._(
            "%(part)s, of %(whole)s",
            part=names[part]["string"],
            whole=names[whole]["string"].lower(),
        )
        first = self._prepare_cell(*counts[0])
        others = [self._prepare_cell(*one, counts[0]) for one in counts[1:]]
        return {"label": label, "cells": [first, *others]}

    def _prepare_cell(self, count, size, first=None):
        """A rate, its interval and how it differs from that of the first campaign."""
        low, high = proportion_interval(count, size)
        versus = first and two_proportions(count, size, *first)
        return {
            "value": f"{self._number(100 * count / size, 1)} %",
            "note": self.env._(
                "%(count)s of %(size)s; %(low)s to %(high)s %%",
                count=self._number(count),
                size=self._number(size),
                low=self._number(100 * low, 1),
                high=self._number(100 * high, 1),
            ),
            "difference": versus and describe_interval(self.env, versus),
            "is_shown": versus and is_shown(versus),
        }

    def _prepare_money(self, campaigns):
        """Orders and revenue without an interval: customers order more than once."""
        currency = campaigns.company_id.currency_id

        def money(amount):
            return formatLang(self.env, amount, currency_obj=currency)

        return [
            {
                "label": self.env._("Orders"),
                "cells": [
                    {"value": self._number(c.attributed_orders)} for c in campaigns
                ],
            },
            {
                "label": self.env._("Revenue"),
                "cells": [{"value": money(c.attributed_revenue)} for c in campaigns],
            },
            {
                "label": self.env._("Revenue per 1,000 delivered"),
                "cells": [
                    {"value": money(1000 * c.attributed_revenue / c.total_delivered)}
                    for c in campaigns
                ],
            },
        ]

    def _judge(self, first, other):
        """One sentence on the clicks of a pair."""
        arms = [
            (c, min(c.total_clicked, c.total_delivered), c.total_delivered)
            for c in (first, other)
        ]
        arms.sort(key=lambda arm: arm[1] / arm[2], reverse=True)
        (one, x1, n1), (two, x2, n2) = arms
        found = two_proportions(x1, n1, x2, n2)
        values = {
            "one": one.name,
            "two": two.name,
            "points": describe_points(self.env, found),
        }
        if is_shown(found):
            return self.env._(
                "“%(one)s” was clicked more often than “%(two)s”: %(points)s.", **values
            )
        return self.env._(
            "No difference in clicks shown between “%(one)s” and “%(two)s”:"
            " %(points)s.",
            **values,
        )

    def _number(self, value, digits=0):
        return formatLang(self.env, value, digits=digits)

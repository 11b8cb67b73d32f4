from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tracking.targets import safe_target


class MarketingLink(models.Model):
    """One link of a campaign. A click names the position and is sent to `url`."""

    _name = "marketing.link"
    _description = "Tracked Link"
    _order = "campaign_id, position"
    _rec_name = "url"

    campaign_id = fields.Many2one(
        "email.campaign", required=True, index=True, ondelete="cascade"
    )
    position = fields.Integer(
        required=True, aggregator=None, help="Place of the link in the message."
    )
    place = fields.Char(
        help="The same for links of which a message holds only one. Empty: its own.",
    )
    url = fields.Char("Address", required=True)
    label = fields.Char()
    human_click_count = fields.Integer("Clicks", compute="_compute_click_counts")
    machine_click_count = fields.Integer(
        "Machine Clicks", compute="_compute_click_counts"
    )

    _campaign_position_uniq = models.Constraint(
        "UNIQUE(campaign_id, position)", "A campaign has one link at each position."
    )

    @api.depends_context("uid")
    def _compute_click_counts(self):
        counts = {
            (link.id, verdict): count
            for link, verdict, count in self.env["delivery.click"]._read_group(
                [("link_id", "in", self.ids)], ["link_id", "verdict"], ["__count"]
            )
        }
        for link in self:
            link.human_click_count = counts.get((link.id, "human"), 0)
            link.machine_click_count = counts.get((link.id, "machine"), 0)

    @api.constrains("url")
    def _check_url(self):
        for link in self:
            if not safe_target(link.url):
                raise ValidationError(
                    self.env._(
                        "%(url)s is not a web address. A tracked link starts with"
                        " http:// or https:// and has no spaces.",
                        url=link.url[:200],
                    )
                )

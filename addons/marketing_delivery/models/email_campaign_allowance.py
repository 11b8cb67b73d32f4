from odoo import api, fields, models

from odoo.addons.marketing_base.addresses import normalise_email

from ..sender import allowance, pacing
from ..sender.admission import Admission
from ..sender.allowance import Pools


class EmailCampaign(models.Model):
    """What lets the messages of a campaign go, and what they draw on."""

    _inherit = "email.campaign"

    sender_domain = fields.Char(compute="_compute_sender_domain", store=True)
    slow_per_hour = fields.Integer(
        readonly=True,
        copy=False,
        help="Messages an hour while brakes are on; 0: as fast as allowed.",
    )

    @api.depends("from_email", "channel")
    def _compute_sender_domain(self):
        """Other channels have no domain that could be warmed up."""
        for campaign in self:
            is_mail = campaign.channel == "email"
            address = normalise_email(campaign.from_email) if is_mail else None
            campaign.sender_domain = address and address.rpartition("@")[2]

    def _prepare_admission(self, provider):
        """Make sure that the counters exist; return what lets messages go."""
        cr = self.env.cr
        pools = self._get_pools(provider)
        allowance.prepare(cr, pools)
        groups = pacing.prepare(cr, provider.id, self.company_id.id)
        return Admission(
            cr,
            pools=pools,
            pacing=pacing.Pacing(cr, provider.id, groups),
            questions=self.env["campaign.recipient"]._gate_sql(),
            quiet=self._get_quiet_hours(),
        )

    def _get_quiet_hours(self):
        """Return the quiet hours of its company; a transactional message has none."""
        return None if self.is_transactional else self.company_id._get_quiet_hours()

    def _get_pools(self, provider):
        domains = self.env["delivery.domain"]
        domain = domains._find(self.sender_domain, self.company_id, provider)
        # what is no marketing takes nothing from the limits of marketing
        is_marketing = not self.is_transactional
        return Pools(
            provider=provider.id,
            company=self.company_id.id if is_marketing else None,
            domain=domain.id or None,
            topic=(is_marketing and self.topic_id.id) or None,
            campaign=self.id,
        )

    def _tell_hold(self, scope, provider):
        """Say on the campaign which limit it waits for; the next pump takes it back."""
        if not scope:
            return
        reasons = {
            "provider": self.env._(
                "The limit of %(name)s is used up. It goes on by itself.",
                name=provider.name,
            ),
            "company": self.env._(
                "The daily limit of %(name)s is used up. It goes on by itself.",
                name=self.company_id.name,
            ),
            "domain": self.env._(
                "%(name)s is being warmed up and has sent its messages of today. It"
                " goes on by itself.",
                name=self.sender_domain,
            ),
            "topic": self.env._(
                "The daily limit of the topic “%(name)s” is used up. It goes on by"
                " itself.",
                name=self.topic_id.name,
            ),
            "campaign": self.env._("It is slowed down by a brake."),
        }
        if self.status == "running" and self.status_reason != reasons[scope]:
            self.status_reason = reasons[scope]

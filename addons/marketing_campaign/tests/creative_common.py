from odoo import Command

from .campaign_common import CampaignCase

PIXEL = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    b"AABJRU5ErkJggg=="
)


class CreativeCase(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref("marketing_campaign.template_creative")
        cls.ham = cls._create_creative("Ham week", cta_url="/ham")
        cls.tea = cls._create_creative("Tea time", cta_url="https://tea.example.org/x")

    @classmethod
    def _create_creative(cls, headline, **values):
        return cls.env["email.creative"].create(
            {
                "headline": headline,
                "body": f"All about\n{headline}",
                "cta_text": f"See {headline}",
                "cta_url": "/offers",
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def _create_tested(cls, *creatives, **values):
        ids = [creative.id for creative in creatives]
        return cls._create_campaign(
            template_id=cls.template.id, creative_ids=[Command.set(ids)], **values
        )

    def _count(self, campaign):
        days = self.env["campaign.daily.stats"]
        days._recount(campaign.ids, 0)
        self.env.invalidate_all()
        return campaign.creative_stats_ids._by_creative()

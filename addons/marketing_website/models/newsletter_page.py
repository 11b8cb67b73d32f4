from odoo import api, models

from odoo.addons.marketing_base.scrub import clean_text

SOURCE = "/newsletter"
MAX_SHOWN = 254


class MarketingNewsletterPage(models.AbstractModel):
    """What the sign-up page of the website shows, and what it does."""

    _name = "marketing.newsletter.page"
    _description = "Newsletter Page"

    @api.model
    def _find_topics(self, company):
        return self.env["email.subscription.preference"]._get_topics(company)

    @api.model
    def _prepare(
        self, company, *, email="", topics=None, wrong=False, done=False, too_many=False
    ):
        """Return the values of the page; ``topics`` are the ids that were ticked."""
        offered = self._find_topics(company)
        if topics is None:
            topics = []  # nothing is ticked beforehand: a yes is an act
        return {
            "email": clean_text(email)[:MAX_SHOWN],
            "topics": [
                (topic.id, topic.name, topic.description, str(topic.id) in topics)
                for topic in offered
            ],
            "text_shown": self._get_text(company),
            "wrong": wrong,
            "done": done,
            "too_many": too_many,
        }

    @api.model
    def _get_text(self, company):
        # the company is the one the website shows on each page
        return self.env["marketing.signup.page"]._get_text_shown(company.sudo())

    @api.model
    def _sign_up(self, company, email, topics, visit):
        """Return whether this can be an address; what becomes of it is not told."""
        offered = self._find_topics(company)
        return self.env["marketing.signup"]._sign_up(
            company.sudo(),
            email,
            topics=offered.filtered(lambda topic: str(topic.id) in topics),
            text_shown=self._get_text(company),
            visit=visit,
            source=SOURCE,
        )

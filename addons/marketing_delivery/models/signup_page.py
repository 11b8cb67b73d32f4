from odoo import api, models

from odoo.addons.marketing_base.masking import mask_email


class MarketingSignupPage(models.AbstractModel):
    """The page behind the link of a confirmation: looking shows, a POST confirms."""

    _name = "marketing.signup.page"
    _inherit = ["marketing.public.page"]
    _description = "Confirmation Page"

    @api.model
    def _get_text_shown(self, company):
        """Return the sentence that a person agrees to with a sign-up."""
        return self.env._(
            "%(company)s may send me offers and news by email. I can stop this at any"
            " time.",
            company=company.name,
        )

    @api.model
    def _render(self, signup, token):
        page = self._in_language(signup.lang)
        confirmed = signup.state == "confirmed"
        topics = signup.topic_ids.with_context(page.env.context)
        values = {
            "confirmed": confirmed,
            "masked_address": mask_email(signup.email_address),
            "text_shown": signup.text_shown,
            "topics": topics.mapped("name"),
            "action_url": f"/mm/s/{token}",
            "choices_url": confirmed and page._get_choices_url(signup),
        }
        return page._render_page(
            "marketing_delivery.signup_page", signup.company_id.id, values
        )

    @api.model
    def _get_choices_url(self, signup):
        """Return the preference centre of who has just confirmed."""
        row = signup.env["email.subscription.preference"]._find_row(
            signup.company_id.id, "email", signup.address_key
        )
        return self.env["marketing.preference.page"]._get_path(row)

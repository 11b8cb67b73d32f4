from odoo import api, models
from odoo.tools import format_date
from odoo.tools.image import image_data_uri

from ..brand import darken, get_accent


class MarketingPublicPage(models.AbstractModel):
    """What all pages for shoppers have in common: language, sender, looks."""

    _name = "marketing.public.page"
    _description = "Page for a Shopper"

    @api.model
    def _get_lang(self, lang):
        """Return a language that is installed: the person's, else the browser's."""
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        return lang if lang in installed else self.env.lang or "en_US"

    @api.model
    def _in_language(self, lang):
        return self.with_context(lang=self._get_lang(lang))

    @api.model
    def _get_company(self, company_id):
        # the page names the sender: its name, logo and address are public
        return self.env["res.company"].sudo().browse(company_id)

    @api.model
    def _render_page(self, template, company_id, values):
        """Return the HTML of a page in the language of this environment."""
        company = self._get_company(company_id)
        lang = self.env.lang or "en_US"
        accent = get_accent(company.primary_color)
        frame = {
            "html_lang": lang.replace("_", "-").partition("@")[0],
            "html_dir": self.env["res.lang"]._get_data(code=lang).direction or "ltr",
            "company_name": company.name,
            "logo": self._get_logo(company),
            "postal_address": company.marketing_postal_address,
            "accent": accent,
            "accent_dark": darken(accent),
            "errors": [],
        }
        page = self.env["ir.qweb"]._render(template, frame | values)
        return page.lstrip()

    @staticmethod
    def _get_logo(company):
        """Return the logo within the page: its own address would tell a record id."""
        if company.uses_default_logo or not company.logo_web:
            return None
        return image_data_uri(company.logo_web)

    @api.model
    def _say_day(self, moment):
        """Return the day of a moment, as people of this language write it."""
        return self._say_date(moment.date())

    @api.model
    def _say_date(self, day):
        return format_date(self.env, day, date_format="long")

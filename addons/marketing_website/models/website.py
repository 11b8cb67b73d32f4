from odoo import api, fields, models, tools

from odoo.addons.marketing_delivery.tracking.targets import own_host

_DECIDING = {"marketing_events", "cookies_bar", "domain"}


class Website(models.Model):
    _inherit = "website"

    marketing_events = fields.Boolean(
        "Visitor Events",
        help="Record the pages, products and searches of visitors who agreed to"
        " optional cookies. Without the cookies bar nothing is recorded.",
    )

    def _records_visits(self):
        """Whether visitors are asked, and those who agree recorded."""
        self.ensure_one()
        return self.marketing_events and self.cookies_bar

    def _get_marketing_script(self):
        """Return the address of the script that the page loads after consent."""
        bundle = "marketing_website.events"
        return self.env["ir.qweb"]._get_asset_links(bundle, css=False)[0]

    @api.model
    @tools.ormcache()
    def _get_recorded_hosts(self):
        """Return the hosts of the websites that record visits; asked at each click."""
        # sudo: which websites these are is no secret, their pages say it
        websites = self.sudo().search([("marketing_events", "=", True)])
        recorded = websites.filtered(lambda website: website._records_visits())
        hosts = {own_host(website.get_base_url()) for website in recorded}
        return frozenset(hosts - {None})

    def write(self, vals):
        if _DECIDING & set(vals):
            self.env.registry.clear_cache()
        return super().write(vals)

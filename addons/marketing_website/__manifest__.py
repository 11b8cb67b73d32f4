{
    "name": "Marketing Website",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "summary": "What visitors of the website look at, once they agreed to it",
    "author": "Measured Marketing",
    "license": "LGPL-3",
    "depends": ["marketing_delivery", "website"],
    "data": [
        "views/res_config_settings_views.xml",
        "views/website_templates.xml",
        "views/newsletter_templates.xml",
    ],
    "assets": {
        # not in the page: its loader fetches it after consent. Nor in static/src, of
        # whose files Odoo makes modules, which need Odoo's loader.
        "marketing_website.events": ["marketing_website/static/plain/events.js"],
    },
}

{
    "name": "Marketing Delivery",
    "summary": "Send each campaign message at most once, and lose none silently",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "Measured Marketing",
    "license": "LGPL-3",
    "depends": ["marketing_base"],
    "data": [
        "security/ir.model.access.csv",
        "security/marketing_delivery_rules.xml",
        "security/tracking_rules.xml",
        "data/engagement_cron.xml",
        "wizards/marketing_installation_confirm_views.xml",
        "views/campaign_recipient_views.xml",
        "views/delivery_provider_views.xml",
        "views/email_campaign_views.xml",
        "views/marketing_delivery_menus.xml",
        "views/email_engagement_views.xml",
        "views/marketing_link_views.xml",
        "views/delivery_click_views.xml",
        "views/public_templates.xml",
    ],
    "assets": {
        "web.assets_backend": ["marketing_delivery/static/src/sending_hold/**/*"],
        # the stock graph is loaded with this bundle
        "web.assets_backend_lazy": ["marketing_delivery/static/src/count_graph/**/*"],
    },
}

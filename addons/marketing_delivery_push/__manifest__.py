{
    "name": "Marketing Web Push",
    "summary": "Campaigns as notifications of the browser, after a clear yes",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "Measured Marketing",
    "license": "LGPL-3",
    "depends": ["marketing_campaign", "marketing_website"],
    "data": [
        "security/ir.model.access.csv",
        "security/marketing_push_rules.xml",
        "views/delivery_provider_views.xml",
        "views/email_template_marketing_views.xml",
        "views/email_campaign_views.xml",
        "views/email_campaign_test_views.xml",
        "views/marketing_push_device_views.xml",
        "views/res_config_settings_views.xml",
        "views/website_templates.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "marketing_delivery_push/static/src/prompt/**/*",
        ],
        "web.assets_backend": [
            "marketing_delivery_push/static/src/card/**/*",
        ],
    },
}

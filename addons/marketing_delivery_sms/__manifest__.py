{
    "name": "Marketing SMS",
    "summary": "Campaigns by text message through Odoo's SMS gateways",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "Measured Marketing",
    "license": "LGPL-3",
    "depends": ["marketing_campaign", "sms"],
    "external_dependencies": {"python": ["phonenumbers"]},
    "data": [
        "security/ir.model.access.csv",
        "security/marketing_sms_rules.xml",
        "views/delivery_provider_views.xml",
        "views/email_template_marketing_views.xml",
        "views/email_campaign_views.xml",
        "views/email_campaign_test_views.xml",
        "views/marketing_sms_reply_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["marketing_delivery_sms/static/src/sms_text/**/*"],
    },
}

{
    "name": "Marketing SMS by Twilio",
    "summary": "Campaigns by text message through a company's Twilio account",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "Measured Marketing",
    "license": "LGPL-3",
    "depends": ["marketing_delivery_sms", "sms_twilio"],
    "data": ["views/delivery_provider_views.xml"],
    "auto_install": True,
}

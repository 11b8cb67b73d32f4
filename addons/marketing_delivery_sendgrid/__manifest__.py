{
    "name": "Marketing Delivery by SendGrid",
    "summary": "Campaigns through SendGrid's mail interface and signed event webhook",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "Measured Marketing",
    "license": "LGPL-3",
    "depends": ["marketing_delivery"],
    "external_dependencies": {"python": ["sendgrid"]},
    "data": ["views/delivery_provider_views.xml"],
}

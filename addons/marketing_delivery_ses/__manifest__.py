{
    "name": "Marketing Delivery by Amazon SES",
    "summary": "Campaigns through Amazon SES, its events by SNS or an SQS queue",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "Measured Marketing",
    "license": "LGPL-3",
    "depends": ["marketing_delivery"],
    "external_dependencies": {"python": ["boto3"]},
    "data": [
        "data/ses_crons.xml",
        "views/delivery_provider_views.xml",
        "views/delivery_webhook_views.xml",
    ],
}

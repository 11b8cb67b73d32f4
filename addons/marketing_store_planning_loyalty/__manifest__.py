{
    "name": "Marketing Store Planning: Coupons",
    "summary": "Coupon codes on printed mail, and what they brought each store",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "Measured Marketing",
    "license": "LGPL-3",
    "depends": ["marketing_store_planning", "sale_loyalty"],
    "data": [
        "security/ir.model.access.csv",
        "wizards/campaign_plan_coupons_views.xml",
        "views/campaign_plan_views.xml",
        "views/loyalty_card_views.xml",
    ],
    "auto_install": True,
}

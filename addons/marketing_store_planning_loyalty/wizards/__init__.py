from . import campaign_plan_coupons

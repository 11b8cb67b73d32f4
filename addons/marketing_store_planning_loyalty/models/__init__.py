from . import loyalty_card
from . import campaign_plan
from . import campaign_plan_line
from . import store_campaign_result

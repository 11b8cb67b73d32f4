from . import campaign_plan_execute
from . import campaign_plan_execute_part
from . import campaign_plan_assign

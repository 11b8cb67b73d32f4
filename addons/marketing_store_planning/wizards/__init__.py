from . import campaign_plan_execute
from . import campaign_plan_execute_part
from . import campaign_plan_assign
from . import campaign_plan_export
from . import campaign_plan_import
from . import store_import
from . import store_import_rows

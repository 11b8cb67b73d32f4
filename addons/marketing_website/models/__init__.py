from . import website
from . import res_config_settings
from . import marketing_visitor_intake
from . import marketing_engagement_intake
from . import marketing_event_source
from . import newsletter_page

from . import api_campaigns
from . import api_campaign_actions
from . import api_templates

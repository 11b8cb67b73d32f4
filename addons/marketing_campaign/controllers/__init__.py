from . import api_campaigns
from . import api_campaign_actions

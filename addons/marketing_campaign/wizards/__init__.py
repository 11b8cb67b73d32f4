from . import template_preview
from . import email_campaign_test
from . import email_campaign_confirmation
from . import template_check
from . import email_campaign_rejection
from . import email_campaign_comparison
from . import segment_reach

from . import delivery_provider_ses
from . import delivery_provider_ses_account
from . import delivery_provider_ses_topic
from . import delivery_provider_ses_queue
from . import delivery_webhook
from . import campaign_recipient

from . import test_sendgrid_adapter
from . import test_sendgrid_requests
from . import test_sendgrid_replies
from . import test_sendgrid_provider
from . import test_sendgrid_events
from . import test_sendgrid_webhook

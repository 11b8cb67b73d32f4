from . import test_ses_adapter
from . import test_ses_replies
from . import test_ses_requests
from . import test_ses_provider
from . import test_ses_records
from . import test_ses_signature
from . import test_ses_webhook
from . import test_ses_queue

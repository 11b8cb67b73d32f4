from . import test_endpoint
from . import test_push_adapter
from . import test_push_http
from . import test_push_campaign
from . import test_push_template
from . import test_push_device
from . import test_push_prompt

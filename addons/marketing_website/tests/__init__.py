from . import test_newsletter_http
from . import test_script
from . import test_visitor_browser
from . import test_visitor_http
from . import test_visitor_identity

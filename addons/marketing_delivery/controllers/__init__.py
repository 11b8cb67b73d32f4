from . import browser_view
from . import tracking
from . import unsubscribe
from . import webhook

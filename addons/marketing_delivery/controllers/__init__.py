from . import browser_view
from . import preferences
from . import signup
from . import tracking
from . import unsubscribe
from . import webhook

from . import api_consents
from . import api_document
from . import api_events
from . import api_health

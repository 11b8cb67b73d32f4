from . import newsletter
from . import visitor_events

from . import visitor_events

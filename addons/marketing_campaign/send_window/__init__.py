from .opening import DAY, Opening, SendWindow
from .zones import find_country_zone, find_zone

__all__ = ["DAY", "Opening", "SendWindow", "find_country_zone", "find_zone"]

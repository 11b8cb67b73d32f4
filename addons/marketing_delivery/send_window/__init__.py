from odoo.addons.marketing_base.zones import find_country_zone, find_zone

from .opening import DAY, Opening, SendWindow, get_offset
from .quiet import QuietHours

__all__ = [
    "DAY",
    "Opening",
    "QuietHours",
    "SendWindow",
    "find_country_zone",
    "find_zone",
    "get_offset",
]

"""Time zones of people: their own, else that of their country's capital."""

from functools import cache
from zoneinfo import ZoneInfo

import pytz

# Countries with several time zones: the one of the capital. Countries without a
# capital (Antarctica, the outlying islands of the US) have none here.
CAPITALS = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",  # Canberra
    "BR": "America/Sao_Paulo",  # Brasília
    "CA": "America/Toronto",  # Ottawa
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",  # Beijing
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",  # Quito
    "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei",  # Palikir
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",  # Astana
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",  # Wellington
    "PF": "Pacific/Tahiti",  # Papeete
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Hebron",  # Ramallah
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",  # Washington
    "UZ": "Asia/Tashkent",
    "XK": "Europe/Belgrade",  # Pristina
}


@cache
def find_zone(name):
    """The zone of this name, or None.

    Its data are those of pytz, from which the time zones of partners are chosen.
    """
    try:
        name = pytz.timezone(name or "").zone
        with pytz.open_resource(name) as data:
            return ZoneInfo.from_file(data, key=name)
    except (pytz.UnknownTimeZoneError, OSError, ValueError):
        return None


@cache
def find_country_zone(code):
    """The zone of the capital of a country, or None when that is not known."""
    names = pytz.country_timezones.get(code or "", ())
    if code not in CAPITALS and len(names) != 1:
        return None
    return find_zone(CAPITALS.get(code) or names[0])

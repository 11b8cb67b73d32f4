"""The sending hours of a campaign as the API shows and takes them."""

import pytz

from odoo.addons.marketing_base.api.problems import invalid

from ..models.email_campaign_window import WEEKDAYS

_CLOCKS = ("customer", "campaign")
_TIME = {"type": "string", "pattern": r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"}
SEND_WINDOW = {
    "title": "Sending hours",
    "description": "Null: messages leave at any time.",
    "type": ["object", "null"],
    "required": ["start", "end", "days", "clock", "time_zone"],
    "additionalProperties": False,
    "properties": {
        "start": _TIME,
        "end": {**_TIME, "description": "Before the start: on the next day."},
        "days": {
            "type": "array",
            "items": {"type": "string", "enum": list(WEEKDAYS)},
            "uniqueItems": True,
        },
        "clock": {"type": "string", "enum": list(_CLOCKS)},
        "time_zone": {
            "type": "string",
            "maxLength": 64,
            "description": "Of everybody, or of customers whose own is not known.",
        },
    },
}


def represent_window(campaign):
    if not campaign.use_send_window:
        return None
    window = campaign._get_window()
    return {
        "start": _to_text(window.start),
        "end": _to_text(window.end),
        "days": [name for name in WEEKDAYS if campaign[name]],
        "clock": campaign.window_clock,
        "time_zone": campaign.window_tz or "UTC",
    }


def read_window(data, pointer):
    """Return the values to write for checked `data`; None switches the hours off."""
    if data is None:
        return {"use_send_window": False}
    zone = data["time_zone"]
    if zone not in pytz.all_timezones_set:
        raise invalid("This time zone is not known.", pointer=f"{pointer}/time_zone")
    return {
        "use_send_window": True,
        "window_start": _to_hours(data["start"]),
        "window_end": _to_hours(data["end"]),
        "window_clock": data["clock"],
        "window_tz": zone,
        **{name: name in data["days"] for name in WEEKDAYS},
    }


def _to_text(minutes):
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _to_hours(text):
    hours, minutes = text.split(":")
    return int(hours) + int(minutes) / 60

"""Conditions on what customers did, in words."""

from odoo.tools import format_amount, format_date
from odoo.tools.translate import LazyTranslate

from .segment_activity import read_activity
from .segment_phrases import RELATIVE, UNITS
from .segment_values import read_day

_lt = LazyTranslate(__name__)

_COMPARED = {
    ">=": _lt("at least %s"),
    ">": _lt("more than %s"),
    "<=": _lt("at most %s"),
    "<": _lt("less than %s"),
    "=": _lt("exactly %s"),
    "!=": _lt("not exactly %s"),
    "between": _lt("between %s"),
}
_UNITS = {
    "count": (_lt("1 time"), _lt("%s times")),
    "quantity": (_lt("1 unit"), _lt("%s units")),
    "days_since_last": (_lt("1 day ago"), _lt("%s days ago")),
}
_TURNED = {">=": "<", ">": "<=", "<=": ">", "<": ">=", "=": "!=", "!=": "="}


def tell_activity(narrator, condition):
    """Return (clause, whether it says who does not belong)."""
    env = narrator.env
    source = env["customer.profile"]._get_activity_source(condition.path)
    activity = read_activity(env, condition.path, condition.value)
    is_negated = condition.negated is not (condition.operator == "not like")
    if is_negated and activity.measure != "days_since_last":
        if turned := _TURNED.get(activity.operator):
            activity, is_negated = activity._replace(operator=turned), False
    key = _choose(activity)
    text = _word(env, source.get_words(activity)[key]) % {
        "what": _tell_what(narrator, source, activity),
        "when": _tell_when(narrator, activity),
        "value": _tell_value(env, activity),
    }
    return " ".join(text.split()), is_negated


def _word(env, lazy):
    """Translate a pattern of the tables."""
    return env._(lazy)


def _choose(activity):
    """Return which of the source's clauses says it."""
    if not activity.is_about_existence:
        return activity.measure
    if not activity.is_met_by_none:
        return "once"
    return "not_in" if activity.since or activity.until else "never"


def name_activity(narrator, path, activity):
    """Return what was chosen as a heading: "“Clicked”, “Spring”"; "" for anything."""
    source = narrator.env["customer.profile"]._get_activity_source(path)
    names = _name_chosen(narrator, source, activity)
    return ", ".join(filter(None, names.values()))


def _tell_what(narrator, source, activity):
    names = _name_chosen(narrator, source, activity)
    return source.tell_what(activity, names) or narrator.env._(source.anything)


def _name_chosen(narrator, source, activity):
    return {
        name: _tell_chosen(narrator, one, activity.chosen[name])
        for name, one in source.get_filters().items()
    }


def _tell_chosen(narrator, one, chosen):
    """Return "“A”, “B” or 3 more"; unreadable records are not named."""
    if one.choices is not None:
        return narrator.join_some([f"“{one.choices[key]}”" for key in chosen])
    records = narrator.env[one.model].browse(chosen).exists()._filtered_access("read")
    names = {record.id: f"“{record.display_name}”" for record in records}
    unknown = narrator.env._("a record that you cannot see")
    return narrator.join_some([names.get(item, unknown) for item in chosen])


def _tell_value(env, activity):
    value = activity.value
    if activity.operator == "between":
        ends = [tell_number(env, activity.measure, end) for end in value]
        value = env._("%(low)s and %(high)s", low=ends[0], high=ends[1])
    else:
        value = tell_number(env, activity.measure, value)
    return _word(env, _COMPARED[activity.operator]) % value


def tell_number(env, measure, number):
    """Return a number with its unit: "2 times", "$ 10.00", "3 days ago"."""
    if measure == "amount":
        return format_amount(env, number, env.company.currency_id)
    one, many = _UNITS[measure]
    return env._(one) if number == 1 else _word(env, many) % f"{number:g}"


def _tell_when(narrator, activity):
    env, since, until = narrator.env, activity.since, activity.until
    if since and until:
        ends = {"first": _tell_end(narrator, since), "last": _tell_end(narrator, until)}
        return env._("from %(first)s to %(last)s", **ends)
    if since and (period := _read_period(env, since)):
        return env._("in the last %s", period.removeprefix("1 "))
    if since:
        return env._("since %s", _tell_end(narrator, since))
    return env._("until %s", _tell_end(narrator, until)) if until else ""


def _tell_end(narrator, end):
    if period := _read_period(narrator.env, end):
        return narrator.env._("%s ago", period)
    return format_date(narrator.env, read_day(narrator.env, end))


def _read_period(env, end):
    """Return "90 days" of "today -90d"; "" for any other day."""
    relative = RELATIVE.match(end.strip())
    if not relative or relative[1] != "-" or not int(relative[2]):
        return ""
    one, many = UNITS[relative[3]]
    return f"1 {env._(one)}" if relative[2] == "1" else _word(env, many) % relative[2]

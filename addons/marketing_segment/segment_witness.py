"""The conditions of a rule next to what one customer has."""

from odoo import fields
from odoo.tools import SQL, format_date

from .segment_activity import read_activity
from .segment_activity_words import name_activity, tell_number
from .segment_phrases import RELATIVE, UNITS
from .segment_rules import get_kind
from .segment_sentence import SHOWN_VALUES, Narrator
from .segment_tree import Condition
from .segment_values import is_many

#: What says where a customer lives.
WHEREABOUTS = ("partner_id.city", "partner_id.zip")
NUMERIC = ("integer", "amount", "number", "share")


class Witness(Narrator):
    """Tells parts of a rule, and the values of profiles.

    :param profiles: all that are asked about, so that what they did is read at once
    """

    def __init__(self, env, profiles=None):
        super().__init__(env)
        self.profiles = profiles
        self.figures = {}  # {condition as text: {customer id: figures}}
        self.nouns = {}  # {condition as text: what it asks for}

    def tell_part(self, node):
        """Return one condition, or the heading of a group, as a clause on customers."""
        if isinstance(node, Condition) or not node.parts:
            phrase, is_exception = self._phrase(node)
            if is_exception:
                return self.env._("except those %(phrase)s", phrase=phrase)
            return phrase
        return {
            "all": self.env._("to whom all of this applies:"),
            "any": self.env._("to whom at least one of these applies:"),
            "none": self.env._("to whom none of these applies:"),
            "not_all": self.env._("to whom not all of these apply:"),
        }[node.logic]

    def tell_own(self, profile, condition):
        """Return the customer's own value where `condition` asks, as a text.

        Whoever may not see addresses does not see where a customer lives either.
        """
        path, kind = condition.path, get_kind(self.env, condition.path)
        if path in WHEREABOUTS and not self.env["marketing.masked"]._reads_pii():
            return self.env._("hidden")
        if kind == "activity":
            return self._tell_own_activity(profile, condition)
        if kind == "segment":
            return self._tell_own_segments(profile, condition)
        parent, _dot, part = path.rpartition(".")
        if get_kind(self.env, parent) == "date":
            return self._tell_part_of_date(*self._reach(profile, parent), part)
        record, name = self._reach(profile, path)
        value = record[name]
        if kind in ("relation", "tree"):
            return self._tell_own_records(path, value.ids)
        if path == "partner_id.is_company":
            return self.env._("a company") if value else self.env._("a person")
        if kind == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if not value and (kind not in NUMERIC or not self._is_known(record, name)):
            return self.env._("unknown")
        shown = self._tell_value(path, value)
        if kind == "date" and RELATIVE.match(str(condition.value).strip()):
            return self._tell_age(shown, value)
        return shown

    def tell_brief(self, profile, condition):
        """Return what is asked and the customer's own value: "City: “Ghent”"."""
        own, noun = self.tell_own(profile, condition), self._name(condition)
        text = f"{noun}: {own}" if noun else own
        return text[:1].upper() + text[1:]

    def _name(self, condition):
        """Return what a condition asks for, read once for all customers."""
        path, key = condition.path, f"{condition.path} {condition.value}"
        if key not in self.nouns:
            if get_kind(self.env, path) == "activity":
                activity = read_activity(self.env, path, condition.value)
                self.nouns[key] = name_activity(self, path, activity)
            else:
                self.nouns[key] = self.tell_noun(path)
        return self.nouns[key]

    def _is_known(self, record, name):
        """Return whether a number is 0, and not an empty column."""
        [(is_known,)] = self.env.execute_query(
            SQL(
                "SELECT %s IS NOT NULL FROM %s WHERE id = %s",
                SQL.identifier(name),
                SQL.identifier(record._table),
                record.id,
            )
        )
        return is_known

    def _reach(self, profile, path):
        """Return (record, field) at the end of a path; archived tags are values too."""
        record = profile.with_env(self.env).with_context(active_test=False)
        *parents, name = path.split(".")
        for parent in parents:
            record = record[parent]
        return record, name

    def _tell_own_records(self, path, ids):
        if not ids:
            return self.env._("none")
        names = list(self._tell_records(path, ids).values())
        if len(names) > SHOWN_VALUES + 1:
            rest = self.env._("%s more", len(names) - SHOWN_VALUES)
            names = [*names[:SHOWN_VALUES], rest]
        return self.join(names, self.env._("and")) or self.env._("hidden")

    def _tell_own_activity(self, profile, condition):
        """Return the customer's figure, and when it was last: "3 orders, last on …"."""
        path = condition.path
        profile = profile.with_env(self.env)
        activity = read_activity(self.env, path, condition.value)
        words = profile._get_activity_source(path).get_words(activity)
        measure = activity.measure
        figures = self._read_figures(profile, condition, activity)
        if not figures:
            return self.env._("never")
        number, count, last = figures
        if measure == "days_since_last":
            return self._tell_age(format_date(self.env, last), last)
        if measure == "count":
            told = self._word(words["own_once" if count == 1 else "own"])
            told %= {"count": count}
        else:
            told = tell_number(self.env, measure, number)
        date = format_date(self.env, last)
        return self.env._("%(figure)s, last on %(date)s", figure=told, date=date)

    def _read_figures(self, profile, condition, activity):
        """Return (measure, number, last moment) of a customer, None if it never did."""
        key = f"{condition.path} {condition.value}"
        if key not in self.figures:
            asked = (self.profiles or profile).with_env(self.env)
            self.figures[key] = asked._get_activity_figures(condition.path, activity)
        return self.figures[key].get(profile.partner_id.id)

    def _tell_own_segments(self, profile, condition):
        """Return which of the named segments the customer is in."""
        ids = condition.value if is_many(condition.value) else [condition.value]
        segments = self.env["customer.segment"].browse(ids).exists()
        customer = profile.with_env(self.env).partner_id
        inside = [
            f"“{segment.display_name}”"
            for segment in segments._filtered_access("read")
            if segment._judge_customers(customer)[customer.id][0].answer
        ]
        if not inside:
            return self.env._("in none of them")
        return self.env._("in %s", self.join(inside, self.env._("and")))

    def _tell_part_of_date(self, record, name, part):
        """Return the number that PostgreSQL compares: it knows the time zone."""
        query = record._search([("id", "=", record.id)])
        column = record._field_to_sql(query.table, f"{name}.{part}", query)
        [(number,)] = self.env.execute_query(query.select(column))
        return self.env._("unknown") if number is None else str(int(number))

    def _tell_age(self, shown, value):
        days = (fields.Date.today() - fields.Date.to_date(value)).days
        one, many = UNITS["d"]
        period = f"1 {self.env._(one)}" if days == 1 else self._word(many) % days
        return self.env._("%(date)s, %(period)s ago", date=shown, period=period)

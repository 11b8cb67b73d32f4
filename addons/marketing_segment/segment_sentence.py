"""A rule as a sentence: "Customers whose city is “Ghent”, except those who …"."""

from datetime import date, datetime

from odoo.tools import format_amount, format_date, formatLang

from .segment_activity_words import tell_activity
from .segment_phrases import (
    AGO,
    BOOLEAN,
    DAY,
    LIKE,
    MEMBER,
    NOUNS,
    NUMBER,
    OPPOSITE,
    RELATIVE,
    UNITS,
)
from .segment_rules import find_field, get_kind
from .segment_tree import Condition

SHOWN_VALUES = 5
RECORDS = ("relation", "tree", "segment")


class Narrator:
    """Tells rules in the language of an environment."""

    def __init__(self, env):
        self.env = env

    def tell(self, tree):
        """Return the whole rule as one sentence."""
        if not isinstance(tree, Condition) and not tree.parts:
            everybody = tree.logic in ("all", "none")
            return (
                self.env._("All customers who ever bought.")
                if everybody
                else self.env._("Nobody.")
            )
        phrase, is_exception = self._phrase(tree)
        if is_exception:
            return self.env._("All customers, except those %(rule)s.", rule=phrase)
        return self.env._("Customers %(rule)s.", rule=phrase)

    def _word(self, lazy):
        """Translate a pattern of the tables."""
        return self.env._(lazy)

    def _phrase(self, node):
        """Return (text, whether it says who does not belong)."""
        if isinstance(node, Condition):
            return self._tell_negatable(node)
        if not node.parts:
            everybody = node.logic in ("all", "none")
            return (
                self.env._("who ever bought")
                if everybody
                else self.env._("who do not exist")
            ), False
        if node.logic in ("all", "not_all"):
            return self._join_all(node.parts), node.logic == "not_all"
        return self._join_any(node.parts), node.logic == "none"

    def _join_all(self, parts):
        """'who A and who B, except those who C'."""
        told = [(*self._phrase(part), part) for part in parts]
        wanted = [
            f"({text})"
            if not isinstance(part, Condition) and part.logic == "any"
            else text
            for text, is_exception, part in told
            if not is_exception
        ]
        text = (
            self.join(wanted, self.env._("and"))
            if wanted
            else self.env._("who ever bought")
        )
        for phrase, is_exception, _part in told:
            if is_exception:
                text = self.env._(
                    "%(rule)s, except those %(phrase)s", rule=text, phrase=phrase
                )
        return text

    def _join_any(self, parts):
        told = []
        for part in parts:
            text, is_exception = self._phrase(part)
            if is_exception:
                text = self.env._("everybody except those %(phrase)s", phrase=text)
            told.append(text if isinstance(part, Condition) else f"({text})")
        return self.join(told, self.env._("or"))

    @staticmethod
    def join(texts, word):
        """'A, B and C'."""
        if len(texts) < 2:
            return "".join(texts)
        return f"{', '.join(texts[:-1])} {word} {texts[-1]}"

    def _tell_negatable(self, condition):
        if get_kind(self.env, condition.path) == "activity":
            return tell_activity(self, condition)
        if not condition.negated:
            return self.tell_condition(condition), False
        if opposite := OPPOSITE.get(condition.operator):
            turned = condition._replace(operator=opposite, negated=False)
            return self.tell_condition(turned), False
        return self.tell_condition(condition._replace(negated=False)), True

    def tell_condition(self, condition):
        """Return one condition as a relative clause, not looking at its negation."""
        path, operator, value = condition.path, condition.operator, condition.value
        kind = get_kind(self.env, path)
        positive = not operator.startswith(("!=", "not"))
        if kind == "boolean":
            is_true = bool(value[0] if isinstance(value, list | tuple) else value)
            pattern = BOOLEAN.get(path, BOOLEAN["*"])[0 if is_true is positive else 1]
            return self._word(pattern) % {"field": self.tell_noun(path)}
        if value is False:
            noun = self.tell_noun(path)
            if positive:
                return self.env._("whose %s is not known", noun)
            return self.env._("whose %s is known", noun)
        if path in MEMBER and operator in ("=", "!=", "in", "not in"):
            pattern = MEMBER[path][0 if positive else 1]
            return self._word(pattern) % {"value": self.tell_values(path, value)}
        pattern, shown = self._pick_pattern(kind, path, operator, value)
        return self._word(pattern) % {"field": self.tell_noun(path), "value": shown}

    def _pick_pattern(self, kind, path, operator, value):
        operator = {"in": "=", "not in": "!="}.get(operator, operator)
        operator = LIKE.get(operator, operator)
        if kind != "date":
            return NUMBER[operator], self.tell_values(path, value)
        relative = isinstance(value, str) and RELATIVE.match(value.strip())
        if relative and relative[1] == "-":
            return AGO[operator], self._tell_period(relative, operator)
        return DAY[operator], self.tell_values(path, value)

    def _tell_period(self, relative, operator):
        one, many = UNITS[relative[3]]
        if relative[2] == "1" and operator == ">=":
            return self.env._(one)  # "in the last day"
        if relative[2] == "1":
            return f"1 {self.env._(one)}"
        return self._word(many) % relative[2]

    def tell_noun(self, path):
        """Return the name of a path inside a sentence."""
        if path in NOUNS:
            return self.env._(NOUNS[path])
        if noun := self.env["customer.profile"]._get_segment_nouns().get(path):
            return noun
        parent, _dot, part = path.rpartition(".")
        if part in NOUNS and get_kind(self.env, parent) == "date":
            return self._word(NOUNS[part]) % self.tell_noun(parent)
        label = find_field(self.env, path)._description_string(self.env)
        return f"“{label}”"

    def tell_values(self, path, value):
        """Return one or several values as they are shown to people."""
        values = list(value) if not isinstance(value, str | int | float) else [value]
        values = values if values != [False] else []
        names = self._tell_records(path, values)
        shown = [names.get(item) or self._tell_value(path, item) for item in values]
        return self.join_some(shown) or self.env._("nothing")

    def join_some(self, shown):
        """'A, B or 3 more'."""
        if len(shown) > SHOWN_VALUES + 1:
            rest = self.env._("%s more", len(shown) - SHOWN_VALUES)
            shown = [*shown[:SHOWN_VALUES], rest]
        return self.join(shown, self.env._("or"))

    def _tell_records(self, path, values):
        """Return {id: quoted name} of the records among the values."""
        ids = [item for item in values if type(item) is int]
        if get_kind(self.env, path) not in RECORDS or not ids:
            return {}
        records = self.env[find_field(self.env, path).comodel_name].browse(ids)
        return {
            record.id: f"“{record.display_name}”"
            for record in records.exists()._filtered_access("read")
        }

    def _tell_value(self, path, value):
        kind = get_kind(self.env, path)
        if kind == "date":
            return self._tell_date(value)
        if kind == "amount":
            return format_amount(self.env, value, self.env.company.currency_id)
        if kind == "choice":
            field = find_field(self.env, path)
            labels = dict(field._description_selection(self.env))
            return f"“{labels.get(value, value)}”"
        if value is False:
            return self.env._("unknown")
        if kind == "number":
            return formatLang(self.env, value)
        if kind == "share":
            percent = round(100 * value, 1)
            return f"{formatLang(self.env, percent, digits=int(percent % 1 > 0))}%"
        if kind in RECORDS and type(value) is int:
            return self.env._("a deleted record")
        return str(value) if kind == "integer" else f"“{value}”"

    def _tell_date(self, value):
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, str):
            if value.strip() == "today =1d":
                return self.env._("the first of this month")
            try:
                value = date.fromisoformat(value[:10])
            except ValueError:
                return value
        return format_date(self.env, value) if value else self.env._("never")

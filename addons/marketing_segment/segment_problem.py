"""Why a rule is refused, as a sentence that says what to do."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

_PROBLEMS = {
    "path": _lt(
        "“%(field)s” cannot be used in a segment. Allowed fields: %(allowed)s."
    ),
    "operator": _lt(
        "“%(operator)s” cannot be used with “%(field)s”. Allowed: %(allowed)s."
    ),
    "value": _lt("“%(value)s” is not a valid value for “%(field)s”."),
    "size": _lt(
        "This rule is too large: at most %(conditions)s conditions nested "
        "%(depth)s deep, and %(values)s values in a list."
    ),
    "syntax": _lt("The rule cannot be read: %(value)s."),
    "activities": _lt(
        "This rule asks %(count)s times what customers did; at most %(limit)s are "
        "possible. Put some of these conditions into a segment of their own, and "
        "refer to it."
    ),
    "json": _lt(
        "“%(field)s” is compared with a JSON object such as %(example)s; this is none: "
        "%(value)s."
    ),
    "key": _lt(
        "“%(key)s” means nothing in a condition on “%(field)s”. Allowed: %(allowed)s."
    ),
    "choice": _lt(
        "“%(value)s” is not possible for “%(key)s” of “%(field)s”. Allowed: "
        "%(allowed)s."
    ),
    "ids": _lt(
        "“%(key)s” of “%(field)s” is a list of at most %(limit)s ids, such as [3, 8]; "
        "this is none: %(value)s."
    ),
    "missing_choice": _lt("Choose at least one of “%(key)s” for “%(field)s”."),
    "number": _lt(
        "“%(field)s” is compared with a number from %(low)s to %(high)s; this is none: "
        "%(value)s."
    ),
    "range": _lt(
        "“%(field)s”: “between” takes two numbers, the smaller one first, such as "
        "[2, 5]; this is none: %(value)s."
    ),
    "period": _lt(
        "“%(field)s”: a period has a “from” before its “to”, each a date such as "
        '"2026-01-31" or "today -90d"; this is none: %(value)s.'
    ),
    "reference": _lt(
        "“%(field)s”: the chosen record of “%(key)s” with id %(id)s does not exist, or "
        "belongs to another company. Choose another one."
    ),
    "no_segment": _lt("Choose at least one segment."),
    "segment": _lt(
        "The segment with id %(id)s does not exist, or belongs to another company. "
        "Take it out of the rule, or choose another one."
    ),
    "cycle": _lt(
        "A segment cannot depend on itself: %(chain)s. Take one of these references "
        "out."
    ),
    "chain": _lt(
        "This rule refers to too many segments, counting those that they refer to: at "
        "most %(limit)s. Freeze some of them as fixed lists."
    ),
    "inner": _lt("In the segment “%(segment)s”: %(problem)s"),
}


class RuleProblem(Exception):
    """A rule that is refused; `explain` tells the user why."""

    def __init__(self, problem, **values):
        super().__init__(problem, values)
        self.problem = problem
        self.values = values

    def explain(self, env):
        """Return the reason as one sentence in the user's language."""
        values = {
            name: value.explain(env) if isinstance(value, RuleProblem) else value
            for name, value in self.values.items()
        }
        sentence = env._(_PROBLEMS[self.problem])
        return sentence % values

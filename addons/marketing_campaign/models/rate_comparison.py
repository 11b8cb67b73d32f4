"""Words for the comparison of two rates: what may be said, and no more."""

from odoo.tools import formatLang


def describe_points(env, found):
    """`+2.1 points (0.4 to 3.8)` of a Comparison."""
    return env._(
        "%(difference)s points (%(low)s to %(high)s)",
        difference=_points(env, found.difference, signed=True),
        low=_points(env, found.low, signed=True),
        high=_points(env, found.high, signed=True),
    )


def describe_interval(env, found):
    """The same, for a column that names the unit."""
    return env._(
        "%(difference)s (%(low)s to %(high)s)",
        difference=_points(env, found.difference, signed=True),
        low=_points(env, found.low, signed=True),
        high=_points(env, found.high, signed=True),
    )


def is_shown(found):
    """Whether the interval leaves no difference out: it decides, not the p-value."""
    return found.low > 0 or found.high < 0


def _points(env, share, *, signed=False):
    """A share in percentage points, never a minus before nothing."""
    value = round(100 * share, 1) or 0.0
    text = formatLang(env, abs(value), digits=1)
    if value < 0:
        return f"\N{MINUS SIGN}{text}"
    return f"+{text}" if signed and value else text

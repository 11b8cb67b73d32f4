"""What can be asked of customers' doings: one class a kind of doing.

An addon adds a kind by a virtual field on customer.profile, an entry in
`_get_segment_paths` and one in `_get_activity_sources`.
"""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class ActivitySource:
    """One kind of doing: what is measured and chosen, its rows, and its words.

    Words are whole clauses with %(what)s (what was chosen), %(when)s, and %(value)s
    (the comparison, such as "at least 2 times"): `once`, `never`, `not_in` a period,
    one for each measure, `own` and `own_once` for %(count)s of one customer.
    """

    measures = ("count", "days_since_last")
    #: The number that a new condition is compared with, and in which period.
    start = {"operator": ">=", "value": 1, "period": {"from": "today -90d"}}
    words = {}
    #: What stands for %(what)s when nothing was chosen.
    anything = _lt("anything")

    def __init__(self, env):
        self.env = env

    def get_filters(self):
        """Return {name: Filter} of what can be chosen."""
        return {}

    def select(self, activity, scope) -> SQL:
        """Select partner_id, company_id, at and what is measured; one row a doing."""
        raise NotImplementedError

    def ask_profile(self, activity, alias) -> SQL | None:
        """Return the condition on a row of customer.profile, None if it takes more.

        It must say what `select` would, of customers without a mark of a change.
        """
        return None

    def get_words(self, activity):
        """Return the clauses for this condition."""
        return self.words

    def tell_what(self, activity, names):
        """Return what was chosen, as the object of a clause.

        :param names: {filter: names as people read them, joined}
        """
        return " ".join(names.values())


def tell_goods(env, names):
    """Return chosen categories and products as one object of a clause."""
    categories, products = names["categories"], names["products"]
    if categories and products:
        return env._("%(one)s or %(other)s", one=categories, other=products)
    return categories or products

"""The methods behind the kinds of models: read, fit, score.

Each is an object without state. `read_training` and `read_scoring` take an environment
and return arrays; `fit` and `score` take arrays and plain values, so that they work
while no transaction is open.
"""

from .churn import Churn, ChurnMonth
from .contact import Contact
from .engagement import Engagement
from .lifetime_value import LifetimeValue

METHODS = {
    "lifetime_value": LifetimeValue(),
    "churn": Churn(),
    "churn_month": ChurnMonth(),
    "engagement": Engagement(),
    "contact": Contact(),
}
